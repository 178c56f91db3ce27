"""Content on its way into an object: copied and hashed beside the objects, for as long as that takes, and
taken into a version in a moment, once the object's lock is held.

An original of hours may come from a slow disk or share. Whoever changes the same testimony meanwhile (a
withdrawal, say) waits for none of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from archive.errors import StoreDamaged
from archive.store import StoredFile
from archive.store.content import Digests, check_folders, copy, digest
from archive.store.durable import sync_folders
from archive.store.inventories import Inventory


@dataclass(frozen=True, slots=True)
class Staged:
    """Files that were read: the digests of each by its logical path, and where those lie that were copied (as
    `content/LOGICAL PATH` below `folder`)."""

    folder: Path
    digests: Mapping[str, Digests]
    copied: frozenset[str]


@dataclass(frozen=True, slots=True)
class Gathered:
    """A version's state (logical path -> SHA-512), and the content that it brings."""

    state: Mapping[str, str]
    added: list[tuple[str, Digests]]


def stage(files: Mapping[str, StoredFile], earlier: Inventory | None, folder: Path) -> Staged:
    """Read files, and copy those to `folder` that an object does not hold, all of it synced. `earlier` is
    what readers see of the object; what it holds by then, it holds for ever.

    Raises ChecksumMismatch and WrongInput.
    """
    held = set(earlier.manifest) if earlier is not None else set()
    check_folders((earlier.version().sha512.keys() if earlier is not None else set()) | files.keys())
    digests: dict[str, Digests] = {}
    copied = set()
    for path, file in sorted(files.items()):
        promised = file.sha512 is not None and file.sha512.lower() in held
        if promised or isinstance(file.content, bytes):
            digests[path] = digest(file)
            if digests[path].sha512 in held:
                continue
        target = folder / "content" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        digests[path] = copy(file, target)
        copied.add(path)
        held.add(digests[path].sha512)
    if copied:
        sync_folders(folder)
    return Staged(folder, digests, frozenset(copied))


def gather(staged: Staged, earlier: Inventory | None, version: Path) -> Gathered:
    """Take staged content into the folder of the object's next version, which is not there yet; under the
    object's lock. What others brought in meanwhile is dropped.

    Raises WrongInput where a file would be a folder too by now, StoreDamaged where the object lost what it
    held.
    """
    state = dict(earlier.version().sha512) if earlier is not None else {}
    held = set(earlier.manifest) if earlier is not None else set()
    check_folders(state.keys() | staged.digests.keys())
    added = []
    for path, digests in staged.digests.items():
        state[path] = digests.sha512
        if path in staged.copied:
            if digests.sha512 in held:
                _drop(staged.folder / "content" / path, staged.folder)
            else:
                held.add(digests.sha512)
                added.append((f"{version.name}/content/{path}", digests))
        elif digests.sha512 not in held:
            raise StoreDamaged(f"{version.parent}: what the object held of {path} is in it no more")
    if added:
        version.parent.mkdir(parents=True, exist_ok=True)
        staged.folder.rename(version)
    return Gathered(state, added)


def _drop(file: Path, top: Path) -> None:
    """Remove a copy that turned out to be held already, with the folders that it leaves empty."""
    file.unlink()
    for folder in file.parents:
        if folder == top or any(folder.iterdir()):
            return
        folder.rmdir()
