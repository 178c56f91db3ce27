"""The files that somebody brings, and those that lie beside them; links are not followed out of a folder."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archive.errors import MetadataError
from ingest.importers import sidecar
from ingest.importers.texts import CAPTION_ENDING, TEXT_ENDING

MEDIA_ENDINGS = (".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus", ".mp4", ".mov", ".mkv", ".webm")

_DEBRIS = frozenset(
    {
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "__macosx",
        "$recycle.bin",
        "system volume information",
        "@eadir",
    }
)
_REASONS = {
    ".srt": "SubRip captions are not read; WebVTT (.vtt) is",
    ".csv": "a table is read where --metadata names it",
    ".xlsx": "spreadsheets are read as CSV, where --metadata names it",
    ".xml": "XML is not read; a sidecar (.yaml, .json) is",
}


@dataclass(slots=True)
class Gathered:
    """Files by folder, as the paths that were given lead to them. `asked` are those that were brought, by
    themselves (`alone`) or with a folder; the others lie beside a file that was given by itself."""

    folders: dict[Path, list[Path]] = field(default_factory=dict)
    asked: set[Path] = field(default_factory=set)
    alone: set[Path] = field(default_factory=set)
    passed_over: list[tuple[Path, str]] = field(default_factory=list)
    errors: list[MetadataError] = field(default_factory=list)
    debris: int = 0


def gather(paths: Sequence[Path]) -> Gathered:
    """Everything in `paths`: files, and folders with all that is below them, each file once."""
    gathered = Gathered()
    walked: set[str] = set()
    seen: dict[str, Path] = {}
    folders: dict[str, Path] = {}
    for path in paths:
        if not _is_text(str(path)):
            gathered.errors.append(_no_text(path))
            continue
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            gathered.errors.append(MetadataError(path, "", "expected a file or folder that exists"))
            continue
        except OSError as error:
            sentence = f"expected a file or folder that can be read: {error.strerror}"
            gathered.errors.append(MetadataError(path, "", sentence))
            continue
        if stat.S_ISDIR(mode):
            found = list(_walk(path, walked, gathered))
        elif not stat.S_ISREG(mode):
            sentence = "expected a file or folder, found a pipe or a device"
            gathered.errors.append(MetadataError(path, "", sentence))
            continue
        elif not is_known(path):
            gathered.errors.append(MetadataError(path, "", _what_is_taken()))
            continue
        else:
            found = [path]
        for each in found:
            folders.setdefault(os.path.realpath(each.parent), each.parent)
            gathered.asked.add(seen.setdefault(_place(each), each))
            if not stat.S_ISDIR(mode):
                gathered.alone.add(seen[_place(each)])
    for real, folder in sorted(folders.items()):
        try:
            beside = {seen.get(_place(each), each) for each in _beside(folder)}
        except OSError as error:
            gathered.errors.append(_unreadable(folder, error))
            continue
        asked = {path for path in gathered.asked if os.path.realpath(path.parent) == real}
        gathered.folders[folder] = sorted(beside | asked)
    return gathered


def is_known(path: Path) -> bool:
    """Whether a file of this name is a medium, a description or a text."""
    return path.suffix.casefold() in (*MEDIA_ENDINGS, *sidecar.ENDINGS, CAPTION_ENDING, TEXT_ENDING)


def is_debris(name: str) -> bool:
    """Whether it is hidden, or left behind by an operating system or an office program."""
    return name.startswith((".", "~$")) or name.casefold() in _DEBRIS


def _walk(top: Path, walked: set[str], gathered: Gathered) -> Iterator[Path]:
    """The media, sidecars and texts below `top`, but for folders that were walked before."""

    def unreadable(error: OSError) -> None:
        gathered.errors.append(_unreadable(error.filename or top, error))

    for folder, folders, files in os.walk(top, onerror=unreadable):
        here = Path(folder)
        if os.path.realpath(here) in walked:
            folders.clear()
            continue
        walked.add(os.path.realpath(here))
        gathered.debris += sum(is_debris(name) for name in [*folders, *files])
        folders[:] = sorted(name for name in folders if not is_debris(name))
        for name in folders:
            if (here / name).is_symlink():
                gathered.passed_over.append((here / name, "a link to a folder, which is not followed"))
        for name in sorted(name for name in files if not is_debris(name)):
            path = here / name
            if not _is_text(str(path)):
                gathered.errors.append(_no_text(path))
            elif path.is_symlink() and is_known(path) and path.suffix.casefold() != TEXT_ENDING:
                # Whoever made the folder chose where it leads: perhaps to the archivist's own files.
                gathered.errors.append(MetadataError(path, "", "expected the file itself, found a link"))
            elif path.is_symlink() or not path.is_file():
                gathered.passed_over.append((path, "not a regular file"))
            elif not is_known(path):
                reason = _REASONS.get(path.suffix.casefold(), "neither a medium, a sidecar nor a text")
                gathered.passed_over.append((path, reason))
            else:
                yield path


def _beside(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            plain = entry.is_file(follow_symlinks=False) and _is_text(entry.name)
            if plain and not is_debris(entry.name) and is_known(Path(entry.name)):
                yield folder / entry.name


def _no_text(path: Path) -> MetadataError:
    shown = os.fsencode(path).decode("utf-8", "replace")
    return MetadataError(shown, "", "expected a file name in UTF-8")


def _unreadable(folder: Path | str, error: OSError) -> MetadataError:
    return MetadataError(folder, "", f"expected a folder that can be read: {error.strerror}")


def _place(path: Path) -> str:
    """Where a file lies, however it was reached (a link is a file of its own)."""
    return f"{os.path.realpath(path.parent)}{os.sep}{path.name}"


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _what_is_taken() -> str:
    media = ", ".join(ending[1:] for ending in MEDIA_ENDINGS)
    return f"expected a medium ({media}), a sidecar (yaml, yml, json) or a text (vtt, txt)"
