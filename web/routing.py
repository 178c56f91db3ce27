"""One router for everything that is read: HEAD is answered wherever GET is.

FastAPI's own GET routes answer HEAD with 405, and a route with both methods gives two operations of one name
in the OpenAPI document; so HEAD becomes a second, undocumented route to the same function.
"""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter


class ReadRouter(APIRouter):
    """A router whose GET routes answer HEAD."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add a route, and for GET its twin for HEAD."""
        super().add_api_route(path, endpoint, **options)
        if {method.upper() for method in options.get("methods") or ["GET"]} == {"GET"}:
            super().add_api_route(
                path, endpoint, **(options | {"methods": ["HEAD"], "include_in_schema": False})
            )


def page_router() -> ReadRouter:
    """A router for pages and files: they are for people, not for the OpenAPI document."""
    return ReadRouter(include_in_schema=False)
