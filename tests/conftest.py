"""What all tests share.

Which fixture to pick: `archive` (tests/archive/conftest.py) is a small archive on disk with neutral texts;
`tests.archives.SmallArchive` is the same for tests that need several.
"""

import os
import shutil
import tempfile
from pathlib import Path

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
