"""Another transfer of a recording, as the index is told of it."""

from pathlib import Path

import pytest

from archive.changes import transfers
from archive.database import writing
from archive.queries import outbox, testimonies
from tests.archives import SmallArchive


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
