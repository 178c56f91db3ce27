"""Letting people see, hear and quote: the site and its JSON API."""
