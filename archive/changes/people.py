"""The people of a testimony, as its description has them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import Person, Role, Testimony
from schemas.parts import Person as DescribedPerson


def describe(session: Session, testimony: Testimony, people: Sequence[DescribedPerson]) -> set[int]:
    """Give a loaded testimony the people that its description names, in that order.

    A person without an identifier belongs to this testimony alone and stays the same row as long as the
    description can be matched to it, so that passages keep their speaker. Returns the row ids of other
    testimonies in which a published name changed with this one.
    """
    before = list(testimony.roles)
    touched: set[int] = set()
    roles: list[Role] = []
    for position, described in enumerate(people):
        role = _take(before, described)
        person = _person(session, described, role)
        if person.published_name != described.published_name and person.id is not None:
            touched |= _other_testimonies(session, person, testimony)
        person.names = list(described.names)
        person.published_name = described.published_name
        person.identifier = described.id
        if role is None:
            role = Role(person=person)
        role.person, role.role, role.position = person, described.role, position
        roles.append(role)
    # Positions are unique in a testimony: those that go, go first; the others pass through free numbers.
    testimony.roles = [role for role in roles if role in testimony.roles]
    for offset, role in enumerate(testimony.roles):
        role.position = -1 - offset
    session.flush()
    for position, role in enumerate(roles):
        role.position = position
    testimony.roles = roles
    session.flush()
    return touched


def speaker_of(testimony: Testimony, label: str | None) -> int | None:
    """The person that a speaker's label in a transcript means: by one of their names or, where one person
    alone has it, by their role. None where nobody is meant for sure."""
    if label is None:
        return None
    wanted = " ".join(label.casefold().split())
    by_name = {
        role.person_id
        for role in testimony.roles
        for name in (*role.person.names, role.person.published_name)
        if name and " ".join(name.casefold().split()) == wanted
    }
    by_role = {role.person_id for role in testimony.roles if role.role == wanted}
    for matches in (by_name, by_role):
        if len(matches) == 1:
            return matches.pop()
    return None


def _take(before: list[Role], described: DescribedPerson) -> Role | None:
    """Take the role that was this person's out of `before`: by identifier, by name, else by role."""

    def nearness(role: Role) -> int:
        same_role = role.role == described.role
        if described.id is not None and role.person.identifier == described.id:
            return 3
        if same_role and set(role.person.names) & set(described.names):
            return 2
        return 1 if same_role and role.person.identifier == described.id else 0

    nearest = max(before, key=nearness, default=None)
    if nearest is None or nearness(nearest) == 0:
        return None
    before.remove(nearest)
    return nearest


def _person(session: Session, described: DescribedPerson, role: Role | None) -> Person:
    if described.id is not None:
        known = session.scalars(select(Person).where(Person.identifier == described.id)).one_or_none()
        if known is not None:
            return known
    if role is not None and role.person.identifier in (None, described.id):
        return role.person
    person = Person(names=list(described.names), published_name=described.published_name)
    person.identifier = described.id
    session.add(person)
    return person


def _other_testimonies(session: Session, person: Person, testimony: Testimony) -> set[int]:
    statement = select(Role.testimony_id).where(
        Role.person_id == person.id, Role.testimony_id != testimony.id
    )
    return set(session.scalars(statement))
