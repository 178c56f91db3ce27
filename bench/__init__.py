"""Measurements: printed as tables, never asserted. `make bench` runs them all."""
