"""The derivatives folder against the record: what can be made again, and what nobody asked for."""

import os
from collections.abc import Iterator
from pathlib import Path

from archive.findings import Finding
from archive.queries.holdings import Holdings, Record
from archive.store.locks import is_held

UNFINISHED = ".part"
"""Ending of files that are being written (`ingest.media.derivatives`); hidden, and renamed when whole."""
MAKING = ".making"
"""Where workers make copies, each in a folder of its own beside a lock that it holds."""

MARK = ".testimony-derivatives"
"""Name of the file by which the folder is known from an empty one in its place; its content says so."""


def check_derivatives(folder: Path, recorded: Holdings) -> Iterator[Finding]:
    """Derivatives that the record names and that are gone, or of another size."""
    for derivative in recorded.derivatives:
        path = folder / derivative.path
        try:
            size = path.stat().st_size
        except OSError:
            sentence = f"{path}: the {derivative.kind} is not there; a worker makes it again when it starts"
            yield Finding("missing", recorded.public_id, str(path), sentence)
            continue
        if size != derivative.size:
            sentence = (
                f"{path}: the {derivative.kind} has {size} bytes, the record says {derivative.size}; "
                "a worker makes it again when it starts"
            )
            yield Finding("altered", recorded.public_id, str(path), sentence)


def is_being_made(at: Path, folder: Path) -> bool:
    """Whether a folder under the derivatives folder is a living worker's own."""
    return at.parent == folder / MAKING and is_held(at.with_name(f"{at.name}.lock"))


def find_strays(folder: Path, record: Record) -> Iterator[Finding]:
    """Files in the derivatives folder that the record does not name, and that no work in progress may be
    making just now."""
    for current, _, files in os.walk(folder):
        at = Path(current)
        of = at.relative_to(folder).parts
        if not files or is_being_made(at, folder):
            continue
        recorded = record.find(of[0]) if len(of) == 1 else None
        named = {folder / derivative.path for derivative in recorded.derivatives} if recorded else set()
        busy = [file.public_id for file in recorded.files if file.busy] if recorded else []
        for name in sorted(files):
            path = at / name
            being_made = bool(busy) and (name.endswith(UNFINISHED) or name.startswith(tuple(busy)))
            held = at == folder / MAKING and is_held(path)
            ours = path == folder / MARK
            if path not in named and not being_made and not held and not ours and path.exists():
                sentence = f"{path}: nobody names this file; it is safe to remove"
                yield Finding("unexpected", recorded.public_id if recorded else None, str(path), sentence)
