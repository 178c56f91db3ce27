"""Texts that were deposited: their content, and what they wait for."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import DepositedText, File, Recognition, Recording, Testimony


@dataclass(frozen=True, slots=True)
class WaitingText:
    """A text that is not in any revision yet. `awaits` are the numbers of the recordings that it runs over
    and that are not there, or not transcribed."""

    testimony: str
    accession_number: str | None
    original_name: str | None
    awaits: tuple[int, ...]


def content_of(session: Session, text: DepositedText) -> bytes:
    """A text's file as it came."""
    return session.scalars(select(DepositedText.content).where(DepositedText.id == text.id)).one()


def heard(session: Session, recordings: Iterable[Recording]) -> dict[int, Recognition]:
    """The newest run over each recording (by its number) of which what a machine heard is published, without
    its windows."""
    files = {file.id: recording.number for recording in recordings for file in recording.files}
    runs = session.scalars(
        select(Recognition)
        .where(Recognition.file_id.in_(files), Recognition.published_at.is_not(None))
        .order_by(Recognition.id)
    )
    return {files[run.file_id]: run for run in runs}


def waiting(session: Session) -> list[WaitingText]:
    """All texts that are in no revision yet, oldest first."""
    rows = session.execute(
        select(DepositedText, Testimony)
        .join(Testimony, Testimony.id == DepositedText.testimony_id)
        .where(DepositedText.published_at.is_(None))
        .order_by(DepositedText.id)
    ).all()
    published = {
        (testimony_id, number)
        for testimony_id, number in session.execute(
            select(Recording.testimony_id, Recording.number)
            .join(Recording.files)
            .join(Recognition, Recognition.file_id == File.id)
            .where(
                Recognition.published_at.is_not(None),
                Recording.testimony_id.in_({testimony.id for _, testimony in rows}),
            )
        )
    }
    return [
        WaitingText(
            testimony=testimony.public_id,
            accession_number=testimony.accession_number,
            original_name=text.original_name,
            awaits=tuple(
                number for number in sorted(text.numbers) if (testimony.id, number) not in published
            ),
        )
        for text, testimony in rows
    ]
