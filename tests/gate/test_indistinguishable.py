"""What is hidden looks exactly like what does not exist (promise 3).

Beside each archive stands its twin, in which what is closed never was (`tests.gate.twins` says what that
means), and both are asked for everything: each address that is found from the first page on, each that
somebody may know or guess, each word that was ever written down in the archive. Status, headers and body of
every answer are the same, byte for byte.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.database import reading
from archive.queries import outbox
from tests.gate.addresses import known_addresses
from tests.gate.building import STATED, Built, built
from tests.gate.client import Answer, Request, ask
from tests.gate.crawl import Crawl
from tests.gate.drawn import worlds
from tests.gate.everything import EVERYTHING, TOMORROW
from tests.gate.twins import twin_of
from tests.gate.worlds import DAY, NOW, World

pytestmark = pytest.mark.slow

_SEARCHES = ("/search", "/api/v1/search")

FEW, MANY, ALL = 100, 300, 5_000
"""Requests for one archive. A request takes 5 ms; these archives have 600 to 2,000 addresses."""


@dataclass(frozen=True)
class Course:
    """What happened once the archive was there: where the clock went after everything was said, and whether
    the index has heard of it. The last moment is the one at which the archive is looked at."""

    clocks: tuple[datetime, ...]
    delivered: bool


@st.composite
def cases(draw: st.DrawFn) -> tuple[World, Course]:
    """A world and what came after. The clock goes where it likes, or past a date in the world and back."""
    world = draw(worlds())
    clocks = [NOW + day * DAY for day in draw(st.lists(st.integers(-4, 4), min_size=1, max_size=3))]
    dates = sorted(
        date
        for testimony in world.testimonies
        for statement in testimony.statements
        for date in (statement.begins_at, statement.ends_at)
        if date is not None
    )
    if dates and draw(st.booleans()):
        date = draw(st.sampled_from(dates))
        clocks = [date, date - draw(st.integers(1, 2)) * DAY]
    return world, Course(tuple(clocks), draw(st.booleans()))


def _rounds(count: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(
        max_examples=count,
        print_blob=True,
        derandomize=count
        < 100,  # what every landing waits for is the same for all; the long round looks further
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )


@pytest.mark.slow
@pytest.mark.parametrize("delivered", [True, False], ids=["delivered", "before delivery"])
@pytest.mark.parametrize(
    "clocks",
    [(NOW,), (NOW, TOMORROW), (NOW, TOMORROW, NOW)],
    ids=["today", "tomorrow", "set back"],
)
def test_every_kind_of_closing(clocks: tuple[datetime, ...], delivered: bool) -> None:
    compare(EVERYTHING, Course(clocks, delivered), MANY)


def test_every_kind_of_closing_in_short() -> None:
    compare(EVERYTHING, Course((TOMORROW, NOW), delivered=True), FEW)


@given(cases())
@_rounds(2)
def test_what_is_hidden_looks_like_what_never_was(case: tuple[World, Course]) -> None:
    compare(*case, FEW)


@pytest.mark.slow
@given(cases())
@_rounds(6)
def test_what_is_hidden_looks_like_what_never_was_in_more_archives(case: tuple[World, Course]) -> None:
    compare(*case, MANY)


@pytest.mark.slow
@pytest.mark.faults
@given(cases())
@_rounds(300)
def test_what_is_hidden_looks_like_what_never_was_in_hundreds_of_archives(
    case: tuple[World, Course],
) -> None:
    compare(*case, ALL)


def compare(world: World, course: Course, most: int) -> None:
    """Fail with the first request that the archive and its twin answer otherwise, and in what."""
    with _folder() as folder, built(folder / "archive", world) as archive:
        archive.state(slice(0, 1))  # mostly `public`: what is closed was open and indexed before
        archive.deliver()
        archive.state(slice(1, None))
        if course.delivered:
            archive.deliver()
        for moment in course.clocks:
            archive.clock = moment
            assert ask(archive.app, Request("/")).status == 200
        archive.make_copies()
        if course.delivered:
            archive.deliver()
            archive.settle()
        moments = {course.clocks[-1], max((STATED, *course.clocks))}
        with built(folder / "twin", twin_of(world, moments)) as twin:
            twin.state()
            twin.clock = archive.clock
            twin.make_copies()
            twin.deliver()
            left_out = _leave_out(archive, twin)
            for request, one, other in _asked(world, archive, twin, most):
                if not course.delivered and request.address.startswith(_SEARCHES):
                    if "size=1" in request.address:
                        continue
                    one, other = _unordered(one), _unordered(other)
                assert one.status < 500, f"{request} could not be answered: both would fail alike"
                difference = _difference(one, other)
                if difference:
                    looked = f"looked at by {sorted(moments)}, {sorted(left_out)} left out of the search"
                    raise AssertionError(f"{request} tells an archive from its twin ({looked}): {difference}")


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="twins-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _leave_out(archive: Built, twin: Built) -> frozenset[str]:
    """Until the index has heard of a change, a search doesn't know the testimony at all: neither does the
    twin's then."""
    with reading(archive.archive.engine) as session:
        left_out = outbox.left_out(session, archive.clock)
    with twin.backend.writing("public") as batch:
        for public_id in left_out:
            batch.remove(public_id)
    return left_out


def _asked(world: World, archive: Built, twin: Built, most: int) -> Iterator[tuple[Request, Answer, Answer]]:
    requests = Crawl(most)
    requests.add([Request("/"), Request("/robots.txt"), Request("/healthz"), Request("/api/docs")])
    requests.add([Request("/api/openapi.json"), Request("/sitemap.xml"), Request("/oembed")])
    requests.add(Request(address) for address in known_addresses(world))
    for request in requests:
        one, other = ask(archive.app, request), ask(twin.app, request)
        yield request, one, other
        requests.follow(request, one)


def _unordered(answer: Answer) -> Answer:
    """A page of results without its order. Until the index has heard of a closing it still counts the words
    of what no search finds any more, and which of two testimonies comes first may go by that, and which of
    the passages of one are shown where there are more."""
    headers = tuple(header for header in answer.headers if header[0] != "content-length")
    if answer.header("content-encoding"):
        headers = tuple(header for header in headers if header[0] != "content-encoding")
    return replace(
        answer, headers=headers, body=b" ".join(sorted(re.findall(rb"\w+", _without_choice(answer))))
    )


def _without_choice(answer: Answer) -> bytes:
    """A page of results in which nothing is told of a testimony's passages but how many there are, where not
    all of them are shown."""
    if answer.body and answer.header("content-type").startswith("application/json"):
        found = json.loads(answer.body)
        for hit in found.get("hits", ()):
            if hit["passages"] > len(hit["segments"]):
                hit["segments"] = []
        return json.dumps(found).encode()
    return re.sub(rb'<article class="hit">.*?</article>', _title_alone, answer.body, flags=re.DOTALL)


def _title_alone(article: re.Match[bytes]) -> bytes:
    more = re.search(rb"and \d+ more passages?", article[0])
    title = re.search(rb"<bdi>.*?</bdi>", article[0], flags=re.DOTALL)
    return article[0] if more is None or title is None else title[0] + more[0]


def _difference(one: Answer, other: Answer) -> str | None:
    if one.status != other.status:
        return f"status {one.status}, not {other.status}: {one.body[:400]!r}, not {other.body[:400]!r}"
    if one.body != other.body:
        at = next(
            (place for place, (a, b) in enumerate(zip(one.body, other.body, strict=False)) if a != b),
            min(len(one.body), len(other.body)),
        )
        around = slice(max(0, at - 80), at + 160)
        return f"body from byte {at} on: {one.body[around]!r}, not {other.body[around]!r}"
    if one.headers != other.headers:
        return f"headers {sorted(set(one.headers) ^ set(other.headers))}"
    return None
