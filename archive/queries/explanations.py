"""Who may see a testimony, and why: for archivists, in sentences."""

from dataclasses import dataclass
from datetime import datetime

from archive.access import PUBLIC, in_force, visible
from archive.models import AccessStatement, Testimony
from archive.models.access import LEVELS


@dataclass(frozen=True, slots=True)
class ExplainedStatement:
    """One statement. `state`: in force, not in force, or superseded."""

    level: str
    place: str
    state: str
    said_by: str
    reason: str | None
    notice: str | None
    created_at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """How things stand with a testimony at a moment, and every statement ever made on it."""

    id: str
    accession_number: str | None
    open: bool
    sentence: str
    statements: tuple[ExplainedStatement, ...]


def explain(testimony: Testimony, now: datetime) -> Explanation:
    """Why a loaded testimony is open or closed to the public."""
    opening = visible(PUBLIC, testimony, "read", now)
    live = in_force(testimony.statements, now)
    whole = [statement for statement in live if statement.whole]
    if opening.described:
        everything = all(opening.hears_all(recording.number) for recording in testimony.recordings)
        sentence = "open to the public" if everything else "open to the public, but for what is closed below"
        if testimony.published_at is None:
            sentence += "; not published yet"
    elif testimony.unconfirmed_since is not None:
        sentence = (
            "closed because its access came back from the store, and nobody has confirmed it since "
            f"{testimony.unconfirmed_since:%Y-%m-%d} (testimony access {testimony.public_id} --confirm)"
        )
    elif whole:
        strictest = max(whole, key=lambda s: LEVELS.index(s.level))
        sentence = f"closed because it is {strictest.level}, said by {strictest.said_by}"
    else:
        sentence = "closed because no statement on it is in force"
    return Explanation(
        id=testimony.public_id,
        accession_number=testimony.accession_number,
        open=opening.described,
        sentence=sentence,
        statements=tuple(
            _explain(testimony, statement, statement in live) for statement in testimony.statements
        ),
    )


def _explain(testimony: Testimony, statement: AccessStatement, live: bool) -> ExplainedStatement:
    place = _place(testimony, statement)
    state = "in force" if live else "not in force"
    if statement.superseded_at is not None and not live:
        state = f"superseded {statement.superseded_at:%Y-%m-%d}"
    parts = [f"{place}: {statement.level}"]
    if statement.begins_at:
        parts.append(f"from {statement.begins_at:%Y-%m-%d}")
    if statement.ends_at:
        parts.append(f"until {statement.ends_at:%Y-%m-%d}")
    parts += [state, f"said by {statement.said_by}"]
    if statement.reason:
        parts.append(f"because: {statement.reason}")
    return ExplainedStatement(
        level=statement.level,
        place=place,
        state=state,
        said_by=statement.said_by,
        reason=statement.reason,
        notice=statement.notice,
        created_at=statement.created_at,
        sentence=", ".join(parts),
    )


def _place(testimony: Testimony, statement: AccessStatement) -> str:
    if statement.start_ms is not None:
        end = "the end" if statement.end_ms is None else f"{statement.end_ms / 1000:g} s"
        return f"recording {statement.stretch_recording} from {statement.start_ms / 1000:g} s to {end}"
    if statement.subject == "recording":
        numbers = {recording.id: recording.number for recording in testimony.recordings}
        return f"recording {numbers.get(statement.subject_id or 0)}"
    return statement.subject
