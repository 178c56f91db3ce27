"""Looking at a storage root without touching it: which objects lie in it, and what else does.

Folders of the layout hold folders or one object, never both; our own working folder holds locks, which the
kernel frees, and builds, which are somebody's only while their lock is held.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from archive.findings import Finding
from archive.store import Survey
from archive.store.inventories import INVENTORY
from archive.store.locks import is_held
from archive.store.storage_root import DECLARATION, StorageRoot

_DECLARED = b"ocfl_1.1\n"


def survey_root(root: StorageRoot) -> Survey:
    """The objects of a storage root, and everything in it that is neither one nor part of the root itself."""
    ids: set[str] = set()
    findings = [*_check_root(root), *_check_builds(root)]
    for entry in _entries(root.folder):
        own = entry.name in root.parts or entry.name.startswith("0=")
        if own and not entry.is_symlink():
            continue
        findings += _look(root, Path(entry.path), entry, ids)
    return Survey(tuple(sorted(ids)), tuple(findings))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _look(root: StorageRoot, path: Path, entry: os.DirEntry[str], ids: set[str]) -> Iterator[Finding]:
    if entry.is_symlink():
        yield _finding("not-of-this-archive", path, f"is a link to {path.readlink()}; the store has none")
        return
    if not entry.is_dir():
        yield _finding("unexpected", path, "is a file that nobody names, outside of all objects")
        return
    try:
        inside = _entries(path)
    except OSError as error:
        yield _finding("unreadable", path, f"cannot be looked into: {error.strerror}")
        return
    if _is_object(inside):
        yield from _identify(root, path, ids)
    elif not inside:
        yield _finding("unexpected", path, "is an empty folder; the store has none")
    else:
        for each in inside:
            yield from _look(root, Path(each.path), each, ids)


def _is_object(inside: list[os.DirEntry[str]]) -> bool:
    """Whether a folder is an object's, even where its declaration or its inventory is gone."""
    return any(entry.name.startswith("0=ocfl_object") or entry.name in (INVENTORY, "v1") for entry in inside)


def _identify(root: StorageRoot, path: Path, ids: set[str]) -> Iterator[Finding]:
    """Take an object down under the id that its place gives it, or report it as no object of ours."""
    object_id = root.id_at(path)
    if object_id is not None:
        ids.add(object_id)
        return
    try:
        said = json.loads((path / INVENTORY).read_bytes())["id"]
    except (OSError, ValueError, KeyError, TypeError):
        said = None
    what = "an object without an id" if said is None else f"the object {said}"
    yield _finding("not-of-this-archive", path, f"is {what}, and lies where this store has no object")


def _check_root(root: StorageRoot) -> Iterator[Finding]:
    """The root's own files. They are written once, the declaration last, under a lock."""
    if is_held(root.locks / root.LOCK):
        return
    declarations = [entry.name for entry in _entries(root.folder) if entry.name.startswith("0=")]
    for name in declarations:
        if name != DECLARATION:
            sentence = f"declares another kind of root; expected {DECLARATION} alone"
            yield _finding("not-of-this-archive", root.folder / name, sentence)
    path = root.folder / DECLARATION
    if DECLARATION not in declarations:
        yield _finding("torn", path, "the storage root's declaration is not there")
    elif path.read_bytes() != _DECLARED:
        sentence = f"says {path.read_bytes()[:40]!r}, expected {_DECLARED!r}"
        yield _finding("not-of-this-archive", path, sentence)
    yield from (_finding("torn", path, sentence) for path, sentence in root.check_layout())
    yield from _check_extensions(root)


def _check_extensions(root: StorageRoot) -> Iterator[Finding]:
    known = {root.writing, root.locks, root.builds, *root.layout_files()}
    known |= {parent for path in known for parent in path.parents}
    for current, folders, files in os.walk(root.folder / "extensions"):
        at = Path(current)
        if at == root.builds:
            folders.clear()
            continue
        for name in [*folders, *files]:
            path = at / name
            is_lock = at == root.locks and path.is_file() and not path.is_symlink()
            if path.is_symlink() or not (is_lock or path in known):
                yield _finding("unexpected", path, "nobody names it")
                if name in folders:
                    folders.remove(name)


def _check_builds(root: StorageRoot) -> Iterator[Finding]:
    if not root.builds.is_dir():
        return
    for build in _entries(root.builds):
        path = Path(build.path)
        # Its writer removes it before letting go of the lock, so it is looked for again in the end.
        if not is_held(root.locks / build.name) and path.exists():
            sentence = "a version that was never finished: its writer died; the next one clears it"
            yield _finding("torn", path, sentence)


def _finding(code: str, path: Path, sentence: str) -> Finding:
    return Finding(code, None, str(path), f"{path}: {sentence}")
