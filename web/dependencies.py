"""What routes ask for, as annotated aliases. Everything is made in `create_app` and found on the app's state;
nothing is built on import."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive.access import PUBLIC, Viewer
from archive.database import reading
from archive.settings import Settings
from archive.store import Store
from search.backend import SearchBackend
from web.pages import Page, Pages
from web.streams import Streams


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the archive that the site uses."""

    settings: Settings
    engine: Engine
    store: Store
    backend: SearchBackend
    pages: Pages
    clock: Callable[[], datetime]
    streams: Streams
    worker: Callable[[], bool] | None
    """Whether the worker process beside the site is there; None where there is to be none."""


def find_services(request: Request) -> Services:
    """The app's services."""
    services = request.app.state.services
    assert isinstance(services, Services)  # noqa: S101 - create_app put them there
    return services


def open_session(services: Annotated[Services, Depends(find_services)]) -> Iterator[Session]:
    """A session for reads. It ends with the route's function and not with the answer: who listens for hours
    must not hold a connection for hours."""
    with reading(services.engine) as session:
        yield session


def find_viewer() -> Viewer:
    """Who asks. Nobody can sign in yet, so everybody is the public."""
    return PUBLIC


def find_moment(services: Annotated[Services, Depends(find_services)]) -> datetime:
    """The moment at which a request is judged, the same throughout it."""
    return services.clock()


def find_page(request: Request, services: Annotated[Services, Depends(find_services)]) -> Page:
    """The page that answers."""
    return services.pages.answering(request)


TheServices = Annotated[Services, Depends(find_services)]
TheSession = Annotated[Session, Depends(open_session, scope="function")]
TheViewer = Annotated[Viewer, Depends(find_viewer)]
Now = Annotated[datetime, Depends(find_moment)]
ThePage = Annotated[Page, Depends(find_page)]
