"""Addresses that testimonies had elsewhere before, as a table has them."""

from urllib.parse import urlsplit

from pydantic_core import PydanticCustomError

OURS = (
    *("search", "collections", "testimonies", "recordings", "clips", "embed", "oembed", "id", "programmes"),
    *("api", "static", "healthz", "robots.txt", "sitemap.xml", "for-everybody"),
)
"""What the addresses of this archive's own pages begin with."""

LONGEST = 2_000


def read_old_address(value: object) -> str:
    """Path and query of an address, whole or without its site. Raises PydanticCustomError."""
    text = str(value).strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = None
    if parts is None or not parts.path.startswith("/") or len(text) > LONGEST or any(map(str.isspace, text)):
        raise PydanticCustomError(
            "address",
            "expected an address such as https://old.example/interview.php?id=12, or its path",
        )
    first = parts.path[1:].partition("/")[0]
    if not first or first in OURS or first.startswith("sitemap-"):
        raise PydanticCustomError("address", "expected an address that this archive does not use itself")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
