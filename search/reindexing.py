"""An index made anew from the database, beside the live one, which is searched and written meanwhile.

The draft grows in batches, each kept for good before the next, and what it holds is remembered in the
database (`Drafted`) with the change number that was written. So a killed reindex goes on where it was, and
what changed meanwhile shows by its number and is written again. The draft becomes the live index only while
nobody writes that, when it lacks nothing, when no word of what was closed is left in its files, and when
what the engine holds is what the database says.
"""

import logging
from collections.abc import Generator
from dataclasses import dataclass

from sqlalchemy import Engine

from archive import clock
from archive.changes import indexed
from archive.database import reading, writing
from archive.errors import IndexDiffers, IndexUnusable
from archive.queries import drafted, testimonies
from schemas.query import IndexName
from search.backend import Contents, Draft, SearchBackend
from search.writing import BATCH, Known, doubting, write

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reindex has come: testimonies that the draft holds as they are, of all; how many of them a
    reindex before this one had written. `contents` once it is done."""

    done: int
    total: int
    resumed: int
    contents: Contents | None = None


def reindex(engine: Engine, backend: SearchBackend, index: IndexName) -> Generator[Progress]:
    """Make one index anew and switch to it; told after each batch. To stop between two is no harm: the next
    reindex goes on from there.

    Raises SearchUnavailable at once where another process makes the same index anew, and IndexDiffers where
    the draft doesn't hold what it should; the live index is untouched then, and the draft thrown away.
    """
    settle(engine, backend, index)
    with backend.drafting(index) as draft:
        resumed = _recall(engine, draft, index)
        yield _progress(engine, index, resumed)
        while True:
            if due := _due(engine, draft) or _soiled(engine, draft):
                with doubting(engine, due), draft.writing() as batch:
                    held = write(engine, batch, index, due, _known(draft))
                with writing(engine) as session:
                    indexed.draft(session, draft.name, index, held)
                yield _progress(engine, index, resumed)
                continue
            contents = _switch(engine, draft, index)
            if contents is not None:
                break
    settle(engine, backend, index)
    with reading(engine) as session:
        total = testimonies.count(session)
    yield Progress(total, total, resumed, contents)


def settle(engine: Engine, backend: SearchBackend, index: IndexName) -> None:
    """Where a draft has become the live index: have what it was told remembered as what that was told. Also
    for who finds one whose maker was killed in between."""
    with reading(engine) as session:
        names = drafted.names(session, index)
    if not names:
        return
    try:
        live = backend.live(index)
    except IndexUnusable:
        return
    if live not in names:
        return
    more = True
    while more:
        with writing(engine) as session:
            more = indexed.settle(session, live)


def _recall(engine: Engine, draft: Draft, index: IndexName) -> int:
    """Forget what the draft was told and doesn't hold, so that it is written again; returns how many
    testimonies are left. One that holds nothing of what was remembered, or what the record doesn't know, is
    begun from nothing."""
    held, changes = draft.ids(), draft.changes()
    believed, doubted = 0, []
    with reading(engine) as session:
        for testimony_id, public_id, number, document_ids in drafted.holdings(session, draft.name):
            expected = number if document_ids else None
            if changes.get(public_id) == expected and document_ids <= held:
                believed += 1
            else:
                doubted.append(testimony_id)
        strange = changes.keys() - testimonies.public_ids(session)
    if held and (strange or not believed):
        draft.restart()
        believed, doubted = 0, []
    with writing(engine) as session:
        indexed.forget_drafts(session, index, but=draft.name)
        for start in range(0, len(doubted), BATCH):
            indexed.forget_drafted(session, draft.name, doubted[start : start + BATCH])
    if believed:
        log.info("The %s search index was half made: %d testimonies are kept.", index, believed)
    return believed


def _due(engine: Engine, draft: Draft) -> list[int]:
    with reading(engine) as session:
        return drafted.due(session, draft.name, clock.now(), BATCH)


def _soiled(engine: Engine, draft: Draft) -> list[int]:
    again = sorted(draft.purge())[:BATCH]
    with reading(engine) as session:
        return testimonies.row_ids(session, again)


def _known(draft: Draft) -> Known:
    return lambda session, testimony_id: drafted.document_ids(session, draft.name, testimony_id)


def _switch(engine: Engine, draft: Draft, index: IndexName) -> Contents | None:
    """Make the draft the live index, for ever or not at all; None where something changed meanwhile."""
    with draft.alone():
        # Whatever is delivered to the live index from now on is delivered once this has become it.
        if _due(engine, draft):
            return None
        try:
            contents = _compare(engine, draft, index)
        except IndexDiffers:
            draft.restart()
            raise
        with writing(engine) as session:
            indexed.foresee(session, draft.name, index)
        draft.switch()
        return contents


def _compare(engine: Engine, draft: Draft, index: IndexName) -> Contents:
    expected, changes = set[str](), dict[str, int]()
    with reading(engine) as session:
        for _, public_id, number, document_ids in drafted.holdings(session, draft.name):
            expected |= document_ids
            if document_ids:
                changes[public_id] = number
    said = Contents.of(expected, changes)
    found = Contents.of(draft.ids(), draft.changes())
    if found != said:
        raise IndexDiffers(
            f"The new {index} search index holds {found.count} documents (digest {found.digest[:16]}), and "
            f"by the database it should hold {said.count} (digest {said.digest[:16]}). It did not become the "
            "live one, which is untouched; the next reindex begins from nothing."
        )
    return found


def _progress(engine: Engine, index: IndexName, resumed: int) -> Progress:
    with reading(engine) as session:
        return Progress(drafted.count(session, index), testimonies.count(session), resumed)
