"""Cells of a table set against what the archive says, or said when the table was written."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from archive.changes.access import NewStatement
from archive.models import AccessStatement, DescriptionChange, Testimony
from archive.queries import descriptions, history
from schemas.access import Statement
from schemas.cells import read_records, record_lines, without, write_record
from schemas.columns import read_value, write_value
from schemas.metadata import TestimonyMetadata
from schemas.parts import DescribedChapter
from schemas.times import write_time


def exchanged_statements(
    testimony: Testimony, cell: str, said: Sequence[dict[str, Any]]
) -> tuple[list[AccessStatement], list[dict[str, Any]], dict[int, str]]:
    """The statements that a cell no longer has, those that it has beside the standing ones, and in which line
    each of the latter stands."""
    left: dict[str, list[AccessStatement]] = defaultdict(list)
    for row, standing in descriptions.standing_statements(testimony):
        left[_settled(write_value("access", [standing]))].append(row)
    new: list[dict[str, Any]] = []
    labels: dict[int, str] = {}
    for number, (line, statement) in enumerate(zip(record_lines(cell), said, strict=True), start=1):
        if left[_settled(line)]:
            left[_settled(line)].pop(0)
        else:
            labels[len(new)] = f"access.{number}"
            new.append(statement)
    return [row for rows in left.values() for row in rows], new, labels


def cell_before(testimony: Testimony, field: str, recent: Sequence[DescriptionChange]) -> str:
    """The cell of a field as it was before its recent changes."""
    if field != "access":
        return write_value(field, recent[0].before)
    names = [row.public_id for row, _ in descriptions.standing_statements(testimony)]
    for change in reversed(recent):
        names = [*(name for name in names if name not in (change.after or ())), *(change.before or ())]
    said = (descriptions.statement(testimony, row) for row in history.named(testimony, names))
    return write_value(field, [each for each in said if each is not None])


def is_same(testimony: Testimony, field: str, cell: str, other: str) -> bool:
    """Whether two cells say the same of a testimony: programs change the ends of lines, people write one
    thing in many ways, and the order of statements says nothing."""
    if field == "access":
        left = Counter(map(_settled, record_lines(other)))
        for line in map(_settled, record_lines(cell)):
            # Who said so is added when a statement is taken in: without that, it is still the same line.
            same = next((each for each in left if line in (each, without(each, "by"))), None)
            if same is None:
                return False
            left -= Counter([same])
        return not left
    return _plain(cell) == _plain(other) or _said(testimony, field, cell) == _said(testimony, field, other)


def says_the_same(new: NewStatement, row: AccessStatement) -> bool:
    stretch = None
    if row.stretch_recording is not None:
        stretch = (row.stretch_recording, row.start_ms or 0, row.end_ms)
    return (
        (new.level, new.subject, new.subject_id, new.stretch)
        == (row.level, row.subject, row.subject_id, stretch)
        and (new.begins_at, new.ends_at, new.reason, new.notice)
        == (row.begins_at, row.ends_at, row.reason, row.notice)
        and new.said_by in (None, row.said_by)
    )


def _said(testimony: Testimony, field: str, cell: str) -> Any:
    """What a cell says, however it is written; one that cannot be read, as it is."""
    numbered = descriptions.numbered(testimony)
    if not cell.strip():
        return None
    try:
        value = read_value(field, cell)
        if field == "chapters" and len(numbered) == 1:  # of which else should it be?
            value = [
                {"recording": str(numbered[0]["number"]), **each}
                for each in read_records(cell, DescribedChapter)
            ]
        read = TestimonyMetadata.read({field: value, "recordings": numbered})
    except (PydanticCustomError, ValidationError):
        return _plain(cell)
    return read.model_dump(mode="json", by_alias=True)[field]


def _settled(line: str) -> str:
    """A statement in one of the many ways to write it; one that cannot be read, as it is."""
    try:
        said = Statement.read(read_records(line, Statement)[0])
    except (PydanticCustomError, ValidationError):
        return _plain(line)
    times = {
        name: write_time(at)
        for name, at in (("start", said.start_ms), ("end", said.end_ms))
        if at is not None
    }
    fields = said.model_dump(mode="json", by_alias=True, exclude_none=True)
    return _plain(write_record(fields | times, Statement))


def _plain(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip()
