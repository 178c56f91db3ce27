"""What every `archive.store.Store` promises; an implementation's tests inherit `StoreContract`."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import ChecksumMismatch, ObjectNotFound, StoreError, WrongInput
from archive.store import Known, Store, StoredFile, Version


def sha512(content: bytes) -> str:
    return hashlib.sha512(content).hexdigest()


def add(store: Store, object_id: str, **files: bytes) -> Version:
    """Add files by name; `_` stands for a dot."""
    named = {name.replace("_", "."): StoredFile(content) for name, content in files.items()}
    return store.add(object_id, named, message="a test", agent="tests")


def everything(folder: Path) -> dict[Path, tuple[bytes, int]]:
    """All files below a folder, with their content and the time of their last change."""
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()
    }


names = st.sampled_from(["a.txt", "b.json", "recordings/1.wav", "recordings/2.wav", "clips/x/y.json"])
contents = st.sampled_from([b"", b"bread", b"butter", b"bread and butter", bytes(range(256))])
writes = st.lists(
    st.tuples(
        st.sampled_from(["bcdfgh2345", "jkmnpq6789"]),
        st.dictionaries(names, contents, min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=4,
)


class StoreContract:
    """Tests that take `open_store(folder)`: a store whose record lies in `folder`; opened again, it is the
    same. `check(folder)` raises where what lies there is not sound."""

    open_store: Callable[[Path], Store]

    def check(self, folder: Path) -> None:
        raise NotImplementedError

    @contextmanager
    def checked(self, folder: Path) -> Iterator[Store]:
        yield self.open_store(folder)
        self.check(folder)

    def test_an_empty_store_has_nothing(self, tmp_path: Path) -> None:
        store = self.open_store(tmp_path / "store")
        assert store.newest("bcdfgh2345") is None
        assert list(store.object_ids()) == []
        with pytest.raises(ObjectNotFound):
            store.path("bcdfgh2345", "a.txt")

    def test_what_is_added_is_there(self, tmp_path: Path) -> None:
        with self.checked(tmp_path / "store") as store:
            version = add(store, "bcdfgh2345", a_txt=b"bread", b_txt=b"butter")
        assert version.number == 1
        assert version.message == "a test"
        assert version.sha512 == {"a.txt": sha512(b"bread"), "b.txt": sha512(b"butter")}
        again = self.open_store(tmp_path / "store")
        assert again.newest("bcdfgh2345") == version
        assert again.path("bcdfgh2345", "b.txt").read_bytes() == b"butter"
        assert list(again.object_ids()) == ["bcdfgh2345"]

    def test_a_version_keeps_the_paths_that_it_does_not_name(self, tmp_path: Path) -> None:
        with self.checked(tmp_path / "store") as store:
            first = add(store, "bcdfgh2345", a_txt=b"bread", b_txt=b"butter")
            second = add(store, "bcdfgh2345", b_txt=b"jam", c_txt=b"bread")
        assert (first.number, second.number) == (1, 2)
        assert {path: store.path("bcdfgh2345", path).read_bytes() for path in second.sha512} == {
            "a.txt": b"bread",
            "b.txt": b"jam",
            "c.txt": b"bread",
        }

    def test_what_is_held_already_makes_no_version(self, tmp_path: Path) -> None:
        file = tmp_path / "bread.wav"
        file.write_bytes(b"bread")
        with self.checked(tmp_path / "store") as store:
            first = add(store, "bcdfgh2345", a_txt=b"bread", b_txt=b"butter")
            assert add(store, "bcdfgh2345", a_txt=b"bread") == first
            for promised in (None, sha512(b"bread"), sha512(b"bread").upper()):
                given_again = {"a.txt": StoredFile(file, promised)}
                assert store.add("bcdfgh2345", given_again, message="again", agent="tests") == first
            assert add(store, "bcdfgh2345", a_txt=b"butter").number == 2
            assert add(store, "bcdfgh2345", a_txt=b"bread").number == 3

    def test_what_is_ready_comes_in_when_it_is_kept_or_never(self, tmp_path: Path) -> None:
        with self.checked(tmp_path / "store") as store:
            for object_id, before in (("bcdfgh2345", None), ("jkmnpq6789", b"bread")):
                if before is not None:
                    add(store, object_id, a_txt=before)
                earlier = store.newest(object_id)
                file = {"b.txt": StoredFile(b"butter")}
                with store.preparing(object_id, file, message="a test", agent="tests"):
                    assert store.newest(object_id) == earlier
                assert store.newest(object_id) == earlier
                with store.preparing(object_id, file, message="a test", agent="tests") as keep:
                    assert store.newest(object_id) == earlier
                    kept = keep()
                    assert store.newest(object_id) == kept
                assert store.path(object_id, "b.txt").read_bytes() == b"butter"
                with store.preparing(object_id, file, message="again", agent="tests") as keep:
                    assert keep() == kept

    def test_what_fails_while_a_version_is_ready_is_told_as_it_was(self, tmp_path: Path) -> None:
        """An error of the disk, say, that is none of the store's."""
        with self.checked(tmp_path / "store") as store:
            file = {"b.txt": StoredFile(b"butter")}
            with (
                pytest.raises(BrokenPipeError),
                store.preparing("bcdfgh2345", file, message="a test", agent="tests"),
            ):
                raise BrokenPipeError
            assert store.newest("bcdfgh2345") is None

    def test_what_is_known_to_be_there_is_not_begun_anew(self, tmp_path: Path) -> None:
        folder, file = tmp_path / "store", {"b.txt": StoredFile(b"butter")}
        for known in (Known.STORE, Known.OBJECT):
            for make in (lambda: None, folder.mkdir):
                make()
                with pytest.raises(StoreError):
                    self.open_store(folder).add(
                        "bcdfgh2345", file, message="a test", agent="tests", known=known
                    )
                assert not folder.exists() or list(folder.iterdir()) == []
            folder.rmdir()
        with self.checked(folder) as store:
            add(store, "jkmnpq6789", a_txt=b"jam")
            with pytest.raises(StoreError, match="bcdfgh2345"):
                store.add("bcdfgh2345", file, message="a test", agent="tests", known=Known.OBJECT)
            assert store.newest("bcdfgh2345") is None
            first = store.add("bcdfgh2345", file, message="a test", agent="tests", known=Known.STORE)
            more = {"c.txt": StoredFile(b"salt")}
            assert first.number == 1
            assert store.add("bcdfgh2345", more, message="m", agent="tests", known=Known.OBJECT).number == 2

    def test_a_file_is_copied_and_stays(self, tmp_path: Path) -> None:
        file = tmp_path / "concat:odd name ü.wav"
        content = b"0123456789abcdef" * 200_000  # more than one read
        file.write_bytes(content)
        with self.checked(tmp_path / "store") as store:
            store.add(
                "bcdfgh2345", {"a.wav": StoredFile(file, sha512(content))}, message="a test", agent="tests"
            )
        assert file.read_bytes() == content
        assert store.path("bcdfgh2345", "a.wav").read_bytes() == content
        assert not store.path("bcdfgh2345", "a.wav").is_symlink()

    @pytest.mark.parametrize("held", [False, True])
    def test_other_bytes_than_promised_are_refused(self, tmp_path: Path, held: bool) -> None:
        file = tmp_path / "stones.wav"
        file.write_bytes(b"stones")
        with self.checked(tmp_path / "store") as store:
            before = add(store, "bcdfgh2345", a_txt=b"bread" if held else b"butter")
            for content in (file, b"stones"):
                with pytest.raises(ChecksumMismatch) as caught:
                    store.add(
                        "bcdfgh2345",
                        {"b.wav": StoredFile(content, sha512(b"bread")), "c.txt": StoredFile(b"jam")},
                        message="a test",
                        agent="tests",
                    )
                assert caught.value.found == sha512(b"stones")
            assert store.newest("bcdfgh2345") == before
            with pytest.raises(ChecksumMismatch):
                store.add(
                    "jkmnpq6789",
                    {"b.wav": StoredFile(file, sha512(b"bread"))},
                    message="a test",
                    agent="tests",
                )
            assert store.newest("jkmnpq6789") is None

    def test_a_source_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with self.checked(tmp_path / "store") as store:
            add(store, "bcdfgh2345", a_txt=b"bread")
            with pytest.raises(WrongInput, match=r"gone\.wav"):
                store.add(
                    "bcdfgh2345",
                    {"b.wav": StoredFile(tmp_path / "gone.wav")},
                    message="a test",
                    agent="tests",
                )
            assert store.newest("bcdfgh2345").number == 1  # type: ignore[union-attr] # a test may fail so

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "/etc/passwd",
            "../a",
            "a/../b",
            "a//b",
            "a/",
            ".hidden",
            "a b",
            "-rf",
            "a\n",
            "a\\b",
            "ü",
            "a:b",
            "x" * 201,
        ],
    )
    def test_unsafe_names_are_refused(self, tmp_path: Path, path: str) -> None:
        with self.checked(tmp_path / "store") as store:
            add(store, "bcdfgh2345", a_txt=b"bread")
            with pytest.raises(WrongInput):
                store.add("bcdfgh2345", {path: StoredFile(b"jam")}, message="a test", agent="tests")
            assert store.newest("bcdfgh2345").number == 1  # type: ignore[union-attr] # a test may fail so

    def test_nothing_to_store_and_nameless_objects_are_refused(self, tmp_path: Path) -> None:
        store = self.open_store(tmp_path / "store")
        with pytest.raises(WrongInput):
            store.add("bcdfgh2345", {}, message="a test", agent="tests")
        for object_id in ("", "a\nb", "x" * 501):
            with pytest.raises(WrongInput):
                add(store, object_id, a_txt=b"bread")

    def test_a_file_cannot_become_a_folder(self, tmp_path: Path) -> None:
        with self.checked(tmp_path / "store") as store:
            add(store, "bcdfgh2345", a=b"bread")
            with pytest.raises(WrongInput):
                store.add("bcdfgh2345", {"a/b": StoredFile(b"jam")}, message="a test", agent="tests")
            with pytest.raises(WrongInput):
                store.add(
                    "jkmnpq6789",
                    {"a/b": StoredFile(b"jam"), "a": StoredFile(b"jam")},
                    message="a test",
                    agent="tests",
                )

    def test_a_path_that_the_newest_version_lacks_is_not_found(self, tmp_path: Path) -> None:
        with self.checked(tmp_path / "store") as store:
            add(store, "bcdfgh2345", a_txt=b"bread")
            for path in ("b.txt", "../a.txt", "v1/content/a.txt", "inventory.json"):
                with pytest.raises(ObjectNotFound):
                    store.path("bcdfgh2345", path)

    def test_objects_of_any_printable_name(self, tmp_path: Path) -> None:
        ids = {"bcdfgh2345", "../escape", "urn:x:1", "Ä/ö", "a%2fb", "x" * 300, ".", "v1"}
        with self.checked(tmp_path / "store") as store:
            for object_id in ids:
                add(store, object_id, a_txt=object_id.encode())
            assert set(store.object_ids()) == ids
            for object_id in ids:
                assert store.path(object_id, "a.txt").read_text() == object_id
        assert {entry.name for entry in tmp_path.iterdir()} == {"store"}

    def test_threads_lose_nothing(self, tmp_path: Path) -> None:
        """Four writers on one object and four on objects of their own, all at once on a store that is new."""
        barrier = Barrier(8)

        def write(number: int) -> None:
            store = self.open_store(tmp_path / "store")
            barrier.wait()
            object_id = "shared" if number % 2 else f"own{number}"
            for round_ in range(2):
                store.add(
                    object_id,
                    {f"{number}-{round_}.txt": StoredFile(f"{number} {round_}".encode())},
                    message="a test",
                    agent="tests",
                )

        threads = [Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with self.checked(tmp_path / "store") as store:
            newest = store.newest("shared")
            assert newest is not None
            assert newest.number == 8
            assert set(newest.sha512) == {
                f"{number}-{round_}.txt" for number in (1, 3, 5, 7) for round_ in (0, 1)
            }
            assert set(store.object_ids()) == {"shared", "own0", "own2", "own4", "own6"}

    @pytest.mark.slow
    @settings(max_examples=12, deadline=None)
    @given(writes)
    def test_it_holds_what_a_dictionary_would(self, sequence: list[tuple[str, dict[str, bytes]]]) -> None:
        """Whatever is added in whatever order: the newest version is what the additions make together, and
        a version comes into being where they change something, and only there."""
        model: dict[str, dict[str, bytes]] = {}
        versions: dict[str, int] = {}
        with tempfile.TemporaryDirectory() as folder, self.checked(Path(folder) / "store") as store:
            for object_id, files in sequence:
                before = model.get(object_id, {})
                after = {**before, **files}
                if after != before:
                    versions[object_id] = versions.get(object_id, 0) + 1
                model[object_id] = after
                version = store.add(
                    object_id,
                    {path: StoredFile(content, sha512(content)) for path, content in files.items()},
                    message="a test",
                    agent="tests",
                )
                assert version.number == versions[object_id]
                assert version.sha512 == {path: sha512(content) for path, content in after.items()}
            assert set(store.object_ids()) == set(model)
            for object_id, files in model.items():
                for path, content in files.items():
                    assert store.path(object_id, path).read_bytes() == content

    def test_all_versions_are_told(self, tmp_path: Path) -> None:
        with self.checked(tmp_path / "store") as store:
            assert list(store.history("bcdfgh2345")) == []
            first = add(store, "bcdfgh2345", a_txt=b"bread")
            second = add(store, "bcdfgh2345", a_txt=b"butter")
            assert list(store.history("bcdfgh2345")) == [first, second]
            assert store.newest("bcdfgh2345") == second

    def test_looking_finds_what_is_held_and_nothing_wrong(self, tmp_path: Path) -> None:
        with self.checked(tmp_path / "store") as store:
            assert (store.survey().object_ids, store.survey().findings) == ((), ())
            assert store.examine("bcdfgh2345") is None
            add(store, "jkmnpq6789", a_txt=b"jam")
            add(store, "bcdfgh2345", a_txt=b"bread", b_txt=b"bread")
            add(store, "bcdfgh2345", a_txt=b"butter")
            before = everything(tmp_path)
            assert (store.survey().object_ids, store.survey().findings) == (("bcdfgh2345", "jkmnpq6789"), ())
            read: list[int] = []
            examined = store.examine("bcdfgh2345", told=read.append)
            assert examined is not None
            assert examined.findings == ()
            assert sum(read) == len(b"bread") + len(b"butter")  # each content once
            for path, content in {"a.txt": b"butter", "b.txt": b"bread"}.items():
                held = examined.held[path]
                assert (held.file.read_bytes(), held.size) == (content, len(content))
                assert held.sha512 == sha512(content)
                assert held.sha256 in (None, hashlib.sha256(content).hexdigest())
            quick = store.examine("bcdfgh2345", read_content=False, told=read.append)
            assert quick == examined
            assert len(read) == 2
            assert everything(tmp_path) == before

    def test_looking_finds_content_that_changed_or_went(self, tmp_path: Path) -> None:
        store = self.open_store(tmp_path / "store")
        add(store, "bcdfgh2345", a_txt=b"bread", b_txt=b"butter")
        add(store, "bcdfgh2345", a_txt=b"jam")
        for path, content in {"a.txt": b"jar", "b.txt": None}.items():
            file = store.path("bcdfgh2345", path)
            file.chmod(0o644)
            if content is None:
                file.unlink()
            else:
                file.write_bytes(content)
        examined = store.examine("bcdfgh2345")
        assert examined is not None
        assert {finding.code for finding in examined.findings} == {"altered", "missing"}
        assert {finding.testimony for finding in examined.findings} == {"bcdfgh2345"}
        assert examined.held["b.txt"].size is None
        quick = store.examine("bcdfgh2345", read_content=False)
        assert quick is not None
        assert {finding.code for finding in quick.findings} == {"missing"}

    @pytest.mark.slow
    def test_looking_while_others_write_finds_nothing_wrong(self, tmp_path: Path) -> None:
        with self.checked(tmp_path / "store") as store:
            add(store, "bcdfgh2345", a_txt=b"bread")
            ended = Event()

            def write() -> None:
                for number in range(40):
                    add(store, "bcdfgh2345", a_txt=b"%d" % number)
                    add(store, f"jkmnpq{number}", a_txt=b"jam")
                ended.set()

            writer = Thread(target=write)
            writer.start()
            while not ended.is_set():
                survey = store.survey()
                assert survey.findings == ()
                for object_id in survey.object_ids[:3]:
                    examined = store.examine(object_id)
                    assert examined is not None
                    assert examined.findings == ()
            writer.join()
