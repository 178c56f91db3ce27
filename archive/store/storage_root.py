"""The OCFL storage root: its declaration, its layout, and where objects, locks and builds lie.

The layout is the registered extension 0003: `3a7/bc0/91f/{object id}`, three times three letters of the
id's SHA-256, so that no folder grows too large and every object's folder names its object. What writers need
(locks, versions being built) lies in an extension folder of ours, which is on the same file system by
construction and holds nothing while nobody writes.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from archive.errors import StoreDamaged, StoreError, WrongInput
from archive.store import ocfl_library as ocfl
from archive.store.durable import make_folder, sync_folder, write_over
from archive.store.locks import hold

DECLARATION = "0=ocfl_1.1"
OBJECT_DECLARATION = "0=ocfl_object_1.1"
LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"

_OURS = {"extensions", "ocfl_layout.json", "README.txt", "lost+found"}
"""What may lie in a root that is not declared yet: our own beginnings, and what a file system puts there."""

_UNFINISHED = re.compile(r"\.(0=ocfl_1\.1|ocfl_layout\.json|README\.txt|config\.json)\.[0-9a-f]{32}")
"""What `durable.write_over` calls a file of ours until it is whole."""

_README = """\
This folder is an OCFL storage root (https://ocfl.io/1.1/spec/): the record of an archive of testimonies.

Each testimony is one folder, below three folders named after the SHA-256 of its id (extension 0003, see
ocfl_layout.json). Its inventory.json names every file, in every version, with its SHA-512; nothing but a
JSON reader is needed to find and check them. Please change nothing here by hand.
"""


class StorageRoot:
    """A storage root at `folder`; made on disk by `declare`, not before."""

    LOCK = "storage root"
    """Name of the lock under which the root itself is made."""

    parts = frozenset({*_OURS, DECLARATION})
    """What lies in a root beside its objects."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._layout: Any = None  # ocfl-py has no types

    @property
    def writing(self) -> Path:
        """Folder of what writers need."""
        return self.folder / "extensions" / "testimony-writing"

    @property
    def locks(self) -> Path:
        """Folder of the objects' locks."""
        return self.writing / "locks"

    @property
    def builds(self) -> Path:
        """Folder of versions that are being built, one folder an object."""
        return self.writing / "builds"

    def declared(self) -> bool:
        """Whether the folder says that it is a storage root of the version that we write."""
        return (self.folder / DECLARATION).is_file()

    def declare(self, *, anew: bool = True) -> None:
        """Make the storage root where there is none, if there may be a new one; several processes may try at
        once.

        The declaration comes last: a root that has it is complete. Raises StoreError where the folder holds
        something else, and where there is none but should be: nothing at all is made then.
        """
        if not anew and not self.declared():
            raise StoreError(
                f"{self.folder} holds no store ({DECLARATION} is not there), though the record says that "
                "testimonies were written to one: mount the disk or share that it lies on, or put the store "
                "back from a copy; nothing was written there"
            )
        make_folder(self.locks)
        make_folder(self.builds)
        if self.declared():
            return
        with hold(self.locks / self.LOCK):
            if self.declared():
                return
            self._clear_unfinished()
            strangers = sorted(
                entry.name
                for entry in self.folder.iterdir()
                if entry.name not in _OURS and not entry.name.startswith(".")
            )
            if strangers:
                raise StoreError(f"{self.folder} is no OCFL 1.1 storage root and not empty: {strangers[0]}")
            layout = ocfl.get_layout(LAYOUT)
            config = self.folder / str(layout.config_file)
            make_folder(config.parent)
            write_over(config, _as_json(layout.config))
            write_over(
                self.folder / "ocfl_layout.json",
                _as_json({"extension": layout.NAME, "description": layout.DESCRIPTION}),
            )
            write_over(self.folder / "README.txt", _README.encode())
            sync_folder(self.folder)
            write_over(self.folder / DECLARATION, b"ocfl_1.1\n")

    def _clear_unfinished(self) -> None:
        """Remove what a process that died while it made the root left of files it had not renamed yet."""
        for folder in (self.folder, self.folder / "extensions" / LAYOUT):
            for path in folder.glob(".*"):
                if _UNFINISHED.fullmatch(path.name) and path.is_file():
                    path.unlink()

    def check_layout(self) -> Iterator[tuple[Path, str]]:
        """What is wrong with the layout's files, which say where objects lie."""
        try:
            self._read_layout()
        except StoreError as error:
            yield self.folder / "ocfl_layout.json", f"the layout cannot be read: {error}"

    def layout_files(self) -> list[Path]:
        """Files that describe the layout, in the extensions folder."""
        return [self.folder / "extensions" / LAYOUT / "config.json"]

    def usual_path(self, object_id: str) -> Path:
        """As `object_path`, by the layout that we write where the root's own cannot be read: for those who
        look at a broken root."""
        try:
            return self.object_path(object_id)
        except StoreError:
            return Path(ocfl.get_layout(LAYOUT).identifier_to_path(object_id))

    def id_at(self, folder: Path) -> str | None:
        """The id of the object whose place a folder is; None where no object of ours would lie there."""
        name = unquote(folder.name)
        try:
            if self.folder / self.usual_path(name) == folder:
                return name
            found = _read_id(folder)  # a name too long for its folder
            return found if self.folder / self.usual_path(found) == folder else None
        except (StoreError, WrongInput):
            return None

    def object_path(self, object_id: str) -> Path:
        """Where an object lies, relative to the root, whether or not it is there. Raises WrongInput."""
        if not object_id or len(object_id) > 500 or not object_id.isprintable():
            raise WrongInput(f"{object_id[:80]!r} cannot name an object in the store")
        return Path(self._read_layout().identifier_to_path(object_id))

    def object_ids(self) -> Iterator[str]:
        """The ids of all objects; an object's folder has its declaration in it."""
        for folder in self._object_folders(self.folder):
            name = unquote(folder.name)
            if str(folder.relative_to(self.folder)) == self._read_layout().identifier_to_path(name):
                yield name
            else:  # a name too long for its folder; or another program's object
                yield _read_id(folder)

    def _object_folders(self, folder: Path) -> Iterator[Path]:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        if any(entry.name.startswith("0=ocfl_object_") for entry in found):
            yield folder
            return
        for entry in found:
            hidden = entry.name.startswith(".") or (folder == self.folder and entry.name in _OURS)
            if entry.is_dir(follow_symlinks=False) and not hidden:
                yield from self._object_folders(Path(entry.path))

    def _read_layout(self) -> Any:
        """The layout that the root on disk declares, whatever ours would be."""
        if self._layout is None:
            try:
                name = json.loads((self.folder / "ocfl_layout.json").read_bytes())["extension"]
                if not ocfl.layout_is_supported(name):
                    raise StoreError(f"{self.folder} has a layout that this program does not know: {name}")
                layout = ocfl.get_layout(name)
                config = self.folder / str(layout.config_file)
                if layout.config is not None:
                    layout.check_and_set_layout_params(json.loads(config.read_bytes()))
            except (ValueError, KeyError, TypeError, ocfl.LayoutException, FileNotFoundError) as error:
                raise StoreDamaged(f"{self.folder}: the store's layout cannot be read: {error}") from error
            self._layout = layout
        return self._layout


def _read_id(folder: Path) -> str:
    try:
        found = json.loads((folder / "inventory.json").read_bytes())["id"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreDamaged(f"{folder}: the object does not say its id: {error}") from error
    if not isinstance(found, str) or re.fullmatch(r"\s*", found):
        raise StoreDamaged(f"{folder}: the object does not say its id")
    return found


def _as_json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()
