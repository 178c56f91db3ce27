"""Looking at an object that others may be writing to.

A writer brings a version in by one rename and names it by two more, within milliseconds. Whoever looks in
between sees what a crash would have left; so what is found is believed only of an object at rest.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from archive.findings import Finding
from archive.store import Examined
from archive.store.examination import Known, Told, examine_folder
from archive.store.inventories import INVENTORY, SIDECAR, version_folders
from archive.store.locks import is_held

PATIENCE_SECONDS = 20.0
"""How long an object in which something is wrong is looked at again while somebody holds its lock: what is
still wrong then is not that writer's doing, who may be waiting for the database meanwhile."""
PAUSE_SECONDS = 0.1


def examine_at_rest(folder: Path, object_id: str, lock: Path, *, read_content: bool, told: Told) -> Examined:
    """As `examine_folder`, again until nothing is wrong or nobody has changed anything meanwhile. Content is
    read once."""
    known: Known = {}
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        held, before = is_held(lock), list(_signature(folder))
        try:
            examined = examine_folder(folder, object_id, read_content=read_content, told=told, known=known)
        except OSError as error:
            finding = Finding("unreadable", object_id, str(folder), f"{folder}: cannot be read: {error}")
            return Examined(object_id, {}, (finding,))
        at_rest = not held and not is_held(lock) and before == list(_signature(folder))
        if at_rest or not examined.findings or time.monotonic() > until:
            return examined
        time.sleep(PAUSE_SECONDS)


def _signature(folder: Path) -> Iterator[bytes]:
    """What changes of an object when somebody adds a version to it."""
    for name in (INVENTORY, SIDECAR):
        try:
            yield (folder / name).read_bytes()
        except OSError:
            yield b""
    if folder.is_dir():
        yield from (version.name.encode() for version in version_folders(folder))
