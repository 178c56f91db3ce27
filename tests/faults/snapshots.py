"""Copies of a folder at many moments of one run, each file's content kept once.

What kill -9 leaves is what the folder holds at that moment: a killed process takes back nothing that it
wrote. So a run that is held at a call while the folder is copied shows what a kill there would leave, and one
run shows it for all calls.
"""

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

State = dict[str, Any]
"""Relative path -> `[mode, content, time]`: the digest of a file's content or the target of a link (None: a
folder), and when it was changed, in nanoseconds."""


class Snapshots:
    """Copies of `folder`, kept in `kept`, but for the names in `without` at its top."""

    def __init__(self, folder: Path, kept: Path, without: tuple[str, ...] = ()) -> None:
        self._folder = folder
        self._kept = kept
        self._without = without
        self._known: dict[tuple[int, int, int], str] = {}
        kept.mkdir(parents=True, exist_ok=True)

    def take(self) -> State:
        """The folder as it is. Whoever writes in it at this moment is waited for: two looks have to agree."""
        before = self._look()
        while (now := self._look()) != before:
            before = now
        return now

    def _look(self) -> State:
        state: State = {}
        folders = [self._folder]
        while folders:
            try:
                entries = sorted(os.scandir(folders.pop()), key=lambda entry: entry.name)
                for entry in entries:
                    path = Path(entry.path)
                    name = str(path.relative_to(self._folder))
                    if name in self._without:
                        continue
                    found = entry.stat(follow_symlinks=False)
                    if entry.is_symlink():
                        content: str | None = str(path.readlink())
                    elif entry.is_dir():
                        content = None
                        folders.append(path)
                    else:
                        content = self._keep(path, found)
                    state[name] = [found.st_mode, content, 0 if entry.is_dir() else found.st_mtime_ns]
            except FileNotFoundError:  # it is being renamed or removed: the next look will tell
                state["."] = len(state)
        return state

    def _keep(self, path: Path, found: os.stat_result) -> str:
        key = (found.st_ino, found.st_size, found.st_mtime_ns)
        # A file that was written a moment ago may be written again without its time telling.
        recent = abs(found.st_ctime_ns - _now_ns(self._kept)) < 50_000_000
        if not recent and key in self._known:
            return self._known[key]
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        blob = self._kept / digest
        if not blob.exists():
            blob.write_bytes(content)
        self._known[key] = digest
        return digest


def restore(state: State, kept: Path, target: Path) -> None:
    """Make `target`, which is not there yet, what a folder was at that moment."""
    target.mkdir(parents=True)
    for name, (mode, content, changed) in sorted(state.items()):
        path = target / name
        if stat.S_ISDIR(mode):
            path.mkdir(exist_ok=True)
        elif stat.S_ISLNK(mode):
            path.symlink_to(content)
        else:
            path.write_bytes((kept / content).read_bytes())
            path.chmod(stat.S_IMODE(mode))
            os.utime(path, ns=(changed, changed))


def content_of(state: State) -> str:
    """Equal for states that hold the same; when it was written is no matter."""
    return json.dumps({name: entry[:2] for name, entry in state.items()}, sort_keys=True)


def _now_ns(folder: Path) -> int:
    """The moment, by the clock of the file system."""
    probe = folder / ".now"
    probe.touch()
    return probe.stat().st_mtime_ns
