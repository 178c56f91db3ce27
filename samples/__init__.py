"""The sample collection: its texts, its maker and what recognition makes of it. Not part of the archive."""
