"""`archive`: a small archive on disk, closed after the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archives import SmallArchive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SmallArchive]:
    small = SmallArchive(tmp_path / "archive")
    yield small
    small.close()
