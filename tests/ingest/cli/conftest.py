"""`testimony` runs the command as a person would, in a process of its own, on an archive in a folder."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.databases import environment_of

SHARED = Path(__file__).parents[4] / "shared"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """The environment of a command on the archive in `home`, one recogniser."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TESTIMONY_")}
    models = {name: value for name, value in os.environ.items() if name == "TESTIMONY_MODELS"}
    return kept | models | environment_of(home) | {"TESTIMONY_RECOGNISERS": "1"}


@pytest.fixture
def testimony(environment: dict[str, str]) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    def run(*arguments: object, **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", "from ingest.cli import main; main()", *map(str, arguments)],
            env=environment | more,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture
def speech() -> Path:
    """The folder of real recordings with reference texts; where it is not laid out, the test is skipped."""
    folder = SHARED / "audio"
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"no recordings in {folder}")
        pytest.skip("the shared recordings are not here")
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not here")
    return folder
