"""A site on a small archive: what tests of pages ask, and a plain reading for those of views."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from archive.reading import OpenRecording, Passage, PersonInRole, Reading, Stream, Word
from archive.settings import Settings
from search import indexer
from search.backend import create_backend
from tests.archives import NOW, SmallArchive
from web.app import create_app
from web.assets import Assets
from web.pages import Page, Pages
from web.wording import Wording, load_wordings


class Site:
    """An archive on disk with the site in front of it, as the public sees it at `tests.archives.NOW`."""

    def __init__(self, home: Path, **settings: Any) -> None:
        self.archive = SmallArchive(home, **settings)
        self.backend = create_backend(self.archive.settings)
        indexer.prepare(self.archive.engine, self.backend)
        app = create_app(self.archive.settings, clock=lambda: NOW)
        self.client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
        self.client.__enter__()

    def close(self) -> None:
        """Let go of everything."""
        self.client.__exit__(None, None, None)
        self.backend.close()
        self.archive.close()

    def index(self) -> None:
        """Bring the search index up to date."""
        indexer.deliver(self.archive.engine, self.backend)

    def add(self, title: str | None, texts: Sequence[Sequence[str]], **options: Any) -> str:
        """Add a testimony and index it."""
        public_id = self.archive.add(title, texts, **options)
        self.index()
        return public_id

    def recording_id(self, public_id: str, number: int = 1) -> str:
        """The public id of a recording, as the API gives it."""
        answer = self.client.get(f"/api/v1/testimonies/{public_id}").json()
        return str(next(r["id"] for r in answer["recordings"] if r["number"] == number))


def english() -> Wording:
    """The interface in English."""
    return load_wordings()["en"]


def make_page() -> Page:
    """A page that answers a request for nothing in particular."""
    from starlette.requests import Request

    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "https",
        "server": ("archive.example", 443),
        "path": "/",
        "root_path": "",
        "query_string": b"",
        "headers": [],
    }
    return Pages(Settings(name="Weather archive"), Assets()).answering(Request(scope))


def make_passage(
    text: str,
    *,
    id: str = "p1",  # noqa: A002 - the field's own name
    recording: int | None = 1,
    start_ms: int = 0,
    timed: bool = True,
    machine: bool = False,
    speaker: str | None = None,
    language: str = "en",
    probability: float | None = None,
) -> Passage:
    """A passage whose words last 400 ms, 100 ms apart."""
    words = []
    offset, at = 0, start_ms
    for part in text.split():
        offset = text.index(part, offset)
        words.append(Word(part, offset, at, at + 400, probability))
        offset += len(part)
        at += 500
    end = at - 100
    if not timed:
        words = [Word(w.text, w.offset, start_ms, end, timed=False) for w in words]
    return Passage(
        id=id,
        recording=recording,
        start_ms=start_ms,
        end_ms=end,
        speaker=speaker,
        language=language,
        text=text,
        words=tuple(words),
        machine=machine,
    )


def make_stream(*passages: Passage, **changes: Any) -> Stream:
    """The original transcript, written by a person unless told otherwise."""
    fields: dict[str, Any] = {
        "id": "s1",
        "kind": "original",
        "language": "en",
        "revision": 1,
        "status": "in review",
        "author": "An archivist",
        "engine": None,
        "passages": passages,
    }
    return Stream(**(fields | changes))


def make_reading(*streams: Stream, **changes: Any) -> Reading:
    """A testimony of two recordings."""
    fields: dict[str, Any] = {
        "id": "xyz2345678",
        "title": "Weather in the north",
        "accession_number": "W/1",
        "kind": "interview",
        "collection_slug": "weather",
        "collection_name": "Weather reports",
        "date": "1996",
        "years": (1996,),
        "languages": ("en",),
        "places": ("Hel",),
        "subjects": ("weather",),
        "summary": None,
        "rights": None,
        "people": (PersonInRole("interviewee", None),),
        "recordings": tuple(
            OpenRecording(number, f"rec{number}", 60_000, False, "audio/mp4", "open") for number in (1, 2)
        ),
        "streams": streams,
    }
    return Reading(**(fields | changes))
