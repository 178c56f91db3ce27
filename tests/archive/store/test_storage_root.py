import json
import shutil
from pathlib import Path

import pytest

from archive.errors import StoreDamaged, StoreError
from archive.store.storage_root import StorageRoot


@pytest.fixture
def root(tmp_path: Path) -> StorageRoot:
    root = StorageRoot(tmp_path / "store")
    root.declare()
    return root


def test_declaring_twice_changes_nothing(root: StorageRoot) -> None:
    def state() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in root.folder.rglob("*") if path.is_file()}

    before = state()
    root.declare()
    StorageRoot(root.folder).declare()
    assert state() == before


def test_a_root_of_another_layout_is_used_as_it_is(root: StorageRoot) -> None:
    config = next(root.folder.glob("extensions/0003*/config.json"))
    settings = json.loads(config.read_text())
    config.unlink()
    config.write_text(json.dumps({**settings, "tupleSize": 2, "numberOfTuples": 1}))
    # sha256("object-01") begins with 3c0ff4240c
    assert StorageRoot(root.folder).object_path("object-01") == Path("3c/object-01")
    assert root.object_path("object-01") == Path("3c/object-01")  # read when first needed, not before


@pytest.mark.parametrize(
    ("layout", "error"),
    [
        ('{"extension": "9999-not-known", "description": ""}', StoreError),
        ("{", StoreDamaged),
        ("[]", StoreDamaged),
        ("{}", StoreDamaged),
    ],
)
def test_a_layout_that_is_not_known_is_refused(
    root: StorageRoot, layout: str, error: type[StoreError]
) -> None:
    (root.folder / "ocfl_layout.json").unlink()
    (root.folder / "ocfl_layout.json").write_text(layout)
    with pytest.raises(error):
        root.object_path("object-01")


def test_a_layout_without_its_parameters_is_damage(root: StorageRoot) -> None:
    shutil.rmtree(next(root.folder.glob("extensions/0003*")))
    with pytest.raises(StoreDamaged):
        root.object_path("object-01")


def test_an_object_in_an_unexpected_place_says_its_own_id(root: StorageRoot) -> None:
    folder = root.folder / "somewhere" / "else"
    folder.mkdir(parents=True)
    (folder / "0=ocfl_object_1.1").write_text("ocfl_object_1.1\n")
    (folder / "inventory.json").write_text('{"id": "urn:other"}')
    assert list(root.object_ids()) == ["urn:other"]
    (folder / "inventory.json").write_text("{}")
    with pytest.raises(StoreDamaged):
        list(root.object_ids())
