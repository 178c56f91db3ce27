"""Copies whose files are gone, or seem to be: a folder that is not there says nothing of them."""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.changes.access import NewStatement
from archive.errors import DiskRefused
from archive.remains import MARK
from tests.ingest.copying import House, opened

pytestmark = pytest.mark.slow


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened(tmp_path, monkeypatch) as made:
        yield made


@pytest.mark.parametrize("mount_point", [True, False])
def test_a_folder_that_is_not_the_one_of_the_copies_makes_none_forgotten(
    house: House, tmp_path: Path, mount_point: bool
) -> None:
    """The share is not mounted: whoever looks, deletes or makes is told so, and nothing has changed when it
    is there again."""
    public_id, other = house.bring("beep.mkv"), house.bring("beep.mp4")
    house.make(public_id)
    house.look()
    rows, files, folder = house.rows(), house.files(public_id), house.shop.derivatives
    folder.rename(tmp_path / "share")
    if mount_point:
        folder.mkdir()
    house.archive.state(public_id, NewStatement("public"))
    for act in (house.renew, house.look, lambda: house.make(other)):
        with pytest.raises(DiskRefused, match=r"mount the disk or share.*touch .*/\.testimony-derivatives"):
            act()
    assert house.rows() == rows
    shutil.rmtree(folder, ignore_errors=True)
    (tmp_path / "share").rename(folder)
    house.renew()
    house.look()
    assert (house.rows(), house.files(public_id)) == (rows, files)


def test_a_folder_that_was_emptied_on_purpose_is_filled_again(house: House) -> None:
    """By the way that the message tells."""
    public_id = house.bring("beep.mkv")
    house.make(public_id)
    shutil.rmtree(house.shop.derivatives / public_id)
    (house.shop.derivatives / MARK).unlink()
    with pytest.raises(DiskRefused):
        house.renew()
    (house.shop.derivatives / MARK).touch()
    house.renew()
    assert house.is_waiting(public_id)
    house.make(public_id)
    assert len(house.files(public_id)) == 3


def test_a_folder_of_an_earlier_version_is_known_by_its_copies(house: House) -> None:
    public_id = house.bring("beep.mkv")
    house.make(public_id)
    (house.shop.derivatives / MARK).unlink()
    rows = house.rows()
    house.look()
    house.renew()
    assert (house.rows(), (house.shop.derivatives / MARK).exists()) == (rows, True)


def test_a_disk_that_does_not_answer_makes_nothing_forgotten(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    public_id = house.bring("beep.mkv")
    house.make(public_id)
    rows, files, real = house.rows(), house.files(public_id), Path.stat

    def fail(path: Path, **options: bool) -> os.stat_result:
        if path.name == files[0]:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return real(path, **options)

    house.archive.state(public_id, NewStatement("public"))
    with house.monkeypatch.context() as patch:
        patch.setattr(Path, "stat", fail)
        house.renew()
        assert "does not answer" in caplog.text
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            house.look()
    assert (house.rows(), house.files(public_id)) == (rows, files)
