"""Publishing other words than were published: what comes to lie in a closed part is found by nobody from then
on."""

from threading import Event
from typing import Any, cast

import pytest

from archive.access import PUBLIC
from archive.changes.access import NewStatement
from archive.database import reading, writing
from archive.models import DepositedText, OutboxEntry, Recognition, Testimony
from archive.queries import found, outbox, testimonies
from ingest import steps
from ingest.publication import publish_texts
from ingest.workshop import Workshop
from search import indexer
from search.backend import create_backend
from search.find import ask, find, words_around
from tests.archives import NOW, SmallArchive

LATER = b"WEBVTT\n\n00:00.000 --> 00:00.900\none\n\n00:02.000 --> 00:03.900\ntwo three\n"
"""Two words that the machine heard earlier lie in what is closed from 2 s on."""


def empty_outbox(archive: SmallArchive) -> None:
    with writing(archive.engine) as session:
        session.query(OutboxEntry).delete()


def closings(archive: SmallArchive) -> int:
    """How many testimonies no search may find until the index has heard."""
    with reading(archive.engine) as session:
        return len(outbox.closing(session, "index"))


def change(archive: SmallArchive, public_id: str, **fields: Any) -> None:
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        for name, value in fields.items():
            setattr(row, name, value)


def publish_text(archive: SmallArchive, public_id: str) -> None:
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        row.texts.append(
            DepositedText(
                format="vtt",
                kind="original",
                language="en",
                author="A typist",
                original_name="later.vtt",
                runs_over=[[1, 0]],
                content=LATER,
                sha256="0" * 64,
            )
        )
        session.flush()
        assert publish_texts(session, row, NOW)


def publish_run(archive: SmallArchive, public_id: str) -> None:
    """What the worker does once a recording was heard again."""
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        session.add(_run(row))
        recording = row.recordings[0].id
    shop = cast("Workshop", _Shop(archive))
    steps.publish(shop, recording)


class _Shop:
    """As much of a workshop as publishing needs."""

    def __init__(self, archive: SmallArchive) -> None:
        self.engine, self.stop = archive.engine, Event()


def _run(row: Testimony) -> Recognition:
    return Recognition(
        file_id=row.recordings[0].current_file.id,
        engine="faster-whisper",
        engine_version="1.2.1",
        model="small",
        parameters={},
        language="en",
        language_given=True,
        plan=[],
        flags=[],
        finished_at=NOW,
    )


PUBLISHED = pytest.mark.parametrize("publish", [publish_text, publish_run])


@PUBLISHED
@pytest.mark.parametrize("level", ["registered", "restricted", "withdrawn"])
def test_where_a_part_is_closed_other_words_are_a_closing(
    archive: SmallArchive, publish: Any, level: str
) -> None:
    public_id = archive.add("Weather", [["one two three"]])
    archive.close_stretch(public_id, 2_000, 4_000, level=level)
    empty_outbox(archive)
    publish(archive, public_id)
    assert closings(archive) == 1


@pytest.mark.slow
@PUBLISHED
def test_where_nothing_is_closed_they_are_none(archive: SmallArchive, publish: Any) -> None:
    public_id = archive.add("Weather", [["one two three"]])
    archive.state(public_id, NewStatement("public", stretch=(1, 2_000, 4_000)))
    empty_outbox(archive)
    publish(archive, public_id)
    assert closings(archive) == 0


@PUBLISHED
def test_the_first_words_of_a_testimony_close_nothing(archive: SmallArchive, publish: Any) -> None:
    public_id = archive.add("Weather", [["one two three"]])
    archive.close_stretch(public_id, 2_000, 4_000)
    change(archive, public_id, published_at=None)
    empty_outbox(archive)
    publish(archive, public_id)
    assert closings(archive) == 0


@pytest.mark.slow
def test_a_word_that_moved_into_what_is_closed_is_found_by_nobody_and_leaves_the_index(
    archive: SmallArchive,
) -> None:
    public_id = archive.add("Weather", [["one two three"]])
    archive.close_stretch(public_id, 2_000, 4_000)
    backend = create_backend(archive.settings)

    def hits() -> int:
        with reading(archive.engine) as session:
            query = ask("three", without=outbox.left_out(session, NOW))
            page = find(query, backend, found.reader(session, PUBLIC, NOW, around=words_around(query)))
            return page.total.testimonies

    indexer.prepare(archive.engine, backend)
    indexer.deliver(archive.engine, backend)
    assert hits() == 1
    publish_text(archive, public_id)
    assert hits() == 0
    indexer.deliver(archive.engine, backend)
    assert hits() == 0
    assert closings(archive) == 0
    backend.close()
