"""Another transfer of a recording, as the index is told of it."""

from pathlib import Path

import pytest

from archive.changes import transfers
from archive.database import writing
from archive.models import OutboxEntry
from archive.queries import outbox, testimonies
from tests.archives import NOW, SmallArchive


@pytest.mark.parametrize("current", [True, False])
def test_an_offset_that_moves_words_is_a_closing(tmp_path: Path, current: bool) -> None:
    archive = SmallArchive(tmp_path / "archive")
    public_id = archive.add("Weather", [["It rained."]])
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        (recording,) = row.recordings
        (file,) = recording.files
        file.current = current
        transfers.correct_offset(session, row, recording, file, 500)
        # What lies in a closed stretch now is found by nobody from here on, and leaves the index for good.
        assert outbox.closing(session, "index") == ({row.id} if current else set())
    archive.close()


@pytest.mark.parametrize("closed", [True, False])
def test_another_transfer_is_a_closing_where_a_part_is_closed(tmp_path: Path, closed: bool) -> None:
    """With one that was the current one before, what was heard in it is the text again."""
    archive = SmallArchive(tmp_path / "archive")
    public_id = archive.add("Weather", [["It rained."]])
    if closed:
        archive.close_stretch(public_id, 500, 900)
    with writing(archive.engine) as session:
        session.query(OutboxEntry).delete()
        row = testimonies.find(session, public_id)
        assert row is not None
        (recording,) = row.recordings
        transfers.make_current(session, row, recording, recording.files[0], at=NOW)
        assert outbox.closing(session, "index") == ({row.id} if closed else set())
    archive.close()
