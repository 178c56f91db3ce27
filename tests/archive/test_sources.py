"""Files of others are opened where they are plain files, and never waited for."""

import os
from pathlib import Path

import pytest

from archive.sources import mark, open_source


def test_a_plain_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"sound")
    with open_source(path) as file:
        assert file.read() == b"sound"


def test_a_pipe_that_nobody_writes_to_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    os.mkfifo(path)
    with pytest.raises(OSError, match="not a plain file"):
        open_source(path)
    with pytest.raises(OSError, match=r"not a plain file|directory"):
        open_source(tmp_path)


def test_a_changed_file_is_known(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"sound")
    before = mark(path)
    assert mark(path) == before
    path.write_bytes(b"sound and more")
    assert mark(path) != before
