"""The unit files of docs/deploying, and what they allow."""

import re
import subprocess
from collections import defaultdict
from pathlib import Path

from tests.deployment.composed import ROOT
from tests.deployment.programs import find

FOLDER = ROOT / "docs/deploying"
SERVICES = sorted(FOLDER.glob("*.service"))


def directives(path: Path) -> dict[str, list[str]]:
    """Name -> all that is said of it, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        if (said := re.match(r"(\w+)=(.*)", line)) is not None:
            found[said[1]].append(said[2])
    return dict(found)


def command(path: Path) -> list[str]:
    """What a service starts, after the program's name."""
    (start,) = directives(path)["ExecStart"]
    program, *arguments = start.split()
    assert program == "/opt/testimony/.venv/bin/testimony"
    return arguments


def allowed_calls(path: Path) -> set[str]:
    """The system calls that a service may make, as this machine's systemd understands it."""
    allowed: set[str] = set()
    for said in directives(path)["SystemCallFilter"]:
        names = _expand(said.removeprefix("~").split())
        allowed = allowed - names if said.startswith("~") else allowed | names
    return allowed


def _expand(names: list[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        if not name.startswith("@"):
            found.add(name)
            continue
        shown = subprocess.run(
            [find("systemd-analyze"), "syscall-filter", name, "--no-pager"],
            capture_output=True,
            text=True,
            check=True,
        )
        listed = [line.strip() for line in shown.stdout.splitlines()[1:]]
        found |= _expand([line for line in listed if line and not line.startswith("#")])
    return found
