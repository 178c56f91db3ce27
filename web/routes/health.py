"""Whether the site can do its work, for those who watch over it."""

import logging

from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from archive.database import reading
from archive.errors import DatabaseUnavailable, DiskRefused, IndexUnusable, SearchUnavailable
from web.dependencies import TheServices
from web.routing import page_router

router = page_router()
log = logging.getLogger(__name__)


@router.get("/healthz")
def health(services: TheServices) -> JSONResponse:
    """200 while testimonies can be read, 503 when they cannot. A search that is away or is being made anew is
    told, and is no reason to take the site down; neither is that the worker beside it ended, and is to be
    started again."""
    database = search = "ok"
    try:
        with reading(services.engine) as session:
            session.execute(text("SELECT 1 FROM testimony LIMIT 1"))
    except DatabaseUnavailable as error:
        log.error("%s", error)
        database = "away"
    except (SQLAlchemyError, DiskRefused):
        log.exception("the database cannot be read")
        database = "away"
    try:
        services.backend.check("public")
    except SearchUnavailable as error:
        log.warning("search is away: %s", error)
        search = "being made anew" if isinstance(error, IndexUnusable) else "away"
    status = 200 if database == "ok" else 503
    answer = {"status": "ok" if status == 200 else "away", "database": database, "search": search}
    if services.worker is not None:
        answer["worker"] = "ok" if services.worker() else "away"
    return JSONResponse(answer, status, {"cache-control": "no-store"})
