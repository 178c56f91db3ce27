"""Servers that tests and the demo start on this machine, and end again: no part of the archive itself."""
