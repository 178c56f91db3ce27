"""What is Tantivy's own: files that tear, words that stay in them, locks."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import tantivy

from archive.errors import ArchiveError, SearchUnavailable
from archive.reading import Reading
from search.analysis import ANALYSIS_VERSION
from search.backend import create_backend
from search.documents import make_documents
from search.find import ask
from search.tantivy_backend import TantivyBackend, facets, layout, pages
from tests.databases import settings_of
from tests.search.readings import make_reading


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def backend(folder: Path) -> Iterator[TantivyBackend]:
    backend = TantivyBackend(folder, wait_seconds=5)
    build(backend, make_reading("a", "rain"), make_reading("b", "rain and hailstones"))
    yield backend
    backend.close()


def build(backend: TantivyBackend, *readings: Reading) -> None:
    with backend.drafting("public") as draft:
        draft.restart()
        with draft.writing() as batch:
            for count, reading in enumerate(readings):
                batch.replace(make_documents(reading, added=count))
        with draft.alone():
            draft.switch()


def live(folder: Path) -> Path:
    return folder / (folder / "public.live").read_text(encoding="utf-8")


def found(backend: TantivyBackend, text: str) -> list[str]:
    return sorted(hit.testimony for hit in backend.search(ask(text)).hits)


def test_the_settings_choose_it_and_its_folder(tmp_path: Path) -> None:
    backend = create_backend(settings_of(tmp_path))
    build(backend)
    assert ANALYSIS_VERSION in live(tmp_path / "index").name


def test_a_purge_leaves_no_word_of_what_was_closed_on_the_disk(backend: TantivyBackend, folder: Path) -> None:
    def kept(word: str) -> bool:
        # Without a filter this reads the dictionaries as they lie in the files.
        searcher = tantivy.Index.open(str(live(folder))).searcher()
        fields = (layout.WHOLE_EXACT, layout.WHOLE_STEM, layout.PASSAGE_EXACT, layout.PASSAGE_STEM)
        return any(
            word in term for field in fields for term, _ in searcher.terms_with_prefix(field, "")
        ) or any(one == "b" for one, _ in searcher.terms_with_prefix(layout.ID, ""))

    with backend.writing("public") as batch:
        batch.remove("b")
    assert found(backend, "hailstones") == []
    assert kept("hailston")
    assert backend.purge("public") == {"a"}
    with backend.writing("public") as batch:
        batch.replace(make_documents(make_reading("a", "rain"), added=0))
    assert not backend.purge("public")
    assert not kept("hailston")
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1


@pytest.mark.parametrize("ending", ["meta.json", "*.term", "*.idx", "*.fast", "*.store"])
def test_a_torn_file_makes_search_unavailable_and_a_rebuild_mends_it(folder: Path, ending: str) -> None:
    writer = TantivyBackend(folder)
    build(writer, make_reading("a", "rain"))
    for path in live(folder).glob(ending):
        os.truncate(path, path.stat().st_size // 2)
    backend = TantivyBackend(folder)
    for use in (lambda: backend.search(ask("rain")), lambda: backend.check("public")):
        with pytest.raises(SearchUnavailable, match="public"):
            use()
    build(backend, make_reading("a", "rain"))
    assert found(backend, "rain") == ["a"]


@pytest.mark.parametrize("damage", [b"\0", b"\xff"])
def test_a_damage_within_a_file_is_no_panic(folder: Path, damage: bytes) -> None:
    build(TantivyBackend(folder), *(make_reading(f"t{n}", f"rain {n}") for n in range(300)))
    for path in live(folder).glob("*.idx"):
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(size // 8)
            file.write(damage * (size // 2))
    with pytest.raises(SearchUnavailable):
        TantivyBackend(folder).check("public")


def test_an_index_whose_folder_is_gone_or_named_wrongly_is_unavailable(
    backend: TantivyBackend, folder: Path
) -> None:
    pointer = folder / "public.live"
    name = pointer.read_text(encoding="utf-8")
    for wrong in (
        "",
        "../elsewhere",
        f"public-{ANALYSIS_VERSION}-1-gone",
        "public-0-3.0.0-1-abc",
        name + "/..",
    ):
        pointer.write_text(wrong, encoding="utf-8")
        with pytest.raises(SearchUnavailable):
            backend.search(ask("rain"))
    pointer.write_bytes(b"\xff\xfe")
    with pytest.raises(SearchUnavailable):
        backend.check("public")
    pointer.write_text(name, encoding="utf-8")
    assert found(backend, "rain") == ["a", "b"]


def test_an_index_of_another_version_has_to_be_rebuilt(
    backend: TantivyBackend, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.tantivy_backend.engine.ANALYSIS_VERSION", "2-9.9")
    newer = TantivyBackend(folder)
    with pytest.raises(SearchUnavailable, match="version"):
        newer.check("public")
    assert found(backend, "rain") == ["a", "b"]
    build(newer, make_reading("c", "rain"))
    assert found(newer, "rain") == ["c"]
    with pytest.raises(SearchUnavailable, match="version"):
        backend.check("public")


def test_a_killed_rebuild_is_swept_away_by_the_next(backend: TantivyBackend, folder: Path) -> None:
    left = folder / f"public-{ANALYSIS_VERSION}-1-dead"
    left.mkdir()
    (folder / "staff-1-dead").mkdir()
    build(backend, make_reading("a", "rain"))
    assert not left.exists()
    assert (folder / "staff-1-dead").exists()


def test_what_a_writer_left_that_was_killed_before_its_commit_stops_no_other(
    backend: TantivyBackend, folder: Path
) -> None:
    committed = (live(folder) / "meta.json").read_bytes()
    before = set(live(folder).iterdir())
    with backend.writing("public") as batch:
        batch.remove("b")
    left = [path for path in set(live(folder).iterdir()) - before if path.suffix == ".del"]
    assert left
    (live(folder) / "meta.json").write_bytes(committed)
    assert found(backend, "hailstones") == ["b"]
    with backend.writing("public") as batch:
        batch.remove("b")
    assert found(backend, "hailstones") == []


@pytest.mark.slow
def test_writers_wait_for_one_another(backend: TantivyBackend, folder: Path) -> None:
    held, order = threading.Event(), list[str]()

    def first() -> None:
        with TantivyBackend(folder).writing("public") as batch:
            batch.remove("a")
            held.set()
            time.sleep(0.3)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    assert held.wait(5)
    with backend.writing("public") as batch:
        order.append("second")
        batch.remove("b")
    thread.join()
    assert order == ["first", "second"]
    assert found(backend, "rain") == []


@pytest.mark.slow
def test_a_writer_gives_up_in_the_end(
    backend: TantivyBackend, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    impatient = TantivyBackend(folder, wait_seconds=0.2)

    def write() -> None:
        with impatient.writing("public"):
            pass

    with backend.writing("public"), pytest.raises(SearchUnavailable, match="Another process"):
        write()
    assert "waiting" in caplog.text
    # Tantivy's own lock, held by some other program.
    writer = tantivy.Index.open(str(live(folder))).writer()
    with pytest.raises(SearchUnavailable, match="Another program"):
        write()
    del writer
    write()


def test_passages_beyond_those_read_at_once_are_counted_all_the_same(
    backend: TantivyBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = [make_reading(f"t{n}", *["rain and snow"] * (n + 1), *["rain"] * 2) for n in range(6)]
    build(backend, *readings)
    whole = {hit.testimony: hit for hit in backend.search(ask("rain snow")).hits}
    monkeypatch.setattr(pages, "_PASSAGES_READ", 2)
    for hit in backend.search(ask("rain snow")).hits:
        assert hit.passages == whole[hit.testimony].passages == int(hit.testimony[1:]) + 3
        assert len(hit.best) == len(whole[hit.testimony].best) == 3


def test_facets_are_exact_even_where_not_all_values_are_given(
    backend: TantivyBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Place 0 is in every testimony, the others in a few each, of other segments too.
    places = [("Place 0", *(f"Place {(n * step) % 97}" for step in (1, 5, 7))) for n in range(120)]
    build(backend)
    for start in (0, 40, 80):
        with backend.writing("public") as batch:
            for n in range(start, start + 40):
                reading = make_reading(f"t{n}", "rain", places=places[n])
                batch.replace(make_documents(reading, added=n))
    monkeypatch.setattr(facets, "_BUCKETS", 10)
    values = backend.search(ask("rain")).facets["place"]
    assert len(values) == 10
    assert {v.value: v.count for v in values} == {
        v.value: sum(v.value in set(some) for some in places) for v in values
    }
    assert values[0].value == "Place 0"


def test_many_threads_search_while_one_writes(backend: TantivyBackend, folder: Path) -> None:
    stop, failures = threading.Event(), list[Exception]()

    def look() -> None:
        while not stop.is_set():
            try:
                assert "a" in found(backend, "rain")
            except (ArchiveError, AssertionError) as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for count in range(6):
        if count % 2:
            build(backend, make_reading("a", "rain"))
        else:
            with backend.writing("public") as batch:
                batch.replace(make_documents(make_reading(f"c{count}", "rain"), added=9))
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
