"""The store on a file system, in OCFL 1.1.

ocfl-py computes inventories and validates, but it writes in place, without fsync or lock (DESIGN section 6:
store). So here a version's files are copied and hashed in a folder beside the objects, which may take hours;
then, under one lock an object, the version is built of them, synced, and brought into its object by one
rename, which takes moments. A new object comes whole in the same way.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from archive.clock import now
from archive.disks import why
from archive.errors import ObjectNotFound, StoreDamaged, StoreError, WrongInput
from archive.store import Examined, Known, StoredFile, Survey, Version
from archive.store.builds import own_build, sweep
from archive.store.content import check_names
from archive.store.durable import move, remove_folder, sync_folder, sync_folders, write_new
from archive.store.inventories import INVENTORY, SIDECAR, Inventory, continued, is_valid
from archive.store.locks import hold
from archive.store.patience import examine_at_rest
from archive.store.recovery import newest, publish, put_right
from archive.store.staging import gather, stage
from archive.store.storage_root import OBJECT_DECLARATION, StorageRoot
from archive.store.survey import survey_root

log = logging.getLogger(__name__)


class OcflStore:
    """A store (see `archive.store.Store`) in the OCFL storage root `folder`, which the first `add` makes."""

    def __init__(self, folder: Path) -> None:
        self._root = StorageRoot(folder.absolute())

    def add(
        self,
        object_id: str,
        files: Mapping[str, StoredFile],
        *,
        message: str,
        agent: str,
        known: Known = Known.NOTHING,
    ) -> Version:
        """Add files in one new version; see `archive.store.Store.add`."""
        with self.preparing(object_id, files, message=message, agent=agent, known=known) as keep:
            return keep()

    @contextmanager
    def preparing(
        self,
        object_id: str,
        files: Mapping[str, StoredFile],
        *,
        message: str,
        agent: str,
        known: Known = Known.NOTHING,
    ) -> Iterator[Callable[[], Version]]:
        """Have all of a new version ready; see `archive.store.Store.preparing`."""
        if not files:
            raise WrongInput(f"nothing was given to store in {object_id}")
        check_names(files)
        errors = partial(_store_errors, f"the store could not keep {object_id}", self._root.folder)
        held = ExitStack()
        try:
            with errors():
                ready = self._prepare(held, object_id, files, message, agent, known)

            def keep() -> Version:
                with errors():
                    return self._keep(ready)

            yield keep
        finally:
            with errors():
                held.close()

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

    def sweep(self) -> None:
        """Remove what dead writers left; see `archive.store.Store.sweep`."""
        with _store_errors("the store could not be swept", self._root.folder):
            if self._root.declared():
                sweep(self._root)

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

    def _prepare(
        self,
        held: ExitStack,
        object_id: str,
        files: Mapping[str, StoredFile],
        message: str,
        agent: str,
        known: Known,
    ) -> "_Ready":
        """Stage the files, then wait for the object's lock and build the version; `held` lets go of all of
        it."""
        self._root.declare(anew=known is Known.NOTHING)
        seen = self._find(object_id)
        if known is Known.OBJECT and seen is None:
            raise StoreError(
                f"{self._root.folder}: the object {object_id} is not there, though the record says that it "
                "was written: mount the disk or share that it lies on, or put it back from a copy of the "
                "store; nothing was written to it"
            )
        sweep(self._root)
        path = self._root.object_path(object_id)
        build = held.enter_context(own_build(self._root, path.name))
        folder = self._root.folder / path
        staged = stage(files, seen, build / "staged")
        held.enter_context(hold(self._root.locks / path.name))
        earlier = put_right(folder, object_id, build) if folder.exists() else None
        whole = build / "whole"
        top = whole / path if earlier is None else whole
        number = 1 if earlier is None else earlier.number + 1
        gathered = gather(staged, earlier, top / f"v{number}")
        if earlier is not None and gathered.state == earlier.version().sha512:
            return _Ready(path, build, earlier, earlier)
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
        sync_folders(whole)
        return _Ready(path, build, earlier, inventory)

    def _keep(self, ready: "_Ready") -> Version:
        """Bring a version that is ready into the hierarchy, and name it."""
        inventory, whole = ready.inventory, ready.build / "whole"
        if ready.earlier is None:
            self._bring_in(whole, ready.path)
        elif inventory is not ready.earlier:
            folder, name = self._root.folder / ready.path, f"v{inventory.number}"
            move(whole / name, folder / name)
            publish(folder, inventory, ready.build)
        # Before anybody records that it is there: who finds that recorded adds nothing, and sweeps nothing.
        remove_folder(ready.build)
        sync_folder(self._root.builds)
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


@dataclass(frozen=True, slots=True)
class _Ready:
    """A version that needs but to be brought in: of the object at `path`, built in `build`, with its
    inventory; that is `earlier` itself where there is nothing to write."""

    path: Path
    build: Path
    earlier: Inventory | None
    inventory: Inventory


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
