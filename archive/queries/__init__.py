"""Reads, fully loaded: what they return needs no database any more."""
