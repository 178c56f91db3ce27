"""What a crash, another program or a lying disk can leave, and what becomes of it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.errors import StoreDamaged
from archive.store.inventories import Inventory, read
from archive.store.ocfl_store import OcflStore
from tests.archive.store.soundness import object_folders, validate
from tests.contracts.store import add


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(root: Path) -> OcflStore:
    """A store with one object of two versions."""
    store = OcflStore(root)
    add(store, "bcdfgh2345", a_txt=b"bread")
    add(store, "bcdfgh2345", b_txt=b"butter")
    return store


@pytest.fixture
def folder(root: Path, store: OcflStore) -> Path:
    return object_folders(root)[0]


def take_back(folder: Path, *names: str) -> None:
    """Put the root's files back to those of version 1, as a crash before their renames leaves them."""
    for name in names:
        (folder / name).unlink()
        shutil.copy(folder / "v1" / name, folder / name)


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def test_a_version_that_the_root_does_not_name_yet_is_finished(
    root: Path, store: OcflStore, folder: Path
) -> None:
    take_back(folder, "inventory.json", "inventory.json.sha512")
    newest = store.newest("bcdfgh2345")
    assert newest is not None
    assert newest.number == 1  # readers see what the root names
    assert add(store, "bcdfgh2345", c_txt=b"jam").number == 3
    assert store.path("bcdfgh2345", "b.txt").read_bytes() == b"butter"
    validate(root)


@pytest.mark.parametrize("behind", ["inventory.json", "inventory.json.sha512"])
def test_a_crash_between_the_two_renames_loses_nothing(
    root: Path, store: OcflStore, folder: Path, behind: str
) -> None:
    take_back(folder, behind)
    newest = store.newest("bcdfgh2345")
    assert newest is not None
    assert newest.number == 2
    assert store.path("bcdfgh2345", "b.txt").read_bytes() == b"butter"
    assert add(store, "bcdfgh2345", c_txt=b"jam").number == 3
    validate(root)


@pytest.mark.parametrize(
    "tear",
    [
        lambda folder: overwrite(folder / "inventory.json", b'{"id": "bcdf'),
        lambda folder: overwrite(folder / "inventory.json", b""),
        lambda folder: (folder / "inventory.json").unlink(),
        lambda folder: (folder / "inventory.json.sha512").unlink(),
        lambda folder: overwrite(folder / "inventory.json.sha512", b""),
    ],
)
def test_a_torn_root_is_restored_from_the_newest_version(
    root: Path, store: OcflStore, folder: Path, tear: Callable[[Path], None]
) -> None:
    tear(folder)
    assert store.path("bcdfgh2345", "b.txt").read_bytes() == b"butter"
    assert list(store.object_ids()) == ["bcdfgh2345"]
    assert add(store, "bcdfgh2345", b_txt=b"butter").number == 2  # a write that changes nothing mends too
    validate(root)


def half(version: Path) -> None:
    (version / "content").mkdir(parents=True)
    (version / "content" / "c.txt").write_bytes(b"ja")


def whole_but_for(change: Callable[[Path], None]) -> Callable[[Path], None]:
    """Version 2 itself as the leftover, with something wrong in it, and the root taken back to version 1."""

    def leave(version: Path) -> None:
        folder = version.parent
        take_back(folder, "inventory.json", "inventory.json.sha512")
        change(folder / "v2")

    return leave


@pytest.mark.parametrize(
    ("leave", "number"),
    [
        (lambda version: version.mkdir(), 3),
        (half, 3),
        (lambda version: shutil.copytree(version.parent / "v1", version), 3),
        (whole_but_for(lambda version: overwrite(version / "content" / "b.txt", b"margarine")), 2),
        (whole_but_for(lambda version: (version / "content" / "b.txt").unlink()), 2),
        (whole_but_for(lambda version: (version / "content" / "more.txt").write_bytes(b"jam")), 2),
        (whole_but_for(lambda version: overwrite(version / "inventory.json", b"{}")), 2),
    ],
)
def test_a_version_that_is_not_whole_and_that_nothing_names_is_removed(
    root: Path, store: OcflStore, folder: Path, leave: Callable[[Path], None], number: int
) -> None:
    leave(folder / "v3")
    assert add(store, "bcdfgh2345", d_txt=b"salt").number == number
    assert store.path("bcdfgh2345", "a.txt").read_bytes() == b"bread"
    validate(root)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: shutil.rmtree(folder / "v1"),
        lambda folder: shutil.rmtree(folder / "v2"),
        lambda folder: overwrite(folder / "v2" / "inventory.json", b"{}"),
        lambda folder: (folder / "0=ocfl_object_1.1").unlink(),
        lambda folder: (overwrite(folder / "inventory.json", b"{"), half(folder / "v3")),
        lambda folder: (
            overwrite(folder / "inventory.json", b"{"),
            overwrite(folder / "v2" / "content" / "b.txt", b"margarine"),
        ),
        lambda folder: (
            overwrite(folder / "inventory.json", b"{"),
            overwrite(folder / "v2" / "inventory.json", b"{"),
        ),
        lambda folder: [shutil.rmtree(folder), folder.mkdir()],
    ],
)
def test_damage_is_left_for_an_archivist(
    store: OcflStore, folder: Path, damage: Callable[[Path], object]
) -> None:
    damage(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(StoreDamaged):
        add(store, "bcdfgh2345", c_txt=b"jam")
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_version_with_another_history_is_left_for_an_archivist(store: OcflStore, folder: Path) -> None:
    """Whole in itself, but it does not continue what the root names: no crash of ours leaves that."""
    inventory = read(folder / "v2")
    assert inventory is not None
    inventory.data["versions"]["v1"]["message"] = "another"
    other = Inventory(json.dumps(inventory.data).encode(), inventory.data)
    overwrite(folder / "v2" / "inventory.json", other.content)
    overwrite(folder / "v2" / "inventory.json.sha512", other.sidecar)
    take_back(folder, "inventory.json", "inventory.json.sha512")
    with pytest.raises(StoreDamaged, match="history"):
        add(store, "bcdfgh2345", c_txt=b"jam")
    assert (folder / "v2" / "content" / "b.txt").read_bytes() == b"butter"


def test_an_object_without_any_whole_inventory_cannot_be_read(store: OcflStore, folder: Path) -> None:
    overwrite(folder / "inventory.json", b"{")
    overwrite(folder / "v2" / "inventory.json", b"{")
    with pytest.raises(StoreDamaged):
        store.newest("bcdfgh2345")
    with pytest.raises(StoreDamaged):
        store.path("bcdfgh2345", "a.txt")


def test_an_object_that_is_another_is_damage(root: Path, store: OcflStore, folder: Path) -> None:
    add(store, "jkmnpq6789", a_txt=b"jam")
    other = next(each for each in object_folders(root) if each != folder)
    shutil.rmtree(other)
    shutil.copytree(folder, other)
    with pytest.raises(StoreDamaged):
        store.newest("jkmnpq6789")
    with pytest.raises(StoreDamaged):
        add(store, "jkmnpq6789", b_txt=b"jam")
