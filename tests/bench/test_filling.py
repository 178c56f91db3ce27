"""A generated archive is one like any other: what was put there in bulk is indexed, read and found."""

from contextlib import closing
from pathlib import Path

import pytest

from archive import clock
from archive.access import PUBLIC
from archive.database import reading
from archive.queries import found
from bench.filling import fill
from bench.generated import generate_testimony
from bench.questions import QUESTIONS, make_questions
from schemas.query import INDEXES
from search.backend import create_backend
from search.find import ask, find, words_around
from search.reindexing import reindex
from tests.archives import SmallArchive

pytestmark = pytest.mark.slow

PASSAGES = 4


def test_what_was_generated_is_found(tmp_path: Path) -> None:
    archive = SmallArchive(tmp_path)
    fill(archive.engine, 3, passages=PASSAGES)
    made = generate_testimony(1, passages=PASSAGES)
    passage = made.recordings[0][2]
    query = ask(f'"{passage.words[0].text} {passage.words[1].text}"')
    with closing(create_backend(archive.settings)) as backend:
        for index in INDEXES:
            (*_, last) = reindex(archive.engine, backend, index)
            assert last.contents is not None
            assert last.contents.count == 3 * (1 + PASSAGES)
        with reading(archive.engine) as session:
            read = found.reader(session, PUBLIC, clock.now(), around=words_around(query))
            page = find(query, backend, read)
    archive.close()
    hit = next(hit for hit in page.hits if hit.testimony.title == made.title)
    segment = next(segment for segment in hit.segments if segment.text == passage.text)
    assert (segment.start_ms, segment.end_ms) == (passage.start_ms, passage.end_ms)
    assert segment.speaker == "Interviewee"
    assert segment.machine


def test_a_testimony_is_the_same_in_every_run() -> None:
    assert generate_testimony(5, passages=2) == generate_testimony(5, passages=2)
    assert generate_testimony(5, passages=2) != generate_testimony(6, passages=2)


def test_every_kind_has_its_questions() -> None:
    for kind, queries in make_questions().items():
        assert len(set(queries)) == QUESTIONS, kind
        assert all(ask(query).tree is not None for query in queries)
