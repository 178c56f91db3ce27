"""Every route of the site asks the gate, or is named here with the reason why it needn't."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from archive import access
from archive.access import CLOSED, Opening, Use, Viewer
from archive.database import writing
from archive.models import OldAddress
from archive.models import Testimony as Row
from archive.queries import testimonies
from tests.gate.building import Built, built
from tests.gate.client import HOST, Answer, Request, ask
from tests.gate.worlds import (
    NOW,
    Chapter,
    Collection,
    Recording,
    Revision,
    Statement,
    Testimony,
    Transcript,
    World,
    clip_of,
    name_id,
    spoken,
)

WORD = "quince"
ID, TAPE, CLIP = name_id("one"), name_id("tape"), name_id("clip")

ASKING = {
    "/": "/",
    "/search": f"/search?q={WORD}",
    "/collections/{slug}": "/collections/fruit",
    "/testimonies/{testimony_id}": f"/testimonies/{ID}",
    "/testimonies/{testimony_id}/transcript.{extension}": f"/testimonies/{ID}/transcript.txt",
    "/testimonies/{testimony_id}/reference.{extension}": f"/testimonies/{ID}/reference.ris",
    "/clips/{clip_id}": f"/clips/{CLIP}",
    "/clips/{clip_id}/reference.{extension}": f"/clips/{CLIP}/reference.ris",
    "/embed/{testimony_id}": f"/embed/{ID}",
    "/sitemap.xml": "/sitemap.xml",
    "/sitemap-{number}.xml": "/sitemap-1.xml",
    "/oembed": f"/oembed?url=http://{HOST}/testimonies/{ID}",
    "/id/{accession_number:path}": "/id/N/1",
    "/recordings/{recording_id}/media": f"/recordings/{TAPE}/media",
    "/recordings/{recording_id}/poster": f"/recordings/{TAPE}/poster",
    "/recordings/{recording_id}/waveform": f"/recordings/{TAPE}/waveform",
    "/recordings/{recording_id}/captions.vtt": f"/recordings/{TAPE}/captions.vtt",
    "/api/v1/search": f"/api/v1/search?q={WORD}",
    "/api/v1/testimonies/{testimony_id}": f"/api/v1/testimonies/{ID}",
}
"""Routes to what the archive holds, each with an address at which something open is."""

ASKING |= {"/{address:path}": "/interview.php?id=1"}

NOT_ASKING = {
    "/healthz": "whether database and index answer, nothing of what they hold",
    "/for-everybody": "the same words for every archive",
    "/robots.txt": "the same words for every archive",
    "/api/docs": "what the program can be asked, from its own code",
    "/api/openapi.json": "what the program can be asked, from its own code",
    "/static": "files of the program",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """One testimony, and WORD in all that is told of it."""
    segment = spoken("one", f"They sold one {WORD}.", 0, position=0, recording=1)
    text = Transcript(name_id("text"), None, Revision(1, "in review", "A. Writer", (segment,)))
    world = World(
        (Collection("fruit", f"The {WORD}", f"On the {WORD}"),),
        (
            Testimony(
                ID,
                "N/1",
                "fruit",
                f"One {WORD}",
                summary=f"A {WORD} is sold.",
                recordings=(Recording(TAPE, 1, 14_000, video=True, poster=True),),
                transcripts=(text,),
                clips=(clip_of(CLIP, text, [segment], f"The {WORD}"),),
                chapters=(Chapter(name_id("chapter"), 0, 1, 0, 1000, f"The {WORD}"),),
                statements=(Statement("public"),),
            ),
        ),
    )
    with built(Path(tmp_path_factory.mktemp("routes")) / "archive", world) as made:
        made.state()
        with writing(made.archive.engine) as session:
            row = testimonies.find(session, ID)
            assert row is not None
            session.add(OldAddress(testimony_id=row.id, address="/interview.php?id=1"))
        made.clock = NOW
        made.deliver()
        yield made


def routes(site: Built) -> list[BaseRoute]:
    """All routes, those of routers within routers too."""
    found: list[BaseRoute] = []
    waiting = list(site.app.routes)
    while waiting:
        route = waiting.pop()
        inner = getattr(route, "original_router", None)  # FastAPI keeps included routers as they are
        if hasattr(route, "path"):
            found.append(route)
        elif inner is not None:
            waiting += inner.routes
        else:
            pytest.fail(f"a kind of route that this test cannot look into: {route!r}")
    return found


@contextmanager
def spied(answer: Callable[[Opening], Opening]) -> Iterator[list[Use]]:
    """The uses for which the gate is asked meanwhile; `answer` changes what it says."""
    asked: list[Use] = []

    def spy(viewer: Viewer, testimony: Row, use: Use, now: datetime) -> Opening:
        asked.append(use)
        return answer(access.visible(viewer, testimony, use, now))

    with patch("archive.queries.readings.visible", spy):
        yield asked


def test_every_route_is_named(site: Built) -> None:
    paths = {getattr(route, "path", None) for route in routes(site)}
    mounted = {next((known for known in NOT_ASKING if str(path).startswith(known)), path) for path in paths}
    assert mounted == ASKING.keys() | NOT_ASKING.keys() | {"/clips"}


def test_every_route_only_reads_but_the_one_that_makes_clips(site: Built) -> None:
    writing = {
        getattr(route, "path", "")
        for route in routes(site)
        if not (getattr(route, "methods", None) or set()) <= {"GET", "HEAD"}
    }
    assert writing == {"/clips"}
    assert any(isinstance(route, APIRoute) for route in routes(site))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", sorted(ASKING))
def test_an_answer_asks_the_gate_and_says_nothing_else(site: Built, path: str, method: str) -> None:
    address = ASKING[path]
    with spied(lambda opening: opening) as asked:
        opened = ask(site.app, Request(address, method))
    assert opened.status in (200, 302)
    assert asked, f"{address} answered without asking the gate"
    with spied(lambda opening: CLOSED) as asked:
        closed = ask(site.app, Request(address, method))
    assert asked
    assert says_nothing(closed, address), closed.text


def says_nothing(answer: Answer, address: str) -> bool:
    """Whether an answer is of no more than the address itself: there is nothing, or lists are empty."""
    text = answer.text.replace(f"q={WORD}", "").replace(f'value="{WORD}"', "")
    if address.startswith(("/search", "/api/v1/search")):
        # What was typed is repeated. Counts are the index's, which is made by the gate (search.indexer).
        return ID not in text and "sold" not in text
    return not any(known in text + str(answer.headers) for known in (WORD, ID, TAPE, "N/1", "fruit"))


def test_a_clip_is_made_of_nothing_but_what_the_gate_opens(site: Built) -> None:
    address = f"/clips?testimony={ID}&t=0,2"
    with spied(lambda opening: opening) as asked:
        opened = ask(site.app, Request(address, "POST"))
    assert opened.status == 303
    assert opened.header("location").startswith("/clips/")
    assert "quote" in asked
    with spied(lambda opening: CLOSED):
        closed = ask(site.app, Request(address, "POST"))
    unknown = ask(site.app, Request("/clips?testimony=nobody2345&t=0,2", "POST"))
    assert (closed.status, closed.body) == (unknown.status, unknown.body) == (404, closed.body)


@pytest.mark.parametrize("path", sorted(NOT_ASKING))
def test_what_asks_nobody_knows_nothing(site: Built, path: str) -> None:
    with spied(lambda opening: opening) as asked:
        answer = ask(site.app, Request(path))
    assert not asked
    assert not any(known in answer.text for known in (WORD, ID, TAPE, "fruit"))
