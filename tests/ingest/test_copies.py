"""Copies with closed stretches, from a word on access to what is on disk; with real ffmpeg."""

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from archive.changes import events
from archive.changes.access import NewStatement
from archive.database import reading, writing
from archive.errors import DiskRefused
from archive.models import CopiesDue, Derivative
from archive.models import Event as EventRow
from archive.queries import progress
from archive.queries.copies import due
from ingest import copies as ingest_copies
from ingest.worker import run_worker
from tests.contracts.transcriber import Script
from tests.ingest.copying import House, opened

pytestmark = pytest.mark.slow


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened(tmp_path, monkeypatch) as made:
        yield made


def loudest(path: Path) -> int:
    command: list[str | Path] = ["ffmpeg", "-v", "error", "-i", path, "-f", "s16le", "-ac", "1", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return int(np.abs(np.frombuffer(raw, "<i2").astype(np.int32)).max())


def test_a_word_closes_at_once_and_the_copy_follows(house: House) -> None:
    public_id = house.bring("beep.mp4")
    house.make(public_id)
    house.look()
    assert house.media(public_id) == ("open", True, "")
    assert [row[:2] for row in house.rows()] == [("playback", ""), ("poster", ""), ("waveform", "")]
    whole = house.files(public_id)

    house.archive.close_stretch(public_id, 900, 1200)
    assert house.media(public_id) == ("being made", False, "900-1200")
    house.look()
    # What holds closed sound is gone, before anything else is there.
    assert house.rows() == []
    assert house.files(public_id) == []
    assert house.is_waiting(public_id)
    house.make(public_id)
    assert house.media(public_id) == ("open", True, "900-1200")
    (copy,) = [path for kind, _, path in house.rows() if kind == "playback" and path]
    assert loudest(house.shop.derivatives / copy) < 5000
    assert not set(house.files(public_id)) & set(whole)
    assert "900" not in copy

    # Wider: the narrower is never given. Narrower: nor the wider.
    for stretch, closed in (((800, 1200), "800-1200"), ((1000, 1100), "800-1200")):
        house.archive.close_stretch(public_id, *stretch)
        assert house.media(public_id)[0] == (
            "open" if closed == "800-1200" and stretch[0] == 1000 else "being made"
        )
        house.look()
        house.make(public_id)
        assert house.media(public_id) == ("open", True, closed)
    assert len(house.files(public_id)) == 3


def test_opened_again_the_whole_is_made_again(house: House) -> None:
    public_id = house.bring("beep.mp4")
    house.archive.close_stretch(public_id, 900, 1200)
    house.make(public_id)
    house.archive.close_stretch(public_id, 900, 1200, level="public")
    assert house.media(public_id)[0] == "being made"
    house.look()
    house.make(public_id)
    assert house.media(public_id) == ("open", True, "")
    assert house.rows()[0] == ("playback", "", None)


def test_of_what_is_withdrawn_no_copy_stays_and_of_what_is_closed_it_is_kept(house: House) -> None:
    public_id = house.bring("beep.mkv")
    house.make(public_id)
    there = house.files(public_id)
    house.archive.state(public_id, NewStatement("restricted"))
    house.look()
    assert house.files(public_id) == there != []
    house.archive.state(public_id, NewStatement("withdrawn"))
    house.look()
    assert house.files(public_id) == []
    assert house.rows() == []
    with reading(house.archive.engine) as session:
        (state,) = progress.progress(session)
        kinds = [row.kind for row in session.query(EventRow)]
    assert state.step == "transcription"  # nothing to be made
    assert "derivative deletion" in kinds


def test_a_day_that_comes_makes_the_copy_due(house: House) -> None:
    tomorrow = ingest_copies.now().replace(microsecond=0) + timedelta(days=1)
    public_id = house.bring("beep.mkv")
    house.archive.state(public_id, NewStatement("restricted", stretch=(1, 900, 1200), begins_at=tomorrow))
    house.make(public_id)
    house.look()
    assert house.media(public_id) == ("open", True, "")
    with reading(house.archive.engine) as session:
        assert due(session, ingest_copies.now(), 10) == []
    house.at(tomorrow)
    assert house.media(public_id)[0] == "being made"
    house.look()
    assert house.files(public_id) == []
    house.make(public_id)
    assert house.media(public_id) == ("open", True, "900-1200")
    with reading(house.archive.engine) as session:
        assert [row.at for row in session.query(CopiesDue)] == [None]


def test_changed_while_it_was_made_it_is_not_taken(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    public_id = house.bring("beep.mkv")
    make_playback = ingest_copies.make_playback
    asked: list[Any] = []

    def change(*arguments: Any, closed: Any = ()) -> Any:
        made = make_playback(*arguments, closed=closed)
        if not asked:
            house.archive.close_stretch(public_id, 900, 1200)
        asked.append(closed)
        return made

    monkeypatch.setattr(ingest_copies, "make_playback", change)
    house.make(public_id)
    assert asked == [(), ((900, 1200),)]
    assert [row[1] for row in house.rows()] == ["900-1200"] * 3
    assert len(house.files(public_id)) == 3


@pytest.mark.parametrize("where", ["rename", "commit", "unlink"])
def test_killed_in_between_nothing_stays_for_ever(
    house: House, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    public_id = house.bring("beep.mkv")
    if where == "unlink":
        house.make(public_id)
        house.archive.state(public_id, NewStatement("withdrawn"))
        with monkeypatch.context() as patch:
            patch.setattr(ingest_copies, "expect_look", die)  # the files are gone, the rows are there
            with pytest.raises(Killed):
                house.look()
        assert (house.files(public_id), len(house.rows())) == ([], 3)
        house.look()
        assert house.rows() == []
        return
    target, name = (ingest_copies, "move") if where == "rename" else (events, "record")
    with monkeypatch.context() as patch:
        patch.setattr(target, name, die)
        with pytest.raises(Killed):
            house.make(public_id)
    assert house.rows() == []
    assert len(house.files(public_id)) == (0 if where == "rename" else 3)
    house.archive.state(public_id, NewStatement("withdrawn"))  # so that it isn't made again
    house.look()
    assert house.files(public_id) == []


def test_what_the_record_refuses_is_taken_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its disk is full, say: no file stays of which nobody knows, and the copy is made later."""
    public_id = house.bring("beep.mkv")

    def refuse(*_: Any, **__: Any) -> None:
        raise DiskRefused("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(events, "record", refuse)
        with pytest.raises(DiskRefused):
            house.make(public_id)
    assert house.rows() == []
    assert not (house.shop.derivatives / public_id).exists()
    house.make(public_id)
    assert len(house.rows()) == len(house.files(public_id)) == 3


def test_a_copy_that_is_gone_from_the_disk_is_made_again(house: House) -> None:
    public_id = house.bring("beep.mkv")
    house.make(public_id)
    for name in house.files(public_id):
        (house.shop.derivatives / public_id / name).unlink()
    house.archive.state(public_id, NewStatement("public"))  # as it was: it changes no copy
    house.look()
    assert house.is_waiting(public_id)
    house.make(public_id)
    assert len(house.files(public_id)) == 3


def test_a_copy_that_is_due_and_lost_its_row_gets_it_back(house: House) -> None:
    """Forgotten while it could not be seen: what was made in hours is not removed."""
    public_id = house.bring("beep.mkv")
    house.archive.close_stretch(public_id, 950, 1150)
    house.make(public_id)
    rows, files = house.rows(), house.files(public_id)
    with writing(house.archive.engine) as session:
        session.query(Derivative).delete()
    house.archive.state(public_id, NewStatement("public"))
    house.look()
    assert (house.rows(), house.files(public_id)) == (rows, files)
    assert house.media(public_id) == ("open", True, "950-1150")
    # One of another size is not it: what is made anew takes its place.
    with writing(house.archive.engine) as session:
        session.query(Derivative).delete()
    damaged = house.shop.derivatives / public_id / files[0]
    damaged.chmod(0o644)
    damaged.write_bytes(b"beep")
    house.archive.state(public_id, NewStatement("public"))
    house.look()
    assert house.rows() == []
    house.make(public_id)
    assert (house.rows(), house.files(public_id)) == (rows, files)
    assert damaged.stat().st_size > 4


def test_stretches_are_those_of_cited_time(house: House) -> None:
    public_id = house.bring("beep.mkv", offset_ms=500)
    house.archive.close_stretch(public_id, 450, 650)  # the beep, at 1.0 s of the file
    house.make(public_id)
    assert house.media(public_id) == ("open", True, "950-1150")
    (copy,) = [path for kind, _, path in house.rows() if kind == "playback" and path]
    assert loudest(house.shop.derivatives / copy) < 5000


def test_a_testimony_is_looked_at_once_and_not_again(house: House) -> None:
    public_id = house.bring("beep.mkv")
    house.make(public_id)
    house.look()
    with reading(house.archive.engine) as session:
        assert due(session, ingest_copies.now(), 10) == []
    house.archive.state(public_id, NewStatement("registered"))
    with reading(house.archive.engine) as session:
        assert due(session, ingest_copies.now(), 10) == [house.archive.row_id(public_id)]


def test_a_folder_that_cannot_be_set_right_holds_up_no_other(house: House) -> None:
    first, second = house.bring("beep.mp3"), house.bring("beep.mp4")
    strangers = []
    for public_id in (first, second):
        folder = house.shop.derivatives / public_id
        folder.mkdir(parents=True)
        (folder / "of somebody").mkdir()
        strangers.append(folder / "stranger.mp3")
        strangers[-1].write_bytes(b"beep")
    sync = ingest_copies.sync_folder

    def sync_all_but_the_first(folder: Path) -> None:
        if folder.name == first:
            raise OSError("the disk is gone")
        sync(folder)

    with house.monkeypatch.context() as patch:
        patch.setattr(ingest_copies, "sync_folder", sync_all_but_the_first)
        with pytest.raises(OSError, match="copies of 1 testimonies could not be removed: the disk is gone"):
            house.look()
    with reading(house.archive.engine) as session:
        assert due(session, ingest_copies.now(), 10) == [house.archive.row_id(first)]
    assert not strangers[1].exists()
    house.look()
    with reading(house.archive.engine) as session:
        assert due(session, ingest_copies.now(), 10) == []


def test_the_worker_does_all_of_it(house: House) -> None:
    public_id = house.bring("beep.mp4")
    house.archive.close_stretch(public_id, 900, 1200)
    settings = house.archive.settings.model_copy(update={"recognisers": 1, "window_seconds": 10})

    def work() -> None:
        run_worker(
            settings, house.archive.engine, house.queue, stop=Event(), until_idle=True, transcriber=Script()
        )

    work()
    with reading(house.archive.engine) as session:
        assert [each.step for each in progress.progress(session)] == ["done"]
    assert house.media(public_id) == ("open", True, "900-1200")
    house.archive.close_stretch(public_id, 200, 300)
    with reading(house.archive.engine) as session:
        assert [each.step for each in progress.progress(session)] == ["playback copy"]
    work()
    assert house.media(public_id) == ("open", True, "200-300,900-1200")
    assert len(house.files(public_id)) == 3
    assert list(settings.making_folder.iterdir()) != []  # this test's own folder, and nobody else's
