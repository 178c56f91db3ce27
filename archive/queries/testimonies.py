"""Testimonies with all that the gate and the pages need of them."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Literal

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from archive.access import Viewer
from archive.models import (
    AccessStatement,
    DepositedText,
    File,
    Recording,
    Revision,
    RevisionSegment,
    Role,
    Segment,
    Testimony,
    Transcript,
)
from archive.models.access import LEVELS

Moment = datetime | BindParameter[datetime | None] | InstrumentedAttribute[datetime | None]
"""A moment, the place of one in a statement that is built once, or a column that has it."""


_By = Literal["testimony", "accession number", "recording"]
"""What a testimony is known by."""


def find(session: Session, public_id: str) -> Testimony | None:
    """The testimony of a public id, fully loaded but for the text of its revisions, with its clips."""
    statement = _loaded().options(selectinload(Testimony.clips)).where(Testimony.public_id == public_id)
    return session.scalars(statement).unique().one_or_none()


def find_by_accession(session: Session, accession_number: str) -> Testimony | None:
    """The testimony of an accession number."""
    with_clips = _loaded().options(selectinload(Testimony.clips))
    statement = with_clips.where(Testimony.accession_number == accession_number)
    return session.scalars(statement).unique().one_or_none()


def find_known(session: Session, public_id: str, viewer: Viewer, now: datetime) -> Testimony | None:
    """As `find`, for a viewer who may be told of nothing that is closed to them: what is hidden ends in the
    same one narrow query as what does not exist, so that not even time tells them apart. What the viewer may
    have of a testimony that is found is for the gate to say."""
    return _find_known(session, "testimony", public_id, viewer, now)


def find_known_by_accession(
    session: Session, accession_number: str, viewer: Viewer, now: datetime
) -> Testimony | None:
    """As `find_known`, by accession number."""
    return _find_known(session, "accession number", accession_number, viewer, now)


def find_known_recording(
    session: Session, public_id: str, viewer: Viewer, now: datetime
) -> tuple[Testimony, Recording] | None:
    """As `find_recording`, for a viewer as in `find_known`."""
    return _with_recording(_find_known(session, "recording", public_id, viewer, now), public_id)


def find_heard(
    session: Session, public_id: str, viewer: Viewer, now: datetime
) -> tuple[Testimony, Recording] | None:
    """As `find_known_recording`, with no more of the testimony than the gate and a player need: a listener
    asks for every stretch that is played."""
    testimony = _find_known(session, "recording", public_id, viewer, now, load_heard)
    return _with_recording(testimony, public_id)


def load_heard(session: Session, ids: Iterable[int]) -> list[Testimony]:
    """As `load`, with no more than the gate and a player need."""
    return list(session.scalars(_heard(), {"ids": list(ids)}).unique())


def described_to(viewer: Viewer, now: Moment) -> ColumnElement[bool]:
    """A condition on `Testimony`: it is published, and no statement on it as a whole closes it to the viewer.
    It only leaves out what `archive.access.visible` would refuse anyway."""
    if viewer.staff:
        return true()
    reached = Testimony.reached_at
    return and_(
        Testimony.published_at.is_not(None),
        Testimony.unconfirmed_since.is_(None),
        _described_at(viewer, now),
        or_(reached.is_(None), reached <= now, _described_at(viewer, reached)),
    )


def _described_at(viewer: Viewer, moment: Moment) -> ColumnElement[bool]:
    return and_(
        exists().where(_in_force_on_whole(moment)),
        ~_stated(moment, [level for level in LEVELS if not viewer.may(level)]),
    )


def load(session: Session, ids: Iterable[int]) -> list[Testimony]:
    """Testimonies by row id, in no order."""
    return list(session.scalars(_loaded().where(Testimony.id.in_(list(ids)))).unique())


def load_dated(session: Session, ids: Iterable[int]) -> list[Testimony]:
    """As `load`, with no more than the dates of its statements need."""
    loaded = select(Testimony).options(selectinload(Testimony.statements))
    return list(session.scalars(loaded.where(Testimony.id.in_(list(ids)))))


def load_by_public_ids(session: Session, public_ids: Sequence[str]) -> list[Testimony]:
    """Testimonies in the order of `public_ids`, without those that there are not."""
    rows = session.scalars(_loaded().where(Testimony.public_id.in_(public_ids))).unique()
    by_id = {row.public_id: row for row in rows}
    return [by_id[public_id] for public_id in public_ids if public_id in by_id]


def load_found(session: Session, public_ids: Sequence[str]) -> list[Testimony]:
    """As `load_by_public_ids`, with no more than the gate and a reading need: every search asks."""
    by_id = {row.public_id: row for row in session.scalars(_found(), {"ids": list(public_ids)}).unique()}
    return [by_id[public_id] for public_id in public_ids if public_id in by_id]


def find_recording(session: Session, public_id: str) -> tuple[Testimony, Recording] | None:
    """A recording by its public id, with its testimony fully loaded."""
    statement = _loaded().join(Testimony.recordings).where(Recording.public_id == public_id)
    return _with_recording(session.scalars(statement).unique().one_or_none(), public_id)


def find_recording_by_row(session: Session, recording_id: int) -> tuple[Testimony, Recording] | None:
    """A recording by its row id, with its testimony fully loaded."""
    public_id = session.scalar(select(Recording.public_id).where(Recording.id == recording_id))
    return None if public_id is None else find_recording(session, public_id)


def segments_of(session: Session, revision: Revision) -> list[Segment]:
    """The segments of a revision in order, each with its recognition run."""
    statement = (
        select(Segment)
        .join(RevisionSegment, RevisionSegment.segment_id == Segment.id)
        .where(RevisionSegment.revision_id == revision.id)
        .order_by(RevisionSegment.position)
        .options(
            selectinload(Segment.recognition),
            selectinload(Segment.person),
            selectinload(Segment.deposited_text).load_only(DepositedText.public_id),
        )
    )
    return list(session.scalars(statement))


def checked_segments(session: Session, revision: Revision) -> set[int]:
    """Row ids of the segments that a reviewer looked at in a revision."""
    statement = select(RevisionSegment.segment_id).where(
        RevisionSegment.revision_id == revision.id, RevisionSegment.checked
    )
    return set(session.scalars(statement))


def row_ids(session: Session, public_ids: Collection[str]) -> list[int]:
    """Row ids of those of these testimonies that there are."""
    statement = select(Testimony.id).where(Testimony.public_id.in_(list(public_ids)))
    return list(session.scalars(statement.order_by(Testimony.id)))


def unconfirmed_ids(session: Session) -> list[int]:
    """Row ids of testimonies that were rebuilt and whose access nobody has confirmed."""
    statement = select(Testimony.id).where(Testimony.unconfirmed_since.is_not(None))
    return list(session.scalars(statement.order_by(Testimony.id)))


def change_numbers(session: Session) -> dict[int, int]:
    """The number of the last change of every testimony, by row id."""
    rows = session.execute(select(Testimony.id, Testimony.change_number))
    return {row[0]: row[1] for row in rows}


def public_ids(session: Session) -> set[str]:
    """Public ids of all testimonies."""
    return set(session.scalars(select(Testimony.public_id)))


def count(session: Session) -> int:
    """How many testimonies there are, closed ones among them (for staff)."""
    return session.scalar(select(func.count(Testimony.id))) or 0


def statements_of(session: Session, testimony_id: int) -> list[AccessStatement]:
    """All access statements of a testimony, superseded ones among them, oldest first."""
    statement = select(AccessStatement).where(AccessStatement.testimony_id == testimony_id)
    return list(session.scalars(statement.order_by(AccessStatement.id)))


def _find_known(
    session: Session,
    by: _By,
    wanted: str,
    viewer: Viewer,
    now: datetime,
    load: Callable[[Session, list[int]], list[Testimony]] = load,
) -> Testimony | None:
    row_id = session.scalar(_known(by, viewer), {"wanted": wanted, "now": now})
    return None if row_id is None else next(iter(load(session, [row_id])), None)


def _with_recording(testimony: Testimony | None, public_id: str) -> tuple[Testimony, Recording] | None:
    if testimony is None:
        return None
    return testimony, next(each for each in testimony.recordings if each.public_id == public_id)


@cache
def _known(by: _By, viewer: Viewer) -> Select[int]:
    """The row id of the testimony that has `wanted`, if the viewer may know of it at the moment `now`. Built
    once: a listener asks for every stretch that is played, and building it cost a sixth of the answer."""
    wanted = bindparam("wanted", type_=Testimony.public_id.type)
    now = bindparam("now", type_=AccessStatement.begins_at.type)
    has = {
        "testimony": Testimony.public_id == wanted,
        "accession number": Testimony.accession_number == wanted,
        "recording": exists().where(Recording.testimony_id == Testimony.id, Recording.public_id == wanted),
    }
    return select(Testimony.id).where(has[by], told_of(viewer, now))


def told_of(viewer: Viewer, now: Moment) -> ColumnElement[bool]:
    """A condition on `Testimony`: the viewer may know that it is there, be it only that it is closed."""
    return or_(described_to(viewer, now), _noticed_by(viewer, now))


def _noticed_by(viewer: Viewer, now: Moment) -> ColumnElement[bool]:
    """Closed, and the viewer may read so: of the statements that close it, the strictest has a notice (that
    of a withdrawal is nobody's). At which of the moments by which it is judged, the gate asks."""
    told = [
        and_(
            _stated(moment, [level], AccessStatement.notice.is_not(None)),
            ~_stated(moment, LEVELS[LEVELS.index(level) + 1 :]),
        )
        for level in LEVELS
        for moment in (now, Testimony.reached_at)
        if level != "withdrawn" and not viewer.may(level)
    ]
    if not told:
        return ~true()
    confirmed = Testimony.unconfirmed_since.is_(None)
    return and_(Testimony.published_at.is_not(None), confirmed, or_(*told))


def _stated(now: Moment, levels: Sequence[str], *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a statement of one of the levels is in force on the testimony as a whole."""
    return exists().where(_in_force_on_whole(now), AccessStatement.level.in_(levels), *more)


def _in_force_on_whole(now: Moment) -> ColumnElement[bool]:
    """Statements in force on the testimony as a whole, as `archive.statements.in_force` counts them: there a
    superseded one never does."""
    return and_(
        AccessStatement.testimony_id == Testimony.id,
        AccessStatement.subject == "testimony",
        AccessStatement.stretch_recording.is_(None),
        AccessStatement.superseded_at.is_(None),
        or_(AccessStatement.begins_at.is_(None), AccessStatement.begins_at <= now),
        or_(AccessStatement.ends_at.is_(None), AccessStatement.ends_at > now),
    )


@cache  # the same statement each time is compiled once; its conditions are added to a copy
def _loaded() -> Select[Testimony]:
    return select(Testimony).options(
        joinedload(Testimony.collection),
        selectinload(Testimony.roles).joinedload(Role.person),
        selectinload(Testimony.recordings).selectinload(Recording.files).selectinload(File.derivatives),
        selectinload(Testimony.texts),
        selectinload(Testimony.transcripts).selectinload(Transcript.revisions),
        selectinload(Testimony.chapters),
        selectinload(Testimony.statements),
    )


@cache  # built once, as `_known`
def _heard() -> Select[Testimony]:
    files = joinedload(Testimony.recordings).joinedload(Recording.files).joinedload(File.derivatives)
    heard = select(Testimony).options(
        joinedload(Testimony.collection),
        files,
        selectinload(Testimony.transcripts),
        selectinload(Testimony.chapters),
        selectinload(Testimony.statements),
    )
    return heard.where(Testimony.id.in_(bindparam("ids", expanding=True)))


@cache  # built once, as `_known`
def _found() -> Select[Testimony]:
    # Each statement costs a page of results more than the columns that a join repeats.
    found = select(Testimony).options(
        joinedload(Testimony.collection),
        selectinload(Testimony.roles).joinedload(Role.person),
        selectinload(Testimony.recordings).joinedload(Recording.files).joinedload(File.derivatives),
        selectinload(Testimony.transcripts).joinedload(Transcript.revisions),
        selectinload(Testimony.chapters),
        selectinload(Testimony.statements),
    )
    return found.where(Testimony.public_id.in_(bindparam("ids", expanding=True)))
