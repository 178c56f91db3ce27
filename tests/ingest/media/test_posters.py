"""Stills of videos."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.media.commands import Programs
from ingest.media.posters import make_poster
from schemas.media import Probe

pytestmark = pytest.mark.slow

Probed = Callable[[str], Probe]


def test_a_poster_is_a_picture(programs: Programs, probed: Probed, good: Path, tmp_path: Path) -> None:
    poster = make_poster(good / "turned.mp4", probed("turned.mp4"), tmp_path / "p.jpg", programs)
    assert poster is not None
    assert poster.read_bytes()[:3] == b"\xff\xd8\xff"
    command: list[str | Path] = [programs.ffprobe, "-v", "error", "-show_entries", "stream=width,height"]
    command += ["-of", "csv=p=0", poster]
    size = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    assert size == "120,160"
    assert [path.name for path in tmp_path.iterdir()] == ["p.jpg"]


def test_no_poster_is_black(programs: Programs, probed: Probed, good: Path, tmp_path: Path) -> None:
    for name in ("black.mp4", "beep.wav"):
        assert make_poster(good / name, probed(name), tmp_path / "p.jpg", programs) is None
    assert list(tmp_path.iterdir()) == []
