"""The archive's own programs, as everybody starts them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMAND = (sys.executable, "-c", "from ingest.cli import main; main()")
"""`testimony`, of this very code."""


def environment(home: Path, **settings: str) -> dict[str, str]:
    """The environment in which the archive in `home` is worked with; `settings` as in docs/configuration.md,
    in small letters and without the prefix."""
    chosen = {f"TESTIMONY_{name.upper()}": value for name, value in settings.items()}
    return os.environ | {"TESTIMONY_HOME": str(home)} | chosen


@contextmanager
def site(home: Path, **settings: str) -> Iterator[tuple[str, int]]:
    """`testimony serve` on a free port: its address and process id."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--no-worker"],
        env=environment(home, **settings),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if process.stdout is None or not (told := process.stdout.readline()):
            sys.exit("the site did not start")
        yield told.strip().rstrip("/"), process.pid
    finally:
        process.terminate()
        process.wait()
