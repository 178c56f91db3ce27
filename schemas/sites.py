"""Sites as Content-Security-Policy names them (CSP Level 3, 2.3.1): `https://school.example`,
`https://*.museum.example`, `http://localhost:8000`."""

import re

from pydantic_core import PydanticCustomError

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SITE = re.compile(rf"https?://(?:\*\.)?{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?")


def read_sites(value: object) -> str:
    """Sites, a space between them, each once. Nothing else can stand in what is read here, so that it can go
    into a header as it is. Raises PydanticCustomError."""
    sites = dict.fromkeys(str(value).lower().replace(",", " ").split())
    for site in sites:
        if not _SITE.fullmatch(site.removesuffix("/")):
            raise PydanticCustomError(
                "site", "{site} is no site: expected one such as https://school.example", {"site": repr(site)}
            )
    return " ".join(site.removesuffix("/") for site in sites)
