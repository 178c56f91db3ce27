"""The OCFL store: the contract, what lies on disk, and a disk that refuses."""

import errno
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.errors import StoreDamaged, StoreError
from archive.store import StoredFile, Version, content
from archive.store.locks import hold
from archive.store.ocfl_store import OcflStore
from archive.store.storage_root import StorageRoot
from tests.archive.store.soundness import object_folders, validate
from tests.contracts.store import StoreContract, add, sha512


class TestOcflStore(StoreContract):
    open_store = staticmethod(OcflStore)

    def check(self, folder: Path) -> None:
        validate(folder)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


def test_reading_makes_nothing(root: Path) -> None:
    store = OcflStore(root)
    assert store.newest("bcdfgh2345") is None
    assert list(store.object_ids()) == []
    assert not root.exists()


def test_the_root_says_what_it_is(root: Path) -> None:
    add(OcflStore(root), "bcdfgh2345", a_txt=b"bread")
    assert (root / "0=ocfl_1.1").read_text() == "ocfl_1.1\n"
    layout = json.loads((root / "ocfl_layout.json").read_text())["extension"]
    assert json.loads((root / "extensions" / layout / "config.json").read_text())["extensionName"] == layout
    assert "OCFL" in (root / "README.txt").read_text()


def test_an_object_lies_where_the_layout_says(root: Path) -> None:
    add(OcflStore(root), "bcdfgh2345", a_txt=b"bread")
    # The extension's own example: https://ocfl.github.io/extensions/0003-hash-and-id-n-tuple-storage-layout
    add(OcflStore(root), "object-01", a_txt=b"bread")
    assert root / "3c0" / "ff4" / "240" / "object-01" in object_folders(root)


def test_content_is_kept_once_and_never_again(root: Path) -> None:
    store = OcflStore(root)
    add(store, "bcdfgh2345", a_txt=b"bread", b_txt=b"bread")
    add(store, "bcdfgh2345", c_txt=b"bread", d_txt=b"butter")
    add(store, "bcdfgh2345", e_txt=b"butter")
    (folder,) = object_folders(root)
    kept = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.txt"))
    assert kept == ["v1/content/a.txt", "v2/content/d.txt"]
    assert not (folder / "v3" / "content").exists()
    validate(root)


def test_of_what_is_kept_no_build_is_left_when_it_is_recorded(root: Path) -> None:
    """Killed or without power after that, nobody would come by to remove it."""
    store = OcflStore(root)
    for said in (b"bread", b"butter", b"butter"):  # a new object, another version, nothing new
        files = {"a.txt": StoredFile(said, sha512(said))}
        with store.preparing("bcdfgh2345", files, message="a test", agent="tests") as keep:
            keep()
            assert list(StorageRoot(root).builds.iterdir()) == []
        validate(root)


def test_what_the_dead_left_is_swept_and_what_the_living_have_is_not(root: Path) -> None:
    store = OcflStore(root)
    store.sweep()
    assert not root.exists()
    add(store, "bcdfgh2345", a_txt=b"bread")
    folders = StorageRoot(root)
    with hold(folders.locks / "alive"):
        for name in ("alive", "dead"):
            (folders.builds / name / "staged").mkdir(parents=True)
            (folders.locks / name).touch()
        (folders.locks / "object").touch()
        store.sweep()
        assert [path.name for path in folders.builds.iterdir()] == ["alive"]
        assert [path.name for path in folders.locks.iterdir()] == ["alive"]
    store.sweep()
    validate(root)


def test_sha256_stands_beside_sha512(root: Path) -> None:
    store = OcflStore(root)
    add(store, "bcdfgh2345", a_txt=b"bread")
    add(store, "bcdfgh2345", b_txt=b"butter")
    (folder,) = object_folders(root)
    inventory = json.loads((folder / "inventory.json").read_text())
    assert inventory["digestAlgorithm"] == "sha512"
    named = {path for paths in inventory["fixity"]["sha256"].values() for path in paths}
    assert named == {"v1/content/a.txt", "v2/content/b.txt"}
    assert inventory["versions"]["v2"]["user"] == {"name": "tests"}
    validate(root)


def test_what_is_kept_cannot_be_written_over(root: Path) -> None:
    store = OcflStore(root)
    add(store, "bcdfgh2345", a_txt=b"bread")
    mode = stat.S_IMODE(store.path("bcdfgh2345", "a.txt").stat().st_mode)
    assert mode & 0o222 == 0
    assert mode & 0o400


def test_a_umask_that_hides_is_kept(root: Path) -> None:
    before = os.umask(0o077)
    try:
        add(OcflStore(root), "bcdfgh2345", a_txt=b"bread")
    finally:
        os.umask(before)
    assert stat.S_IMODE(OcflStore(root).path("bcdfgh2345", "a.txt").stat().st_mode) == 0o400


def test_a_folder_with_something_else_in_it_is_refused(root: Path) -> None:
    root.mkdir()
    (root / "holiday.jpg").write_bytes(b"not ours")
    with pytest.raises(StoreError, match=r"holiday\.jpg"):
        add(OcflStore(root), "bcdfgh2345", a_txt=b"bread")
    assert not (root / "0=ocfl_1.1").exists()


def test_a_root_cut_off_while_it_was_made_is_finished(root: Path) -> None:
    (root / "extensions").mkdir(parents=True)
    (root / "lost+found").mkdir()
    (root / "ocfl_layout.json").write_bytes(b"{")
    (root / ".0=ocfl_1.1.abc").write_bytes(b"")
    add(OcflStore(root), "bcdfgh2345", a_txt=b"bread")
    assert list(OcflStore(root).object_ids()) == ["bcdfgh2345"]


def test_a_root_without_its_layout_is_damaged(root: Path) -> None:
    add(OcflStore(root), "bcdfgh2345", a_txt=b"bread")
    (root / "ocfl_layout.json").unlink()
    for act in (lambda store: store.newest("bcdfgh2345"), lambda store: add(store, "bcdfgh2345", a=b"jam")):
        with pytest.raises(StoreDamaged, match="layout"):
            act(OcflStore(root))


def test_a_file_that_went_missing_is_damage(root: Path) -> None:
    store = OcflStore(root)
    add(store, "bcdfgh2345", a_txt=b"bread")
    store.path("bcdfgh2345", "a.txt").unlink()
    with pytest.raises(StoreDamaged, match=r"a\.txt"):
        store.path("bcdfgh2345", "a.txt")


@pytest.mark.parametrize("failing", ["fsync", "rename", "mkdir", "replace"])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_a_disk_that_refuses_leaves_nothing_half(
    root: Path, monkeypatch: pytest.MonkeyPatch, failing: str, error: int
) -> None:
    """Whichever call fails first: a StoreError, the object as it was, and the next writer goes on."""
    store = OcflStore(root)
    before = add(store, "bcdfgh2345", a_txt=b"bread")
    real: Callable[..., None] = getattr(os, failing)

    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, failing, refuse)
    with pytest.raises(StoreError, match=os.strerror(error)):
        store.add("bcdfgh2345", {"x/b.txt": StoredFile(b"jam")}, message="a test", agent="tests")
    monkeypatch.setattr(os, failing, real)
    # A version that came in whole before its inventory failed may stay, for the next writer to finish.
    assert store.newest("bcdfgh2345") == before
    add(store, "bcdfgh2345", c_txt=b"salt")
    assert store.path("bcdfgh2345", "a.txt").read_bytes() == b"bread"
    assert store.path("bcdfgh2345", "c.txt").read_bytes() == b"salt"
    validate(root)


def test_a_full_disk_in_the_middle_of_a_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of a new object's second file is written when the disk is full."""
    written = []
    real = os.fsync

    def fill(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    add(OcflStore(root), "jkmnpq6789", a_txt=b"bread")
    monkeypatch.setattr(os, "fsync", fill)
    with pytest.raises(StoreError):
        add(OcflStore(root), "bcdfgh2345", a_txt=b"bread", b_txt=b"butter")
    monkeypatch.setattr(os, "fsync", real)
    assert OcflStore(root).newest("bcdfgh2345") is None
    validate(root)


def test_everything_is_synced_before_it_is_renamed_and_its_folder_after(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Power-cut order: at each rename into the hierarchy all that moves is synced; when `add` returns, so are
    the folders that it moved into, up to the root."""
    synced: set[int] = set()
    unsynced: set[Path] = set()
    real_fsync, real_rename, real_replace = os.fsync, os.rename, os.replace

    def fsync(descriptor: int) -> None:
        real_fsync(descriptor)
        synced.add(os.fstat(descriptor).st_ino)
        unsynced.difference_update({path for path in unsynced if path.stat().st_ino in synced})

    def watch(rename: Callable[[str, str], None]) -> Callable[[str, str], None]:
        def watched(source: str, target: str) -> None:
            for path in (Path(source), *Path(source).rglob("*")):
                assert path.stat().st_ino in synced, f"{path} is renamed before it is synced"
            rename(source, target)
            folder = Path(target).parent
            synced.discard(folder.stat().st_ino)
            unsynced.add(folder)

        return watched

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "rename", watch(real_rename))
    monkeypatch.setattr(os, "replace", watch(real_replace))
    store = OcflStore(root)
    for files in ({"a/b.txt": StoredFile(b"bread")}, {"c/d/e.txt": StoredFile(b"butter")}):
        store.add("bcdfgh2345", files, message="a test", agent="tests")
        assert unsynced == set()
        (folder,) = object_folders(root)
        assert {path for path in (folder, *folder.parents) if root in (path, *path.parents)} <= {
            path for path in (folder, *folder.parents) if path.stat().st_ino in synced
        }


def test_folders_that_another_writer_just_made_are_synced_too(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two objects come below one folder at the same moment: neither may rest on the other's sync."""
    store = OcflStore(root)
    add(store, "jkmnpq6789", a_txt=b"bread")
    above = (root / StorageRoot(root).object_path("bcdfgh2345")).parent
    above.mkdir(parents=True)
    synced = set()
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.add(os.fstat(descriptor).st_ino))
    add(store, "bcdfgh2345", a_txt=b"bread")
    for folder in (above, above.parent, above.parent.parent, root):
        assert folder.stat().st_ino in synced


def test_content_of_dead_writers_is_swept(root: Path) -> None:
    add(OcflStore(root), "bcdfgh2345", a_txt=b"bread")
    for name in ("bcdfgh2345", "jkmnpq6789"):
        left = root / "extensions" / "testimony-writing" / "builds" / name / "v2" / "content" / "half.wav"
        left.parent.mkdir(parents=True)
        left.write_bytes(b"half")
    assert add(OcflStore(root), "bcdfgh2345", b_txt=b"butter").number == 2
    validate(root)


def test_locks_of_dead_writers_are_swept(root: Path) -> None:
    locks = root / "extensions" / "testimony-writing" / "locks"
    add(OcflStore(root), "bcdfgh2345", a_txt=b"bread")
    (locks / "storage root").touch()
    with hold(locks / "jkmnpq6789"):
        add(OcflStore(root), "bcdfgh2345", a_txt=b"butter")
        assert [lock.name for lock in locks.iterdir()] == ["jkmnpq6789"]


@pytest.mark.parametrize("held", [False, True])
def test_a_long_copy_keeps_nobody_from_writing_to_the_object(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    """In the middle of the copy somebody else writes, be it the same file; a sweep leaves the copy alone."""
    store, file = OcflStore(root), tmp_path / "hours.wav"
    file.write_bytes(b"hours")
    if held:
        add(store, "bcdfgh2345", a_txt=b"bread")
    between: list[Callable[[], Version]] = [
        lambda: add(store, "bcdfgh2345", b_txt=b"butter"),
        lambda: add(store, "bcdfgh2345", hours_wav=b"hours"),
        lambda: add(store, "jkmnpq6789", a_txt=b"jam"),
    ]
    real = content._read

    def slow(source: bytes | Path) -> Iterator[bytes]:
        yield from real(source)
        if source == file:
            for write in between:
                write()

    monkeypatch.setattr(content, "_read", slow)
    version = store.add(
        "bcdfgh2345",
        {"hours.wav": StoredFile(file), "c.txt": StoredFile(b"salt")},
        message="a test",
        agent="tests",
    )
    assert version.number == (4 if held else 3)
    assert version.sha512 == {
        **({"a.txt": sha512(b"bread")} if held else {}),
        "b.txt": sha512(b"butter"),
        "c.txt": sha512(b"salt"),
        "hours.wav": sha512(b"hours"),
    }
    kept = [path for path in root.rglob("hours.wav") if path.read_bytes() == b"hours"]
    assert len(kept) == 1
    writing = root / "extensions" / "testimony-writing"
    assert [*(writing / "builds").iterdir(), *(writing / "locks").iterdir()] == []
    validate(root)


def test_sha512_of_the_contract_is_that_of_the_inventory(root: Path) -> None:
    store = OcflStore(root)
    add(store, "bcdfgh2345", a_txt=b"bread")
    (folder,) = object_folders(root)
    assert list(json.loads((folder / "inventory.json").read_text())["manifest"]) == [sha512(b"bread")]
