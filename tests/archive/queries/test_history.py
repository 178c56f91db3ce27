"""What became of a description, as it is told."""

from datetime import UTC, datetime

from archive.changes.access import NewStatement
from archive.database import reading, writing
from archive.models import DescriptionChange
from archive.queries import history, testimonies
from tests.archives import SmallArchive
from tests.tables import describe


def test_access_from_before_changes_were_written_down_is_told(archive: SmallArchive) -> None:
    public_id = archive.add("Bread", [["It rained."]])
    with writing(archive.engine) as session:
        session.query(DescriptionChange).delete()
    archive.state(public_id, NewStatement("restricted", reason="asked for"))
    describe(archive, public_id, title="Rain")
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        told = [(each.agent, each.field, each.before, each.after) for each in history.history(session, row)]
    assert told == [
        (
            "test",
            "access",
            [{"level": "public", "by": "test"}],
            [{"level": "restricted", "reason": "asked for", "by": "test"}],
        ),
        ("sidecar", "title", "Bread", "Rain"),
    ]


def test_a_statement_that_no_description_can_make_is_told(archive: SmallArchive) -> None:
    public_id = archive.add("Bread", [["It rained."]])
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        transcript = row.transcripts[0].id
    statement = NewStatement(
        "restricted",
        subject="transcript",
        subject_id=transcript,
        begins_at=datetime(2030, 1, 1, tzinfo=UTC),
        ends_at=datetime(2030, 1, 1, 12, 30, tzinfo=UTC),
        reason="asked for",
    )
    archive.state(public_id, statement)
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        last = history.history(session, row)[-1]
    assert last.after == [
        {
            "level": "restricted",
            "about": "the original transcript",
            "from": "2030-01-01",
            "until": "2030-01-01 12:30:00 UTC",
            "reason": "asked for",
            "by": "test",
        }
    ]
