"""The media files of a world: bytes of no meaning, of an age that is always the same."""

import os
from hashlib import sha512
from pathlib import Path

from archive.models import Derivative
from archive.store import StoredFile
from tests.archives import SmallArchive
from tests.gate import worlds

MADE = 1_700_000_000
"""When every media file was made: its ETag comes from that."""


def content_of(thing: str) -> bytes:
    """The bytes of a media file."""
    return sha512(thing.encode()).digest() * 8


def derivatives_of(recording: worlds.Recording, closed: str) -> list[Derivative]:
    """Playback copy and pictures of a recording in which something is closed, or nothing."""
    name = f"{recording.id}{closed}"
    made = [
        Derivative(
            kind="playback",
            closed=closed,
            path=None if recording.in_store and not (closed or recording.altered) else f"{name}.mp4",
            media_type="video/mp4" if recording.video else "audio/mp4",
            size=512,
            width=320 if recording.video else None,
            height=240 if recording.video else None,
        )
    ]
    if recording.poster and recording.video:
        made.append(
            Derivative(kind="poster", closed=closed, path=f"{name}.jpg", media_type="image/jpeg", size=512)
        )
    if recording.poster:
        picture = {"path": f"{name}.svg", "media_type": "image/svg+xml", "size": 512}
        made.append(Derivative(kind="waveform", closed=closed, **picture))
    return made


def write_media(archive: SmallArchive, testimony: worlds.Testimony, recording: worlds.Recording) -> None:
    if not recording.playable:
        return
    if recording.in_store:
        stored = {"files/1.bin": StoredFile(content_of(recording.id))}
        archive.store.add(testimony.id, stored, message="test", agent="test")
        _age(archive.store.path(testimony.id, "files/1.bin"))
    write_derivatives(archive, recording, derivatives_of(recording, ""))


def write_derivatives(archive: SmallArchive, recording: worlds.Recording, made: list[Derivative]) -> None:
    folder = archive.settings.derivatives_folder
    folder.mkdir(exist_ok=True)
    for each in made:
        if each.path is not None:
            copy = "copy of " if each.closed or recording.altered else ""
            (folder / each.path).write_bytes(content_of(f"{copy}{each.kind} {recording.id}"))
            _age(folder / each.path)


def _age(file: Path) -> None:
    os.utime(file, (MADE, MADE))
