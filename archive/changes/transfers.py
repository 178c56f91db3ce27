"""Another transfer of a recording: taken in, put in the place of the one before, its offset corrected.

Cited times are those of the recording's first file. They hold whatever is played: transcripts, chapters,
access statements and clips are in cited time, and stay as they are.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from archive.changes import events, outbox
from archive.errors import Conflict
from archive.models import File, Recording, Testimony


def check_offset(recording: Recording | None, duration_ms: int, offset_ms: int, where: str) -> None:
    """Refuse an offset that leaves nothing of a file, or nothing of what a recording's current file holds.
    `where` is how the file is called. Raises Conflict."""
    if offset_ms >= duration_ms:
        raise Conflict(
            f"{where}: offset: expected less than its length, {duration_ms / 1000:g} s, found "
            f"{offset_ms / 1000:g} s"
        )
    if recording is None:
        return
    start, end = recording.files[0].cited
    if max(0, -offset_ms) >= end or duration_ms - offset_ms <= start:
        raise Conflict(
            f"{where}: offset: expected one with which it holds something of recording "
            f"{recording.number}, which lasts from {start / 1000:g} to {end / 1000:g} s; found "
            f"{offset_ms / 1000:g} s"
        )


def make_current(
    session: Session, testimony: Testimony, recording: Recording, file: File, *, at: datetime
) -> None:
    """Have a file that can be played take the place of the current one, which stays in the store."""
    before = recording.current_file
    before.current = False
    file.current, file.current_since = True, at
    events.record(
        session,
        "replacement",
        testimony_id=testimony.id,
        recording_id=recording.id,
        detail={
            "file": file.public_id,
            "replaces": before.public_id,
            "offset_ms": file.offset_ms,
            "duration_ms": file.duration_ms,
        },
    )
    # With a transfer that was the current one before, the text that was heard in it comes back.
    outbox.announce_words(session, testimony, at)


def correct_offset(
    session: Session, testimony: Testimony, recording: Recording, file: File, offset_ms: int
) -> None:
    """Give a later transfer another offset. What a machine heard in it has to be published anew."""
    events.record(
        session,
        "metadata modification",
        testimony_id=testimony.id,
        recording_id=recording.id,
        detail={"file": file.public_id, "offset_ms": [file.offset_ms, offset_ms]},
    )
    file.offset_ms = offset_ms
    # Words that a machine heard move, and some of them into what is closed.
    outbox.announce(session, testimony, closing=file.current)
