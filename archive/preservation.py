"""Carrying changes into the store, so that it outlives database and software (promise 5)."""

from pydantic import BaseModel
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive.changes import outbox as outbox_changes
from archive.changes import preserved as preserved_changes
from archive.changes.events import program_agent
from archive.database import reading, writing
from archive.errors import StoreError
from archive.models import Testimony
from archive.queries import descriptors, kept_texts, outbox, preserved, testimonies, texts
from archive.store import Store, StoredFile

DESCRIPTOR = "descriptor.json"
BATCH = 50
"""Testimonies read from the outbox at a time."""


def preserve(engine: Engine, store: Store, testimony_id: int) -> None:
    """Write the testimony's descriptor, published revisions, texts and raw recognition as they are now
    into its object, and tick off the changes that this covers. Raises StoreError, also where the store or the
    object is gone that the record knows of; nothing is ticked off then.

    What was read is brought in only while nobody can change it: two processes could else write in another
    order than they read, and the newest version would be an older state. All that takes time comes before
    that, waiting for the object's lock above all: who waits for it within a write transaction keeps everybody
    in the archive from writing (docs/decisions/own-ocfl-writer.md).
    """
    while not _preserve(engine, store, testimony_id):
        pass


def _preserve(engine: Engine, store: Store, testimony_id: int) -> bool:
    with reading(engine) as session:
        (testimony,) = testimonies.load(session, [testimony_id])
        files = _files(session, testimony)
        known = preserved.known(session, testimony_id)
    keeping = store.preparing(
        testimony.public_id, files, message="as the record stands", agent=program_agent(), known=known
    )
    with keeping as keep, writing(engine) as session:
        row = session.get_one(Testimony, testimony_id, with_for_update=True)
        if row.change_number != testimony.change_number:
            return False
        keep()
        preserved_changes.note(session, testimony_id, row.change_number)
        outbox_changes.tick(session, testimony_id, "store", row.change_number)
    return True


def preserve_waiting(engine: Engine, store: Store) -> int:
    """Carry everything that waits into the store, what closes something first; returns how many.

    An object that cannot be written keeps its place in the outbox and holds up no other; StoreError is raised
    in the end.
    """
    failed: dict[int, StoreError] = {}
    done = 0
    while True:
        with reading(engine) as session:
            ids = outbox.waiting(session, "store", BATCH, without=failed)
        for testimony_id in ids:
            try:
                preserve(engine, store, testimony_id)
                done += 1
            except StoreError as error:
                failed[testimony_id] = error
        if not ids:
            break
    if failed:
        first = next(iter(failed.values()))
        raise StoreError(f"{len(failed)} objects could not be written, the first because: {first}") from first
    return done


def _files(session: Session, testimony: Testimony) -> dict[str, StoredFile]:
    files = {DESCRIPTOR: _stored(descriptors.describe(session, testimony))}
    for part in (kept_texts.revisions, kept_texts.recognitions):
        files.update({path: _stored(content) for path, content in part(session, testimony).items()})
    for text in testimony.texts:
        path = kept_texts.text_path(text.public_id, text.format)
        files[path] = StoredFile(texts.content_of(session, text))
    return files


def _stored(content: BaseModel) -> StoredFile:
    return StoredFile(content.model_dump_json(indent=1).encode() + b"\n")
