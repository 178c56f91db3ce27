"""The site while its search index is damaged, missing or of another version: the search says so in words and
everything else works, and once the index was made anew the same is found as before."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from archive.changes.access import NewStatement
from search import indexer
from tests.archives import NOW
from tests.web.sites import Site
from web.app import create_app

pytestmark = pytest.mark.slow

DAMAGES = ("cut", "emptied", "zeroed", "altered", "deleted")
KINDS = ("term", "idx", "pos", "store", "fast", "fieldnorm")
"""Tantivy's files of a segment."""


@pytest.fixture
def site(site: Site) -> Site:
    """Two testimonies in two segments, one of which has deleted documents."""
    site.archive.add("Bread", [["The bread was warm."]])
    second = site.archive.add("Weather", [["It rained."], ["The bread was cold."]], collection="south")
    site.index()
    site.archive.state(second, NewStatement("public"))
    site.index()
    return site


def live(site: Site) -> Path:
    folder = site.archive.settings.index_folder
    return folder / (folder / "public.live").read_text()


def let_openings_end() -> None:
    """Tantivy looks a second time at what it opens, in a thread of its own that no caller can stop
    ("watch-callbacks"; seen with strace): on a busy machine that comes late, and a file that is cut off under
    its eyes kills the process, whatever was compared before."""
    time.sleep(0.3)
    while any(name == "watch-callbacks" for name in thread_names()):
        time.sleep(0.05)


def thread_names() -> Iterator[str]:
    """The names of this process's threads, Tantivy's among them."""
    for thread in Path("/proc/self/task").glob("*/comm"):
        with suppress(OSError):  # it has ended
            yield thread.read_text().strip()


def damage(path: Path, how: str) -> None:
    let_openings_end()
    size = path.stat().st_size
    if how == "deleted":
        path.unlink()
    elif how == "altered":
        with path.open("r+b") as file:
            first = file.read(1)
            file.seek(0)
            file.write(bytes([first[0] ^ 1]))
    elif how == "zeroed":
        with path.open("r+b") as file:
            file.write(b"\0" * size)
    else:
        with path.open("r+b") as file:
            file.truncate(0 if how == "emptied" else size // 2)


def answer(site: Site) -> tuple[int, Any]:
    """What is found, in no order: scores know of what was deleted and is not yet merged away."""
    got = site.client.get("/api/v1/search?q=bread", headers={"accept": "application/json"})
    if got.status_code != 200:
        return got.status_code, None
    found = got.json()
    return 200, (
        found["total"],
        found["facets"],
        sorted(found["hits"], key=lambda hit: hit["testimony"]["id"]),
    )


def assert_all_else_works(site: Site) -> None:
    public_id = site.client.get("/").text.partition("/testimonies/")[2][:10]
    for address in ("/", f"/testimonies/{public_id}", f"/testimonies/{public_id}/transcript.vtt"):
        assert site.client.get(address).status_code == 200
    recording = site.recording_id(public_id)
    assert site.client.get(f"/recordings/{recording}/media").status_code == 200
    health = site.client.get("/healthz")
    assert (health.status_code, health.json()["search"]) == (200, "being made anew")


@pytest.mark.parametrize("how", DAMAGES)
def test_every_damaged_file_is_noticed_and_mended(site: Site, how: str) -> None:
    """The site is warm: it has the files mapped, and one that is cut off would kill the process."""
    before = answer(site)
    assert before[0] == 200
    kinds = ["*.del", "meta.json", ".managed.json", *(f"*.{kind}" for kind in KINDS)]
    assert {path.name for path in live(site).iterdir() if path.stat().st_size} == {
        path.name for kind in kinds for path in live(site).glob(kind)
    }
    for kind in kinds:
        path = sorted(live(site).glob(kind))[0]
        damage(path, how)
        status, _ = answer(site)
        if kind == ".managed.json":
            assert status in (200, 503)  # what is searched doesn't need it; who writes does
        else:
            assert status == 503, path.name
            assert_all_else_works(site)
        indexer.prepare(site.archive.engine, site.backend)
        assert answer(site) == before, path.name
        with site.backend.writing("public") as batch:  # it can be written, too
            batch.remove("nothing")


@pytest.mark.parametrize("how", DAMAGES)
def test_a_site_that_starts_on_a_damaged_index_says_so(site: Site, how: str) -> None:
    from fastapi.testclient import TestClient

    before = answer(site)
    for path in live(site).glob("*.idx"):
        damage(path, how)
    app = create_app(site.archive.settings, clock=lambda: NOW)
    with TestClient(app, raise_server_exceptions=False) as client:
        page = client.get("/search?q=bread")
        assert page.status_code == 503
        indexer.prepare(site.archive.engine, site.backend)
        assert client.get("/search?q=bread").status_code == 200
    assert answer(site) == before


@pytest.mark.parametrize("pointer", ["", "gone", "public-0-3.0.0-1-abc", "../elsewhere", "\0", None])
def test_a_pointer_that_names_nothing_of_use(site: Site, pointer: str | None) -> None:
    before = answer(site)
    path = site.archive.settings.index_folder / "public.live"
    if pointer is None:
        path.unlink()
    else:
        path.write_text(pointer)
    assert answer(site)[0] == 503
    assert_all_else_works(site)
    indexer.prepare(site.archive.engine, site.backend)
    assert answer(site) == before


def test_the_page_says_it_in_words(site: Site) -> None:
    damage(live(site) / "meta.json", "deleted")
    page = site.client.get("/search?q=bread")
    assert page.status_code == 503
    assert page.headers["retry-after"] == "60"
    assert page.headers["content-type"].startswith("text/html")
    assert "The search is being made anew." in page.text
    assert "Testimonies, recordings and every link to them go on working." in page.text
    assert "meta.json" not in page.text
    told = site.client.get("/api/v1/search?q=bread", headers={"accept": "application/json"})
    assert (told.status_code, told.headers["retry-after"]) == (503, "60")
    assert told.json()["error"]["message"].startswith("The search is being made anew.")


def test_a_damage_met_by_a_search_alone_is_told_to_who_looks_after_the_index(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that gives other bytes and says that nothing changed: the worker has compared them before."""
    indexer.prepare(site.archive.engine, site.backend)
    before, folder = answer(site), live(site)

    class PanicException(BaseException):
        pass

    def panic(*_: object) -> None:
        raise PanicException("assertion failed")

    with monkeypatch.context() as patched:
        patched.setattr("search.tantivy_backend.pages.Search.page", panic)
        assert answer(site)[0] == 503
    note = site.archive.settings.index_folder / "public.damaged"
    assert note.read_text().startswith(folder.name)
    # The files are as they were written: it was something else, and nothing is made anew for it.
    indexer.prepare(site.archive.engine, site.backend)
    assert live(site) == folder
    assert not note.exists()
    assert answer(site) == before
