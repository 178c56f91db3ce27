"""docs/deploying.md as something that can be run: its blocks, in the places of a test."""

import re
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.deployment.composed import ROOT
from tests.deployment.programs import find

FILE = ROOT / "docs/deploying.md"


def blocks(heading: str, language: str = "sh") -> list[str]:
    """The blocks of code below a heading, in order."""
    text = FILE.read_text(encoding="utf-8")
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", _masked(text), re.DOTALL | re.MULTILINE)
    assert found, heading
    section = text[found.start(1) : found.end(1)]
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


def _masked(text: str) -> str:
    """The text, in which no comment of a shell looks like a heading."""
    return re.sub(
        r"^```.*?^```$", lambda block: re.sub("#", "-", block[0]), text, flags=re.DOTALL | re.MULTILINE
    )


def commands() -> list[list[str]]:
    """Every `testimony ARGUMENT...` in a block, alone on its line."""
    text = FILE.read_text(encoding="utf-8")
    written = "".join(re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))
    found = re.findall(r"^(?:\S+=\S+ )?(?:\S+/)?testimony +([a-z][^\n]*)$", written, re.MULTILINE)
    return [shlex.split(arguments, comments=True) for arguments in found]


_RUNUSER = """#!/bin/sh
# runuser -u USER -- COMMAND...
shift 3
exec "$@"
"""

_SYSTEMCTL = """#!/bin/sh
# Asks the test, which has the processes, and waits until it has done so.
printf '%s\\n' "$*" >"{folder}/asked.new"
mv "{folder}/asked.new" "{folder}/asked"
while [ -e "{folder}/asked" ]; do sleep 0.05; done
"""


@dataclass(frozen=True)
class Server:
    """A server as the document describes it, in a folder: its places, and programs that stand for those that
    only root on a server of one's own can use."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "var/archive"

    @property
    def backup(self) -> Path:
        return self.folder / "backup/testimony"

    @property
    def programs(self) -> Path:
        return self.folder / "bin"

    @property
    def asked(self) -> Path:
        """What systemctl was asked, while nobody has done it yet."""
        return self.folder / "asked"

    def prepare(self, command: str) -> None:
        """Lay it out. `command` is what stands for the installed program, a line of shell."""
        for each in (self.home, self.backup.parent, self.programs, self.folder / "etc"):
            each.mkdir(parents=True)
        (settings,) = blocks("One server", "ini")
        (self.folder / "etc/testimony.env").write_text(self.localised(settings))
        (wrapper,) = [block for block in blocks("One server") if block.startswith("#!")]
        self._write("testimony-program", f'#!/bin/sh\nexec {command} "$@"\n')
        self._write("testimony", self.localised(wrapper))
        self._write("runuser", _RUNUSER)
        self._write("systemctl", _SYSTEMCTL.format(folder=self.folder))

    def _write(self, name: str, text: str) -> None:
        path = self.programs / name
        path.write_text(text)
        path.chmod(0o755)

    def localised(self, text: str) -> str:
        """A text of the document with its places changed to those of this server."""
        for place, own in (
            ("/opt/testimony/.venv/bin/testimony", self.programs / "testimony-program"),
            ("/var/lib/testimony", self.folder / "var"),
            ("/etc/testimony", self.folder / "etc"),
            ("/backup/testimony", self.backup),
        ):
            text = text.replace(place, str(own))
        assert "testimony/archive" not in text
        return text

    def run(self, block: str, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        """Run a block as root would."""
        return subprocess.run(
            [find("bash")],
            input=self.localised(block),
            env={**environment, "PATH": f"{self.programs}:{environment['PATH']}"},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
