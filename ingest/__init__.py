"""Bringing things in: the command line, media, transcription, importers and the worker."""
