"""The people of a testimony, as its description has them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive.models import Person, Role, Segment, Testimony
from archive.queries.descriptions import person_said
from schemas.parts import Person as DescribedPerson

Names = tuple[tuple[str, ...], str | None]
"""All names of a person, and the published one."""


def describe(
    session: Session, testimony: Testimony, people: Sequence[DescribedPerson], *, exact_names: bool = False
) -> dict[int, Names]:
    """Give a loaded testimony the people that its description names, in that order.

    A person without an identifier belongs to this testimony alone and stays the same row as long as the
    description can be matched to it for sure, so that passages keep their speaker. `exact_names`: names are
    those of the description; else a person with an identifier keeps those that others gave, too. Returns the
    names that people whose names changed had before, by row id.
    """
    matched = _match(list(testimony.roles), people)
    renamed: dict[int, Names] = {}
    handed_over: list[tuple[Person, Person]] = []
    with session.no_autoflush:  # positions are unique in a testimony, and are given in the end
        roles = []
        for described in people:
            role = matched.get(id(described))
            person = _person(session, described, role)
            if role is not None and role.person is not person:
                handed_over.append((role.person, person))
            had = (tuple(person.names), person.published_name)
            # An identified person has the names that all descriptions give.
            kept = person.names if described.id is not None and not exact_names else []
            person.names = list(dict.fromkeys([*kept, *described.names]))
            person.published_name = described.published_name
            if person.id is not None and had != (tuple(person.names), person.published_name):
                renamed.setdefault(person.id, had)
            if role is None:
                role = Role(role=described.role, person=person)
            role.role, role.person = described.role, person
            roles.append(role)
    testimony.roles = [role for role in testimony.roles if role in roles]
    for offset, role in enumerate(testimony.roles):
        role.position = -1 - offset
    session.flush()
    for position, role in enumerate(roles):
        role.position = position
    testimony.roles = roles
    session.flush()
    for before_person, person in handed_over:
        _hand_over(session, testimony, before_person, person)
    _resolve_labels(session, testimony)
    return renamed


def others(session: Session, person_ids: Collection[int], testimony: Testimony) -> set[int]:
    """Row ids of the other testimonies that people have a role in."""
    statement = select(Role.testimony_id).where(
        Role.person_id.in_(list(person_ids)), Role.testimony_id != testimony.id
    )
    return set(session.scalars(statement))


def before(testimony: Testimony, renamed: Mapping[int, Names]) -> list[dict[str, Any]]:
    """The people of a loaded testimony, as a description says them, with the names that some had before."""
    said = []
    for role in testimony.roles:
        names, published = renamed.get(role.person_id, (role.person.names, role.person.published_name))
        said.append(person_said(role.role, role.person.identifier, names, published))
    return said


def speaker_of(testimony: Testimony, label: str | None) -> int | None:
    """The person that a speaker's label in a transcript means: by one of their names or, where one person
    alone has it, by their role. None where nobody is meant for sure."""
    if label is None:
        return None
    wanted = _plain(label)
    by_name = {
        role.person_id
        for role in testimony.roles
        for name in (*role.person.names, role.person.published_name)
        if name and _plain(name) == wanted
    }
    by_role = {role.person_id for role in testimony.roles if role.role == wanted}
    for matches in (by_name, by_role):
        if len(matches) == 1:
            return matches.pop()
    return None


_Same = Callable[[Role, DescribedPerson], bool]

_SIGNS: tuple[_Same, ...] = (
    lambda role, person: person.id is not None and role.person.identifier == person.id,
    lambda role, person: bool(_names(role) & {_plain(name) for name in person.names}),
    lambda role, person: (
        person.published_name is not None
        and role.person.published_name is not None
        and _plain(role.person.published_name) == _plain(person.published_name)
    ),
)
"""What tells that a role is still that person's, the surest first."""


def _match(before: list[Role], people: Sequence[DescribedPerson]) -> dict[int, Role]:
    """The role of each person (by `id()`), sign by sign over all of them; by the role's name alone only where
    one is left on either side. Two people are never exchanged for being in each other's place."""
    matched: dict[int, Role] = {}
    left = list(people)
    for same in _SIGNS:
        for person in list(left):
            candidates = [role for role in before if role.role == person.role and same(role, person)]
            candidates = candidates or [role for role in before if same(role, person)]
            if candidates:
                matched[id(person)] = candidates[0]
                before.remove(candidates[0])
                left.remove(person)
    for person in left:
        alike = [role for role in before if role.role == person.role]
        if len(alike) == 1 and sum(other.role == person.role for other in left) == 1:
            matched[id(person)] = alike[0]
    return matched


def _person(session: Session, described: DescribedPerson, role: Role | None) -> Person:
    """The person that is meant: the one with that identifier, else the one in the role, else a new one."""
    if described.id is None:
        return (
            role.person if role is not None and role.person.identifier is None else _new(session, described)
        )
    known = session.scalars(select(Person).where(Person.identifier == described.id)).one_or_none()
    for pending in session.new:  # the same person in two roles
        if isinstance(pending, Person) and pending.identifier == described.id:
            known = pending
    if known is None and role is not None and role.person.identifier is None:
        role.person.identifier = described.id  # it belonged to this testimony alone
        return role.person
    return known or _new(session, described)


def _new(session: Session, described: DescribedPerson) -> Person:
    person = Person(
        identifier=described.id, names=list(described.names), published_name=described.published_name
    )
    session.add(person)
    return person


def _hand_over(session: Session, testimony: Testimony, before: Person, person: Person) -> None:
    """The description now says that what `before` said here, `person` said."""
    transcripts = [transcript.id for transcript in testimony.transcripts]
    session.execute(
        update(Segment)
        .where(Segment.person_id == before.id, Segment.transcript_id.in_(transcripts))
        .values(person_id=person.id)
    )


def _resolve_labels(session: Session, testimony: Testimony) -> None:
    """Speakers whom nobody could be found for, when their captions came, may be described now."""
    unknown = (
        Segment.transcript_id.in_([transcript.id for transcript in testimony.transcripts]),
        Segment.person_id.is_(None),
        Segment.speaker_label.is_not(None),
    )
    for label in session.scalars(select(Segment.speaker_label).where(*unknown).distinct()).all():
        person_id = speaker_of(testimony, label)
        if person_id is not None:
            session.execute(
                update(Segment).where(*unknown, Segment.speaker_label == label).values(person_id=person_id)
            )


def _names(role: Role) -> set[str]:
    return {_plain(name) for name in role.person.names}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
