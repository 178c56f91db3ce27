"""`python -m tests.faults.crowd HOME LOG NAME ROUNDS ID...`: one of many who change the same testimonies at
the same time, by way of `archive.changes`: adds a subject to a description as it is, and says a word on
access. A line goes to LOG after each change that was acknowledged: the testimony, and what was added."""

import sys
from pathlib import Path

from archive.changes import access
from archive.changes import testimonies as testimony_changes
from archive.changes.access import NewStatement
from archive.clock import now
from archive.database import open_engine, writing
from archive.queries import testimonies
from schemas.metadata import TestimonyMetadata
from tests.databases import settings_of

LEVELS = ("public", "restricted", "registered")


def main() -> None:
    """Change each of them, round after round."""
    home, log, name, rounds, *ids = sys.argv[1:]
    engine = open_engine(settings_of(Path(home)))
    for number in range(int(rounds)):
        for public_id in ids:
            added = f"{name}-{number}"
            with writing(engine) as session:
                row = testimonies.find(session, public_id)
                assert row is not None
                described = TestimonyMetadata.read({"title": row.title, "subjects": [*row.subjects, added]})
                testimony_changes.describe(session, row, described, said_by=name, now=now())
            with writing(engine) as session:
                row = testimonies.find(session, public_id)
                assert row is not None
                word = NewStatement(LEVELS[number % len(LEVELS)], reason=added)
                access.state(session, row, [word], said_by=name, now=now())
            with Path(log).open("a") as acknowledged:
                acknowledged.write(f"{public_id} {added}\n")
    engine.dispose()


if __name__ == "__main__":
    main()
