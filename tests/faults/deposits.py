"""What is ingested under fire: two small recordings with descriptions, captions and a picture, and archives
in which they are already."""

import math
import os
import random
import shutil
import struct
import subprocess
import sys
import wave
from pathlib import Path

from tests.databases import environment_of

ROOT = Path(__file__).parents[2]
GOOD = ROOT / "tests" / "specimens" / "good"
COMMAND = [sys.executable, "-m", "tests.faults.command"]

SOUND, PICTURE = "A/1", "A/2"
"""Accession numbers of the two."""

WINDOWS = 4
"""Windows that a recogniser hears in both."""

CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Reader>The bakery opens early.\n"
CORRECTED = "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Reader>The bakery opens at seven.\n"


def write_sound(path: Path, seconds: int, seed: int = 1) -> Path:
    """A tone twice a second over faint noise, at 8 kHz: small, and of three windows."""
    noise = random.Random(seed)
    samples = (
        round(6000 * math.sin(at / 8000 * 1400) * (at / 8000 % 0.5 < 0.35) + 60 * (noise.random() - 0.5))
        for at in range(8000 * seconds)
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return path


def make_deposit(folder: Path) -> Path:
    """A folder with a sound recording with captions, and one with a picture, each described."""
    folder.mkdir(parents=True)
    write_sound(folder / "proverbs.wav", 25)
    (folder / "proverbs.yaml").write_text(
        f"accession_number: {SOUND}\ntitle: Proverbs\naccess: public\nplaces: [Oslo]\nlanguages: en\n"
    )
    (folder / "proverbs.vtt").write_text(CAPTIONS)
    shutil.copy(GOOD / "beep.mkv", folder / "card.mkv")
    (folder / "card.yaml").write_text(
        f"accession_number: {PICTURE}\ntitle: A test card\naccess: public\nkind: statement\ndate: 1996\n"
    )
    return folder


def environment(home: Path, heard: Path, **more: str) -> dict[str, str]:
    """The environment of a command on the archive in `home`: one recogniser, short windows, and nothing of
    the settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TESTIMONY_")}
    ours = environment_of(home) | {"TESTIMONY_RECOGNISERS": "1", "TESTIMONY_WINDOW_SECONDS": "10"}
    return kept | ours | {"FAULTS_HEARD": str(heard)} | more


def run(home: Path, heard: Path, *arguments: object, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, unharmed."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=ROOT,
        env=environment(home, heard, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
