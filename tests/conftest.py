"""What all tests share.

Which fixture to pick: `archive` (tests/archive/conftest.py) is a small archive on disk with neutral texts;
`tests.archives.SmallArchive` is the same for tests that need several.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.settings import Settings
from tests.engines import any_server, lent

MEMORY_DISK = Path("/dev/shm")
NEEDED = 2 * 1024**3


def pytest_configure() -> None:
    """Put temporary files on a memory disk where there is one with room: every write of ours is synced, and
    on a real disk most of the suite's time would be waiting for that. TMPDIR says otherwise."""
    if "TMPDIR" in os.environ or not os.access(MEMORY_DISK, os.W_OK):
        return
    if shutil.disk_usage(MEMORY_DISK).free >= NEEDED:
        os.environ["TMPDIR"] = str(MEMORY_DISK)
        tempfile.tempdir = None


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[str]:
    """The address of an Elasticsearch that tests share and none breaks."""
    with any_server() as url:
        yield url


@pytest.fixture
def on_elasticsearch(elasticsearch: str) -> Iterator[Settings]:
    """Settings for an archive that searches with it, under names of its own."""
    with lent(elasticsearch) as settings:
        yield Settings(**settings)
