"""Every broken object in the museum is found for what it is, and for nothing else."""

import shutil
import threading
from pathlib import Path

import pytest

from archive.findings import CODES
from archive.store import Examined
from archive.store.durable import remove_folder
from archive.store.locks import hold
from archive.store.ocfl_store import OcflStore
from archive.store.storage_root import StorageRoot
from tests.archive.store import museum
from tests.contracts.store import add


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.store.patience.PATIENCE_SECONDS", 0.5)


def examine(root: Path, *, quick: bool = False) -> Examined:
    examined = OcflStore(root).examine(museum.OBJECT_ID, read_content=not quick)
    assert examined is not None
    return examined


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_good_object_is_good(tmp_path: Path) -> None:
    museum.make_good(tmp_path / "store")
    for quick in (False, True):
        examined = examine(tmp_path / "store", quick=quick)
        assert examined.findings == ()
        assert {path: held.size for path, held in examined.held.items()} == {
            "bread.txt": 5,
            "butter.txt": 6,
            "jam.txt": 3,
        }


@pytest.mark.parametrize("name", sorted(museum.BREAKINGS))
def test_each_specimen_is_found_for_what_it_is_and_nothing_else(tmp_path: Path, name: str) -> None:
    root = tmp_path / "store"
    folder = museum.make_good(root)
    if name in museum.NOT_IN_GIT:
        museum.BREAKINGS[name](folder)
    else:
        remove_folder(folder)
        shutil.copytree(museum.SPECIMENS / name, folder, symlinks=True)
    code = name.split("/")[0]
    assert code in CODES
    before = files(root)
    found = examine(root).findings
    assert [finding.code for finding in found] == [code], found
    assert found[0].testimony == museum.OBJECT_ID
    assert Path(found[0].path).is_relative_to(folder)
    assert found[0].path in found[0].sentence
    quickly = [finding.code for finding in examine(root, quick=True).findings]
    assert quickly == ([] if name in museum.NOT_QUICKLY else [code])
    assert files(root) == before


def test_the_museum_holds_every_breaking_and_no_other() -> None:
    there = {f"{path.parent.name}/{path.name}" for path in museum.SPECIMENS.glob("*/*")}
    assert there == museum.BREAKINGS.keys() - museum.NOT_IN_GIT


def test_everything_is_reported_and_not_the_first_alone(tmp_path: Path) -> None:
    folder = museum.make_good(tmp_path / "store")
    for name in ("missing/content", "altered/emptied", "unexpected/in-a-version", "torn/unfinished-version"):
        museum.BREAKINGS[name](folder)
    found = {finding.code for finding in examine(tmp_path / "store").findings}
    assert found == {"missing", "altered", "unexpected", "torn"}


def test_a_torn_root_does_not_hide_what_else_is_wrong(tmp_path: Path) -> None:
    folder = museum.make_good(tmp_path / "store")
    museum.BREAKINGS["torn/inventory"](folder)
    museum.BREAKINGS["altered/content"](folder)
    assert [each.code for each in examine(tmp_path / "store").findings] == ["torn", "altered"]


@pytest.mark.slow
def test_a_version_that_is_being_named_just_now_is_not_torn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer stands between bringing its version in and naming it, and goes on while somebody looks."""
    monkeypatch.setattr("archive.store.patience.PATIENCE_SECONDS", 20)
    root = tmp_path / "store"
    folder = museum.make_good(root)
    named = {path: path.read_bytes() for path in folder.glob("inventory.json*")}
    museum.take_back(folder)
    held = threading.Event()
    looked = threading.Event()

    def write() -> None:
        with hold(StorageRoot(root).locks / museum.OBJECT_ID):
            held.set()
            looked.wait(0.5)
            for path, content in named.items():
                museum.overwrite(path, content)

    writer = threading.Thread(target=write)
    writer.start()
    held.wait()
    assert examine(root).findings == ()
    writer.join()


def test_what_a_writer_builds_is_not_torn_and_what_a_dead_one_left_is(tmp_path: Path) -> None:
    root = tmp_path / "store"
    museum.make_good(root)
    store, where = OcflStore(root), StorageRoot(root)
    build = where.builds / museum.OBJECT_ID
    (build / "v3" / "content").mkdir(parents=True)
    with hold(where.locks / museum.OBJECT_ID):
        assert store.survey().findings == ()
    (finding,) = store.survey().findings
    assert (finding.code, finding.path) == ("torn", str(build))
    add(store, museum.OBJECT_ID, salt_txt=b"salt")
    assert store.survey().findings == ()


@pytest.mark.parametrize(
    ("code", "name", "content"),
    [
        ("unexpected", "notes.txt", b"notes"),
        ("unexpected", "abc/notes.txt", b"notes"),
        ("unexpected", "abc/def/", None),
        ("unexpected", "extensions/notes.txt", b"notes"),
        ("unexpected", "extensions/testimony-writing/locks/folder/", None),
        ("not-of-this-archive", "0=ocfl_1.0", b"ocfl_1.0\n"),
        ("not-of-this-archive", "0=ocfl_1.1", b"ocfl_1.0\n"),
        ("torn", "0=ocfl_1.1", None),
        ("torn", "ocfl_layout.json", b"{"),
        ("torn", "ocfl_layout.json", None),
    ],
)
def test_a_root_in_which_something_is_wrong(
    tmp_path: Path, code: str, name: str, content: bytes | None
) -> None:
    root = tmp_path / "store"
    museum.make_good(root)
    path = root / name
    if name.endswith("/"):
        path.mkdir(parents=True)
    elif content is None:
        path.unlink()
    else:
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(content)
    survey = OcflStore(root).survey()
    assert [(finding.code, finding.path) for finding in survey.findings] == [(code, str(path).rstrip("/"))]
    assert survey.object_ids == (museum.OBJECT_ID,)
    assert examine(root).findings == ()


def test_objects_of_others_and_links_are_not_of_this_archive(tmp_path: Path) -> None:
    root = tmp_path / "store"
    folder = museum.make_good(root)
    shutil.copytree(folder, root / "other" / "place")
    (root / "away").symlink_to(tmp_path)
    shutil.copytree(folder, root / "older")
    museum.edit(museum.other_id, ".")(root / "older")
    survey = OcflStore(root).survey()
    assert [(finding.code, Path(finding.path).name) for finding in survey.findings] == [
        ("not-of-this-archive", "away"),
        ("not-of-this-archive", "older"),
        ("not-of-this-archive", "place"),
    ]
    assert "jkmnpq6789" in survey.findings[1].sentence
    assert survey.object_ids == (museum.OBJECT_ID,)


def test_a_store_that_was_never_written_has_nothing_wrong(tmp_path: Path) -> None:
    survey = OcflStore(tmp_path / "store").survey()
    assert (survey.object_ids, survey.findings) == ((), ())
    assert not (tmp_path / "store").exists()
