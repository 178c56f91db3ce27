"""Whether an index holds what the record says, and what lies in its files."""

import tantivy

from archive import clock
from archive.database import reading
from archive.models import Drafted, Indexed, Testimony
from archive.queries import found, outbox, testimonies
from schemas.query import INDEXES, IndexName
from search.backend import SearchBackend
from search.find import ask, find
from search.writing import VIEWERS, _documents
from tests.archives import SmallArchive


def differences(archive: SmallArchive, backend: SearchBackend) -> list[str]:
    """What the indexes and what is remembered of them say otherwise than the record."""
    told = []
    for index in INDEXES:
        ids, changes, remembered = set[str](), dict[str, int](), dict[int, tuple[int, set[str]]]()
        with reading(archive.engine) as session:
            for row_id in session.query(Testimony.id):
                (row,) = testimonies.load(session, [row_id[0]])
                documents = _documents(session, row, index, clock.now())
                remembered[row.id] = (row.change_number, set(documents.ids if documents else ()))
                if documents:
                    ids |= documents.ids
                    changes[row.public_id] = row.change_number
            indexed = session.query(Indexed).filter_by(index_name=index).all()
            known = {row.testimony_id: (row.number, set(row.document_ids)) for row in indexed}
            drafted = session.query(Drafted).filter_by(index_name=index).count()
            waiting = outbox.count(session, "index")
        if backend.ids(index) != ids:
            told.append(f"{index}: ids {sorted(backend.ids(index) ^ ids)}")
        if backend.changes(index) != changes:
            told.append(f"{index}: {backend.changes(index)} instead of {changes}")
        if known != remembered:
            told.append(f"{index}: remembered {known} instead of {remembered}")
        if drafted or waiting or backend.has_draft(index):
            told.append(f"{index}: {drafted} rows of drafts, {waiting} waiting, {backend.has_draft(index)}")
    return told


def search(archive: SmallArchive, backend: SearchBackend, text: str, index: IndexName = "public") -> set[str]:
    """Ids of the testimonies that a search of the site finds."""
    with reading(archive.engine) as session:
        query = ask(text, index=index, without=outbox.left_out(session, clock.now()), size=100)
        page = find(query, backend, found.reader(session, VIEWERS[index], clock.now()))
    assert page.total.testimonies == len(page.hits)
    return {hit.testimony.id for hit in page.hits}


def dictionary(archive: SmallArchive, index: IndexName = "public") -> set[str]:
    """Every word in the term dictionaries of an index, those of deleted documents among them."""
    folder = archive.settings.index_folder
    live = folder / (folder / f"{index}.live").read_text().strip()
    searcher = tantivy.Index.open(str(live)).searcher()
    fields = ("whole_exact", "whole_stem", "passage_exact", "passage_stem", "passage_edges")
    terms = {term for field in fields for term, _ in searcher.terms_with_prefix(field, "")}
    return {term.rpartition(":")[2] for term in terms}


def stray(archive: SmallArchive) -> list[str]:
    """What lies in the folder of the indexes and shouldn't."""
    folder = archive.settings.index_folder
    expected = {f"{index}.{kind}" for index in INDEXES for kind in ("live", "lock", "drafting")}
    expected |= {(folder / f"{index}.live").read_text() for index in INDEXES}
    return sorted({path.name for path in folder.iterdir()} - expected)
