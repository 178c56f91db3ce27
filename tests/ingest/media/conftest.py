"""Which fixture to pick: `programs` are ffmpeg and ffprobe; `good` and `bad` are the folders of specimens
(`making.py` says what is in them), `probed("beep.wav")` tells what a good one holds; `shared` is the folder
with recordings of people and media from the wild.
"""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from archive.errors import ProgramMissing
from archive.settings import Settings
from ingest.media.commands import Programs, find_programs
from ingest.media.probe import probe
from schemas.media import Probe
from tests.ingest.media.making import BAD, GOOD


@pytest.fixture(scope="session")
def programs() -> Programs:
    try:
        return find_programs(Settings())
    except ProgramMissing as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def probed(programs: Programs, good: Path) -> Callable[[str], Probe]:
    """What a good specimen holds, looked at once a session."""

    @cache
    def look(name: str) -> Probe:
        return probe(good / name, programs)

    return look


@pytest.fixture(scope="session")
def good() -> Path:
    return GOOD


@pytest.fixture(scope="session")
def bad() -> Path:
    return BAD


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(__file__).parents[4] / "shared"
    if not (folder / "data" / "media").is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{folder} is not there")
        pytest.skip(f"media from the wild are not there: {folder.name}")
    return folder
