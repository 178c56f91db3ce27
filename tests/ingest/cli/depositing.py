"""What tests of `testimony ingest` with a scripted transcriber share: sounds, the command, what is left."""

import json
import math
import os
import struct
import subprocess
import sys
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.remains import MARK
from tests.archive.store.soundness import validate
from tests.databases import ask_database, check_whole, count_jobs, environment_of

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-m", "tests.ingest.cli.scripted")


def tone(path: Path, hertz: int, seconds: float = 1.0) -> Path:
    """A sound of its own, so that no two files are the same."""
    rate = 8_000
    samples = [
        round(9_000 * math.sin(2 * math.pi * hertz * at / rate)) for at in range(round(rate * seconds))
    ]
    with path.open("wb") as file, wave.open(file) as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return path


@dataclass(frozen=True, slots=True)
class Done:
    """What a command answered."""

    code: int
    stdout: str
    stderr: str

    @property
    def answer(self) -> dict[str, Any]:
        """The object at the end of stdout."""
        found: dict[str, Any] = json.loads(self.stdout)
        return found

    @property
    def reasons(self) -> dict[str, str]:
        """Name of each file that failed -> the reason."""
        return {Path(each["path"]).name: each["reason"] for each in self.answer["failed"]}


@dataclass(frozen=True, slots=True)
class House:
    """An archive in `home`, worked on by commands in processes of their own."""

    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        """That of the commands."""
        # Where CI is set, libraries leave off what they do to people.
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("TESTIMONY_") and name != "CI"
        }
        own = environment_of(self.home) | {"TESTIMONY_RECOGNISERS": "1", "PYTHONPATH": str(ROOT)}
        return kept | own | more

    def run(
        self,
        *arguments: object,
        before: Sequence[object] = (),
        environment: Mapping[str, str] = {},
        folder: Path | None = None,
        timeout: float = 240,
    ) -> Done:
        """Run `testimony ARGUMENT...` with the scripted transcriber; `before` is a program that runs it."""
        done = subprocess.run(
            [*map(str, before), *COMMAND, *map(_argument, arguments)],
            env=self.environment(**environment),
            cwd=folder or self.home.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"))

    def ingest(self, *arguments: object, **more: Any) -> Done:
        """`testimony ingest ... --access public --json`."""
        return self.run("ingest", "--access", "public", "--json", *arguments, **more)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database answers."""
        return ask_database(self.home, query)

    def check(self, recordings: int) -> None:
        """Fail unless the archive is whole, holds so many recordings, all of them done, and nothing that is
        half done lies anywhere."""
        check_whole(self.home)
        assert self.rows("SELECT count(*) FROM recording") == [(recordings,)]
        assert self.rows("SELECT count(*) FROM file WHERE stored_path IS NULL") == [(0,)]
        assert self.rows("SELECT count(*) FROM recognition WHERE published_at IS NULL") == [(0,)]
        assert self.rows("SELECT count(*) FROM testimony WHERE published_at IS NULL") == [(0,)]
        assert count_jobs(self.home) == 0
        assert self.rows("SELECT count(*) FROM outbox") == [(0,)]
        validate(self.home / "store")
        self.check_folders()

    def check_folders(self) -> None:
        """Fail where a file lies in the work folder, or a derivative without a row."""
        assert list((self.home / "work").glob("*")) == []
        folder = self.home / "derivatives"
        known = {path for (path,) in self.rows("SELECT path FROM derivative WHERE path IS NOT NULL")}
        there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        assert there - {MARK} == known
        assert [path for path in folder.glob("[!.]*") if not any(path.iterdir())] == []


def _argument(argument: object) -> bytes | str:
    return os.fsencode(argument) if isinstance(argument, Path) else str(argument)
