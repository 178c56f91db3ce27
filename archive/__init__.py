"""The record: what the archive holds, who may see it, and how it is read and changed."""
