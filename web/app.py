"""The site, put together: `create_app(settings)` makes it, and nothing is made before."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import archive.clock
from archive.database import open_engine
from archive.dates import note_dates
from archive.migrations import upgrade
from archive.settings import Settings
from archive.store import create_store
from search.backend import create_backend
from web import urls
from web.assets import Assets
from web.clock import SiteClock
from web.dependencies import Services
from web.errors import handle_errors
from web.pages import Pages
from web.routes import (
    api,
    clips,
    collections,
    embeds,
    health,
    home,
    media,
    oembed,
    old_addresses,
    references,
    robots,
    search,
    sitemap,
    statement,
    testimonies,
    transcripts,
)
from web.security import FOR_EVER, SHARED_WITH_SCRIPTS, SecurityHeaders, known_hosts
from web.streams import Streams


class VersionedFiles(StaticFiles):
    """Static files under an address that changes with them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept for ever."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = FOR_EVER
        response.headers.update(SHARED_WITH_SCRIPTS)
        return response


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = archive.clock.now,
    worker: Callable[[], bool] | None = None,
) -> FastAPI:
    """The site of the archive that `settings` describes. `clock` says when a request is judged, `worker`
    whether the worker process beside the site is there, where there is to be one."""
    assets = Assets()
    engine = open_engine(settings)
    site_clock = SiteClock(partial(note_dates, engine), clock)
    services = Services(
        settings=settings,
        engine=engine,
        store=create_store(settings),
        backend=create_backend(settings),
        pages=Pages(settings, assets),
        clock=site_clock,
        streams=Streams(engine, site_clock),
        worker=worker,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        upgrade(services.engine)
        yield
        services.streams.close()
        site_clock.close()
        services.backend.close()
        services.engine.dispose()

    app = FastAPI(
        title=settings.name,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=urls.OPENAPI,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.services = services
    handle_errors(app)
    if settings.base_url:
        # Asked for by another name, absolute addresses could be somebody else's.
        app.add_middleware(
            TrustedHostMiddleware, allowed_hosts=known_hosts(settings.base_url), www_redirect=False
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    for routes in (
        home,
        search,
        collections,
        testimonies,
        transcripts,
        references,
        clips,
        embeds,
        oembed,
        media,
        api,
        health,
        robots,
        sitemap,
        statement,
    ):
        app.include_router(routes.router)
    app.mount(assets.prefix, VersionedFiles(directory=assets.folder), name="static")
    app.include_router(old_addresses.router)
    return app
