"""A museum of broken objects: each is the good one, broken in one named way.

`python -m tests.archive.store.museum` makes tests/specimens/store again, one folder an object, named after
the finding that it is: `specimens/store/missing/content`. What git cannot keep (an empty folder, a pipe) is
broken anew by the test that looks at it.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from archive.store import StoredFile
from archive.store.ocfl_store import OcflStore

SPECIMENS = Path(__file__).parents[2] / "specimens" / "store"
OBJECT_ID = "bcdfgh2345"

Breaking = Callable[[Path], object]


def make_good(root: Path) -> Path:
    """A store with one object of two versions; returns the object's folder."""
    store = OcflStore(root)
    for files in ({"bread.txt": b"bread"}, {"butter.txt": b"butter", "jam.txt": b"jam"}):
        stored = {name: StoredFile(content) for name, content in files.items()}
        store.add(OBJECT_ID, stored, message="a specimen", agent="tests")
    (declaration,) = root.rglob("0=ocfl_object_1.1")
    return declaration.parent


def overwrite(path: Path, content: bytes) -> None:
    """Write over a file that is kept read-only."""
    path.chmod(0o644)
    path.write_bytes(content)


def half(path: Path) -> None:
    """Leave the first half of a file."""
    content = path.read_bytes()
    overwrite(path, content[: len(content) // 2])


def edit(change: Callable[[Any], object], *names: str) -> Breaking:
    """Change inventories (those of the folders `names`, "." the root's) and sign them anew."""

    def act(folder: Path) -> None:
        for name in names:
            path = folder / name / "inventory.json"
            inventory = json.loads(path.read_bytes())
            change(inventory)
            content = json.dumps(inventory, indent=1).encode()
            overwrite(path, content)
            digest = hashlib.sha512(content).hexdigest()
            overwrite(folder / name / "inventory.json.sha512", f"{digest} inventory.json\n".encode())

    return act


def take_back(folder: Path) -> None:
    """Let the root name version 1 alone, as a crash leaves it before version 2 is named."""
    for name in ("inventory.json", "inventory.json.sha512"):
        overwrite(folder / name, (folder / "v1" / name).read_bytes())


def leave_unfinished(folder: Path) -> None:
    """A version that a dead writer of another kind left half-way."""
    (folder / "v3" / "content").mkdir(parents=True)
    (folder / "v3" / "content" / "salt.txt").write_bytes(b"sa")


def lose_both(folder: Path) -> None:
    """Neither the root's inventory nor the newest version's is whole."""
    half(folder / "inventory.json")
    half(folder / "v2" / "inventory.json")


def link(folder: Path) -> None:
    """A link where a file was."""
    path = folder / "v1" / "content" / "bread.txt"
    path.unlink()
    path.symlink_to("../../v2/content/jam.txt")


def other_sha256(inventory: Any) -> None:
    """The fixity block names the digest of something else."""
    block = inventory["fixity"]["sha256"]
    digest = next(digest for digest, paths in block.items() if paths == ["v1/content/bread.txt"])
    block[hashlib.sha256(b"stones").hexdigest()] = block.pop(digest)


def other_id(inventory: Any) -> None:
    inventory["id"] = "jkmnpq6789"


def other_message(inventory: Any) -> None:
    inventory["versions"]["v1"]["message"] = "another history"


def older_algorithm(inventory: Any) -> None:
    inventory["digestAlgorithm"] = "md5"


BREAKINGS: dict[str, Breaking] = {
    "missing/content": lambda folder: (folder / "v1" / "content" / "bread.txt").unlink(),
    "missing/version": lambda folder: shutil.rmtree(folder / "v1"),
    "altered/content": lambda folder: overwrite(folder / "v1" / "content" / "bread.txt", b"stone"),
    "altered/emptied": lambda folder: overwrite(folder / "v2" / "content" / "jam.txt", b""),
    "unexpected/content": lambda folder: (folder / "v2" / "content" / "salt.txt").write_bytes(b"salt"),
    "unexpected/in-a-version": lambda folder: (folder / "v1" / "notes.txt").write_bytes(b"notes"),
    "unexpected/in-the-object": lambda folder: (folder / "notes.txt").write_bytes(b"notes"),
    "unexpected/hidden": lambda folder: (folder / "v1" / "content" / ".DS_Store").write_bytes(b"\0"),
    "unexpected/second-declaration": lambda folder: (folder / "0=ocfl_object_1.0").write_bytes(
        b"ocfl_object_1.0\n"
    ),
    "unexpected/empty-folder": lambda folder: (folder / "v1" / "content" / "empty").mkdir(),
    "torn/inventory": lambda folder: half(folder / "inventory.json"),
    "torn/inventory-emptied": lambda folder: overwrite(folder / "inventory.json", b""),
    "torn/inventory-gone": lambda folder: (folder / "inventory.json").unlink(),
    "torn/sidecar": lambda folder: overwrite(folder / "inventory.json.sha512", b"0000 inventory.json\n"),
    "torn/sidecar-emptied": lambda folder: overwrite(folder / "inventory.json.sha512", b""),
    "torn/sidecar-gone": lambda folder: (folder / "inventory.json.sha512").unlink(),
    "torn/no-inventory-whole": lose_both,
    "torn/declaration-gone": lambda folder: (folder / "0=ocfl_object_1.1").unlink(),
    "torn/declaration-emptied": lambda folder: overwrite(folder / "0=ocfl_object_1.1", b""),
    "torn/version-inventory": lambda folder: half(folder / "v1" / "inventory.json"),
    "torn/version-inventory-gone": lambda folder: (folder / "v1" / "inventory.json").unlink(),
    "torn/newest-version-inventory": lambda folder: half(folder / "v2" / "inventory.json"),
    "torn/root-and-newest-differ": edit(other_message, "v2"),
    "torn/another-history": edit(other_message, "v1"),
    "torn/version-not-named": take_back,
    "torn/unfinished-version": leave_unfinished,
    "wrong-digest/fixity": edit(other_sha256, ".", "v1", "v2"),
    "wrong-digest/fixity-of-a-version": edit(other_sha256, "v1"),
    "not-of-this-archive/link": link,
    "not-of-this-archive/link-beside": lambda folder: (folder / "v1" / "content" / "x").symlink_to(
        "bread.txt"
    ),
    "not-of-this-archive/link-to-a-folder": lambda folder: (folder / "v1" / "content" / "x").symlink_to(
        "/tmp"
    ),
    "not-of-this-archive/other-id": edit(other_id, ".", "v1", "v2"),
    "not-of-this-archive/pipe": lambda folder: os.mkfifo(folder / "v1" / "content" / "pipe"),
    "invalid/digest-algorithm": edit(older_algorithm, ".", "v1", "v2"),
}
"""By the finding's code and what happened."""

NOT_IN_GIT = {
    "unexpected/empty-folder",
    "not-of-this-archive/pipe",
    "not-of-this-archive/link-to-a-folder",  # whoever walks through the specimens would follow it
}
NOT_QUICKLY = {"altered/content", "altered/emptied", "wrong-digest/fixity"}
"""Found only where content is read."""


def make() -> None:
    """Make tests/specimens/store again."""
    shutil.rmtree(SPECIMENS, ignore_errors=True)
    for name, breaking in BREAKINGS.items():
        if name in NOT_IN_GIT:
            continue
        with TemporaryDirectory() as root:
            folder = make_good(Path(root) / "store")
            breaking(folder)
            shutil.copytree(folder, SPECIMENS / name, symlinks=True)


if __name__ == "__main__":
    make()
