"""Headers that every answer carries: nothing but our own files runs or loads, nobody frames us but where that
is meant, and nothing that depends on access stays in a cache that would not ask again."""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FRAMED_BY = "frame-ancestors"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        f"{_FRAMED_BY} 'none'",
    )
)

FRAMED = {"content-security-policy": CONTENT_SECURITY_POLICY.removesuffix(f"; {_FRAMED_BY} 'none'")}
"""Of a page that anybody may frame: a site, and a handout that is opened as a file, which `*` would leave
out."""


def framed_by(sites: str | None) -> dict[str, str]:
    """Of a page that those sites may frame, as Content-Security-Policy names them; None: anybody."""
    if sites is None:
        return FRAMED
    return {"content-security-policy": f"{FRAMED['content-security-policy']}; {_FRAMED_BY} 'self' {sites}"}


SHARED = {"cross-origin-resource-policy": "cross-origin"}
"""Of what such a page loads. Many sites put what they frame into a sandbox, whose pages belong to no site,
not even to ours."""

SHARED_WITH_SCRIPTS = SHARED | {"access-control-allow-origin": "*"}
"""Of what scripts may ask for from there, and of scripts themselves."""

HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    # Within the site the address says where a reader came from; others learn nothing of what was read.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}

ASK_AGAIN = "private, no-cache"
"""Kept by the reader's own browser at most, which asks before each use: what was withdrawn is gone with the
next request."""

FOR_EVER = "public, max-age=31536000, immutable"


def known_hosts(base_url: str) -> list[str]:
    """The names that a site with a public address answers to: that one, and this machine's own for whoever
    watches over it from here."""
    return [host for host in (urlsplit(base_url).hostname, "localhost", "127.0.0.1") if host]


def secure(headers: MutableHeaders) -> None:
    """Add what is missing to the headers of an answer."""
    for name, value in HEADERS.items():
        # The older header would forbid what the policy allows.
        if name != "x-frame-options" or f"{_FRAMED_BY} 'none'" in headers["content-security-policy"]:
            headers.setdefault(name, value)
    headers.setdefault("cache-control", ASK_AGAIN)


class SecurityHeaders:
    """ASGI middleware that secures every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer back with its headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure(MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, send_secured)
