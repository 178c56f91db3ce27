"""The store on a file system, in OCFL 1.1.

ocfl-py computes inventories and validates, but it writes in place, without fsync or lock (DESIGN section 6:
store). So here a version is built in a folder beside the objects while its files are hashed, synced, and
brought into its object by one rename, under one lock an object; a new object comes whole in the same way.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.clock import now
from archive.disks import why
from archive.errors import ObjectNotFound, StoreDamaged, StoreError, WrongInput
from archive.store import Examined, StoredFile, Survey, Version
from archive.store.content import Digests, check_folders, check_names, copy, digest
from archive.store.durable import move, remove_folder, sync_folder, sync_folders, write_new
from archive.store.inventories import INVENTORY, SIDECAR, Inventory, continued, is_valid
from archive.store.locks import hold, hold_if_free
from archive.store.patience import examine_at_rest
from archive.store.recovery import newest, publish, put_right
from archive.store.storage_root import OBJECT_DECLARATION, StorageRoot
from archive.store.survey import survey_root

log = logging.getLogger(__name__)


class OcflStore:
    """A store (see `archive.store.Store`) in the OCFL storage root `folder`, which the first `add` makes."""

    def __init__(self, folder: Path) -> None:
        self._root = StorageRoot(folder.absolute())

    def add(self, object_id: str, files: Mapping[str, StoredFile], *, message: str, agent: str) -> Version:
        """Add files in one new version; see `archive.store.Store.add`."""
        if not files:
            raise WrongInput(f"nothing was given to store in {object_id}")
        check_names(files)
        with _store_errors(f"the store could not keep {object_id}", self._root.folder):
            self._root.declare()
            path = self._root.object_path(object_id)
            with hold(self._root.locks / path.name):
                self._sweep(path.name)
                build = self._root.builds / path.name
                try:
                    return self._add(object_id, path, build, files, message=message, agent=agent)
                finally:
                    remove_folder(build)

    def newest(self, object_id: str) -> Version | None:
        """The newest version; see `archive.store.Store.newest`."""
        with _store_errors(f"the store could not read {object_id}", self._root.folder):
            inventory = self._find(object_id)
            return None if inventory is None else inventory.version()

    def path(self, object_id: str, logical_path: str) -> Path:
        """Where a file lies; see `archive.store.Store.path`."""
        with _store_errors(f"the store could not read {object_id}", self._root.folder):
            inventory = self._find(object_id)
            content_path = None if inventory is None else inventory.content_path(logical_path)
            if content_path is None:
                raise ObjectNotFound(f"the store has no {logical_path} in {object_id}")
            path = self._root.folder / self._root.object_path(object_id) / content_path
            if not path.is_file():
                raise StoreDamaged(f"{path} is not there")
            return path

    def object_ids(self) -> Iterator[str]:
        """Every object; see `archive.store.Store.object_ids`."""
        with _store_errors("the store could not be read", self._root.folder):
            if self._root.declared():
                yield from self._root.object_ids()

    def history(self, object_id: str) -> Sequence[Version]:
        """All versions; see `archive.store.Store.history`."""
        with _store_errors(f"the store could not read {object_id}", self._root.folder):
            inventory = self._find(object_id)
            return [] if inventory is None else inventory.versions()

    def survey(self) -> Survey:
        """Look at the whole; see `archive.store.Store.survey`."""
        with _store_errors("the store could not be read", self._root.folder):
            if not self._root.folder.exists():
                return Survey((), ())
            return survey_root(self._root)

    def examine(
        self, object_id: str, *, read_content: bool = True, told: Callable[[int], None] = lambda _: None
    ) -> Examined | None:
        """Look at one object; see `archive.store.Store.examine`."""
        path = self._root.usual_path(object_id)
        folder = self._root.folder / path
        if not os.path.lexists(folder):
            return None
        lock = self._root.locks / path.name
        return examine_at_rest(folder, object_id, lock, read_content=read_content, told=told)

    def _find(self, object_id: str) -> Inventory | None:
        if not self._root.declared():
            return None
        folder = self._root.folder / self._root.object_path(object_id)
        return newest(folder, object_id) if folder.exists() else None

    def _add(
        self,
        object_id: str,
        path: Path,
        build: Path,
        files: Mapping[str, StoredFile],
        *,
        message: str,
        agent: str,
    ) -> Version:
        folder = self._root.folder / path
        earlier = put_right(folder, object_id, build) if folder.exists() else None
        top = build / path if earlier is None else build
        number = 1 if earlier is None else earlier.number + 1
        gathered = _gather(files, earlier, top, number)
        if earlier is not None and gathered.state == earlier.version().sha512:
            return earlier.version()
        inventory = continued(
            earlier,
            object_id,
            gathered.state,
            gathered.added,
            created=now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            message=message,
            agent=agent,
        )
        if not is_valid(inventory.data):
            raise StoreError(f"{object_id}: the new version's inventory would not be valid")
        _write_inventory(top / f"v{number}", inventory)
        if earlier is None:
            write_new(top / OBJECT_DECLARATION, [b"ocfl_object_1.1\n"])
            _write_inventory(top, inventory)
            sync_folders(build)
            self._bring_in(build, path)
        else:
            sync_folders(build)
            move(build / f"v{number}", folder / f"v{number}")
            publish(folder, inventory, build)
        return inventory.version()

    def _bring_in(self, build: Path, path: Path) -> None:
        """Rename a new object in, together with those of the folders above it that are not there yet.

        So no moment and no crash leaves an empty folder in the hierarchy, which OCFL forbids. Another object
        may bring the same folder in just now; then it is entered instead.
        """
        parts = path.parts
        depth = 0
        while True:
            above = Path(*parts[:depth])
            missing = above / parts[depth]
            if depth + 1 < len(parts) and (self._root.folder / missing).is_dir():
                depth += 1
                continue
            try:
                move(build / missing, self._root.folder / missing)
                break
            except OSError:
                if depth + 1 == len(parts) or not (self._root.folder / missing).is_dir():
                    raise
        for up in (above, *above.parents):  # whoever made these may not have synced them yet
            sync_folder(self._root.folder / up)

    def _sweep(self, own: str) -> None:
        """Remove what dead writers left: locks that nobody holds, their builds, and our object's."""
        for lock in self._root.locks.iterdir():
            if lock.name != own:
                with hold_if_free(lock):
                    pass  # letting go of a lock removes it
        for build in self._root.builds.iterdir():
            if build.name == own:
                remove_folder(build)
                continue
            with hold_if_free(self._root.locks / build.name) as dead:
                if dead:
                    remove_folder(build)


@dataclass(frozen=True, slots=True)
class _Gathered:
    """A version's state (logical path -> SHA-512), and the content that it brings."""

    state: Mapping[str, str]
    added: list[tuple[str, Digests]]


def _gather(files: Mapping[str, StoredFile], earlier: Inventory | None, top: Path, number: int) -> _Gathered:
    """Copy what the object does not hold yet into `top`/v`number`/content."""
    state = dict(earlier.version().sha512) if earlier is not None else {}
    held = set(earlier.manifest) if earlier is not None else set()
    added = []
    check_folders(state.keys() | files.keys())
    for path, file in sorted(files.items()):
        if file.sha512 is not None and file.sha512.lower() in held:
            state[path] = digest(file).sha512
            continue
        content_path = f"v{number}/content/{path}"
        target = top / content_path
        target.parent.mkdir(parents=True, exist_ok=True)
        digests = copy(file, target)
        state[path] = digests.sha512
        if digests.sha512 in held:
            _drop(target, top)
        else:
            held.add(digests.sha512)
            added.append((content_path, digests))
    return _Gathered(state, added)


def _drop(file: Path, top: Path) -> None:
    """Remove a copy that turned out to be held already, with the folders that it leaves empty."""
    file.unlink()
    for folder in file.parents:
        if folder == top or any(folder.iterdir()):
            return
        folder.rmdir()


def _write_inventory(folder: Path, inventory: Inventory) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_new(folder / INVENTORY, [inventory.content])
    write_new(folder / SIDECAR, [inventory.sidecar])


@contextmanager
def _store_errors(what: str, folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{what}: {why(error, folder)}") from error
