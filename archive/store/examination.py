"""Looking at one object without touching it: is it whole, and does every byte say what its inventory says?

Everything that is wrong is reported, not the first thing alone. Where the root inventory is not whole, the
newest version's own speaks in its place, as it does for readers (`recovery.newest`).
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from archive.errors import ChecksumMismatch, WrongInput
from archive.findings import Finding
from archive.store import Examined, Held, StoredFile
from archive.store.content import Digests, digest
from archive.store.inventories import INVENTORY, SIDECAR, Inventory, read, version_folders
from archive.store.storage_root import OBJECT_DECLARATION
from archive.store.validation import validate

_DECLARED = b"ocfl_object_1.1\n"

Told = Callable[[int], None]
"""Is told of bytes as they are read."""

Known = dict[tuple[str, int, int, int], Digests]
"""Digests by path, size, inode and time of change, so that a second look reads nothing twice."""


@dataclass(slots=True)
class _Look:
    """One look at one object's folder, and what it has found so far."""

    folder: Path
    object_id: str
    sizes: dict[str, int] = field(default_factory=dict)
    """Every file by its path in the object."""
    empty: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(self, code: str, path: str, sentence: str) -> None:
        where = self.folder / path
        self.findings.append(Finding(code, self.object_id, str(where), f"{where}: {sentence}"))

    def found_at(self, path: str) -> bool:
        """Whether something is said already of a path (a sidecar's is its inventory's), or of a folder that
        it lies in."""
        said = {Path(finding.path) for finding in self.findings}
        where = self.folder / path
        if where.name == SIDECAR:
            where = where.with_name(INVENTORY)
        return where in said or not said.isdisjoint(where.parents)


def examine_folder(folder: Path, object_id: str, *, read_content: bool, told: Told, known: Known) -> Examined:
    """What the object in `folder`, which should be `object_id`, holds, and all that is wrong with it."""
    look = _Look(folder, object_id)
    _walk(look, folder)
    _check_declaration(look)
    root = read(folder)
    trusted = _trusted(look, root)
    if trusted is None:
        code, why = _why(folder)
        said = validate(folder) if code == "invalid" else []  # of files nothing can be said without it
        reasons = [sentence for path, sentence in said if path == INVENTORY]
        look.find(code, INVENTORY, "; ".join(reasons) or f"{why}, nor is the newest version's own whole")
        return Examined(object_id, {}, tuple(look.findings))
    if trusted.object_id != object_id:
        look.find("not-of-this-archive", INVENTORY, f"says {trusted.object_id}, expected {object_id}")
        return Examined(object_id, {}, tuple(look.findings))
    _check_versions(look, trusted, whole=root is not None)
    _check_content(look, trusted, read_content=read_content, told=told, known=known)
    _check_strays(look, trusted)
    if root is not None:
        for path, sentence in validate(folder):
            if not look.found_at(path):
                look.find("invalid", path, sentence)
    return Examined(object_id, _held(look, trusted), tuple(look.findings))


def _walk(look: _Look, folder: Path) -> None:
    """Take down every file; what is neither file nor folder is reported here."""
    here = str(folder.relative_to(look.folder))
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        look.find("unreadable", here, f"cannot be looked into: {error.strerror}")
        return
    if not found:
        look.empty.append(here)
    for entry in found:
        path = Path(entry.path)
        relative = str(path.relative_to(look.folder))
        if entry.is_symlink():
            look.find("not-of-this-archive", relative, f"is a link to {path.readlink()}; the store has none")
        elif entry.is_dir():
            _walk(look, path)
        elif entry.is_file():
            look.sizes[relative] = entry.stat().st_size
        else:
            look.find("not-of-this-archive", relative, "is neither a file nor a folder")


def _check_declaration(look: _Look) -> None:
    try:
        declared = (look.folder / OBJECT_DECLARATION).read_bytes()
    except OSError:
        look.find("torn", OBJECT_DECLARATION, "the object's declaration is not there")
        return
    if declared != _DECLARED:
        look.find("torn", OBJECT_DECLARATION, f"says {declared[:40]!r}, expected {_DECLARED!r}")


def _trusted(look: _Look, root: Inventory | None) -> Inventory | None:
    """The inventory to go by: the root's where it is whole, else the newest version's."""
    if root is not None:
        return root
    for version in version_folders(look.folder)[:1]:
        inventory = read(version)
        if inventory is not None and inventory.object_id == look.object_id:
            code, why = _why(look.folder)
            look.find(code, INVENTORY, f"{why}; that of {version.name} is whole, and is read in its place")
            return inventory
    return None


def _why(folder: Path) -> tuple[str, str]:
    """Why `inventories.read` will not have an inventory: a finding's code, and a clause."""
    if not (folder / INVENTORY).is_file():
        return "torn", "the inventory is not there"
    if not (folder / SIDECAR).is_file():
        return "torn", "the inventory's sidecar is not there"
    content = (folder / INVENTORY).read_bytes()
    expected = Inventory(content, None).sidecar.split()[0].decode()
    said = (folder / SIDECAR).read_bytes().split()[:1]
    if not said or said[0].decode(errors="replace") != expected:
        return "torn", "the inventory's digest is not the one in its sidecar"
    return "invalid", "the inventory is not one of OCFL 1.1 with SHA-512"


def _check_versions(look: _Look, trusted: Inventory, *, whole: bool) -> None:
    here = {version.name: version for version in version_folders(look.folder)}
    named = list(trusted.data["versions"])
    for name in named:
        if name not in here:
            look.find("missing", name, "this version is not there; the inventory names it")
            continue
        own = read(here[name])
        path = f"{name}/{INVENTORY}"
        if own is None:
            code, why = _why(here[name])
            look.find(code, path, why)
        elif own.object_id != look.object_id:
            look.find("not-of-this-archive", path, f"says {own.object_id}, expected {look.object_id}")
        elif name == f"v{trusted.number}" and whole and own.content != trusted.content:
            look.find("torn", path, "differs from the object's root inventory; both should be the same")
        elif not trusted.continues(own) or own.number != int(name[1:]):
            look.find("torn", path, "tells another history than the object's root inventory")
        else:
            _compare_digests(look, path, own, trusted)
    for name in here:
        if name not in named:
            look.find(
                "torn",
                name,
                "no inventory names this version: a writer died; the next one finishes or clears it",
            )


def _compare_digests(look: _Look, path: str, own: Inventory, trusted: Inventory) -> None:
    for algorithm, earlier, later in (
        ("SHA-512", _by_path(own.manifest), _by_path(trusted.manifest)),
        ("SHA-256", _sha256(own), _sha256(trusted)),
    ):
        for content_path in sorted(earlier.keys() & later.keys()):
            if earlier[content_path] != later[content_path]:
                look.find(
                    "wrong-digest",
                    path,
                    f"has another {algorithm} for {content_path} than the root inventory",
                )


def _check_content(look: _Look, trusted: Inventory, *, read_content: bool, told: Told, known: Known) -> None:
    sha256 = _sha256(trusted)
    for path, sha512 in sorted(_by_path(trusted.manifest).items()):
        if path not in look.sizes:
            if not look.found_at(path):
                look.find("missing", path, f"is not there; its SHA-512 would be {sha512}")
        elif read_content:
            found = _digests(look, path, told, known)
            if found is None:
                continue
            if found.sha512 != sha512.lower():
                look.find("altered", path, f"has the SHA-512 {found.sha512}, expected {sha512}")
            elif path in sha256 and found.sha256 != sha256[path].lower():
                look.find(
                    "wrong-digest",
                    path,
                    f"has the SHA-256 {found.sha256}, and the SHA-512 that it should have; the inventory's "
                    f"fixity block says {sha256[path]}",
                )


def _digests(look: _Look, path: str, told: Told, known: Known) -> Digests | None:
    file = look.folder / path
    try:
        stat = file.stat()
        key = (str(file), stat.st_size, stat.st_ino, stat.st_mtime_ns)
        if key not in known:
            known[key] = digest(StoredFile(file), told)
        return known[key]
    except (OSError, WrongInput, ChecksumMismatch) as error:
        look.find("unreadable", path, f"cannot be read: {error.__cause__ or error}")
        return None


def _check_strays(look: _Look, trusted: Inventory) -> None:
    """Files that nobody names, and empty folders, which OCFL forbids."""
    inventories = {INVENTORY, SIDECAR}
    named = {OBJECT_DECLARATION, *inventories, *_by_path(trusted.manifest)}
    named |= {f"{version}/{name}" for version in trusted.data["versions"] for name in inventories}
    for path in sorted(look.sizes.keys() - named):
        if not look.found_at(path):
            look.find("unexpected", path, "no inventory names this file")
    for path in look.empty:
        should_hold = any(each.startswith(f"{path}/") for each in named)
        if not should_hold and not look.found_at(path):
            look.find("unexpected", path, "is an empty folder, and nobody names it")


def _held(look: _Look, trusted: Inventory) -> Mapping[str, Held]:
    sha256 = _sha256(trusted)
    held = {}
    for logical_path, sha512 in trusted.version().sha512.items():
        content_path = str(PurePosixPath(trusted.data["manifest"][sha512][0]))
        held[logical_path] = Held(
            file=look.folder / content_path,
            sha512=sha512.lower(),
            sha256=sha256.get(content_path),
            size=look.sizes.get(content_path),
        )
    return held


def _by_path(digests: Mapping[str, list[str]]) -> dict[str, str]:
    return {path: digest for digest, paths in digests.items() for path in paths}


def _sha256(inventory: Inventory) -> dict[str, str]:
    return _by_path(inventory.data.get("fixity", {}).get("sha256", {}))
