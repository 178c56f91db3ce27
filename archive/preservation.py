"""Carrying changes into the store, so that it outlives database and software (promise 5)."""

from pydantic import BaseModel
from sqlalchemy import Engine

from archive.changes import outbox as outbox_changes
from archive.changes.events import program_agent
from archive.database import reading, writing
from archive.queries import descriptors, outbox, testimonies
from archive.store import Store, StoredFile

DESCRIPTOR = "descriptor.json"
BATCH = 50
"""Testimonies read from the outbox at a time."""


def preserve(engine: Engine, store: Store, testimony_id: int) -> None:
    """Write the testimony's descriptor, published revisions and raw recognition as they are now into its
    object, and tick off the changes that this covers. Raises StoreError; nothing is ticked off then."""
    with reading(engine) as session:
        (testimony,) = testimonies.load(session, [testimony_id])
        covered = testimony.change_number
        files = {DESCRIPTOR: _stored(descriptors.describe(session, testimony))}
        for part in (descriptors.revisions, descriptors.recognitions):
            files.update({path: _stored(content) for path, content in part(session, testimony).items()})
        for recording in testimony.recordings:
            for captions in recording.captions:
                files[descriptors.captions_path(captions)] = StoredFile(captions.text.encode())
        public_id = testimony.public_id
    store.add(public_id, files, message="as the record stands", agent=program_agent())
    with writing(engine) as session:
        outbox_changes.tick(session, testimony_id, "store", covered)


def preserve_waiting(engine: Engine, store: Store) -> int:
    """Carry everything that waits into the store, what closes something first; returns how many."""
    done = 0
    while True:
        with reading(engine) as session:
            ids = outbox.waiting(session, "store", BATCH)
        if not ids:
            return done
        for testimony_id in ids:
            preserve(engine, store, testimony_id)
            done += 1


def _stored(content: BaseModel) -> StoredFile:
    return StoredFile(content.model_dump_json(indent=1).encode() + b"\n")
