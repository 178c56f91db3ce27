"""Servers that tests start for themselves, on 127.0.0.1 and a free port, and end by their id."""
