"""Writes, one file a subject. Each works within the caller's write transaction."""
