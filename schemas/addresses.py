"""Addresses that testimonies had elsewhere before, as a table has them."""

import re
from urllib.parse import unquote_to_bytes, urlsplit

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
    if parts is None or not parts.path.startswith("/") or any(map(str.isspace, text)):
        raise PydanticCustomError(
            "address",
            "expected an address such as https://old.example/interview.php?id=12, or its path",
        )
    path, query = normal(parts.path), normal(parts.query)
    if len(path) + len(query) > LONGEST:
        raise PydanticCustomError("address", "expected an address of at most 2,000 characters")
    first = path[1:].partition("/")[0]
    if not first or first in OURS or first.startswith("sitemap-"):
        raise PydanticCustomError("address", "expected an address that this archive does not use itself")
    return f"{path}?{query}" if query else path


def normal(part: str) -> str:
    """Path or query in the one form of RFC 3986, 6.2.2: what needs no percent sign has none, all else has, in
    UTF-8. So people may copy an address as their browser shows it."""
    return re.sub(r"(?:%[0-9A-Fa-f]{2})+|[^!-~]+", _encoded, part)


def _encoded(found: re.Match[str]) -> str:
    octets = unquote_to_bytes(found[0])
    return "".join(
        chr(octet) if chr(octet).isascii() and (chr(octet).isalnum() or octet in b"-._~") else f"%{octet:02X}"
        for octet in octets
    )
