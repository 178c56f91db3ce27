"""`deposit` writes a folder of files from a mapping of names to texts; media are empty, nobody opens them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.archives import SmallArchive

Write = Callable[..., Path]

VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\nFresh bread every morning.\n"


@pytest.fixture
def deposit(tmp_path: Path) -> Write:
    """deposit({"a.wav": "", "a.yaml": "title: Bread"}) -> the folder."""

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        return tmp_path

    return write


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SmallArchive]:
    """A small archive on disk."""
    small = SmallArchive(tmp_path / "archive")
    yield small
    small.close()
