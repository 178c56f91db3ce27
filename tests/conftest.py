"""What all tests share.

Which fixture to pick: `archive` is a small archive on disk with neutral texts, closed after the test;
`tests.archives.SmallArchive` is the same for tests that need several. `tests.databases` says on which
database they run.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.settings import Settings
from tests import databases
from tests.archives import SmallArchive
from tests.engines import any_server, lent
from tests.servers import postgresql

MEMORY_DISK = Path("/dev/shm")
NEEDED = 2 * 1024**3


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--database postgresql` runs the tests on a PostgreSQL that they start."""
    parser.addoption(
        "--database", choices=databases.CHOICES, help="database of the archives (default: sqlite)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Choose the database, and put temporary files where syncing them takes no time."""
    use_memory()
    if config.getoption("--database"):  # for the workers and commands of this run too
        os.environ[databases.VARIABLE] = config.getoption("--database")
    if databases.on_postgresql():
        try:
            postgresql.server()
        except (pytest.skip.Exception, pytest.fail.Exception) as missing:
            raise pytest.UsageError(str(missing)) from missing


def use_memory() -> None:
    """Put temporary files on a memory disk where there is one with room: every write of ours is synced, and
    on a real disk most of the suite's time would be waiting for that. TMPDIR says otherwise."""
    if "TMPDIR" in os.environ or not os.access(MEMORY_DISK, os.W_OK):
        return
    if shutil.disk_usage(MEMORY_DISK).free >= NEEDED:
        os.environ["TMPDIR"] = str(MEMORY_DISK)
        tempfile.tempdir = None


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SmallArchive]:
    """A small archive."""
    small = SmallArchive(tmp_path / "archive")
    yield small
    small.close()


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
