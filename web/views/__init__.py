"""What each page shows, put together before a template sees it: one frozen dataclass a page."""
