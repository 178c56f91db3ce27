"""Making collections, and changing what they are called and what rules they have."""

import re
import unicodedata
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.changes import events, outbox
from archive.errors import Conflict
from archive.identifiers import new_public_id
from archive.models import Collection, Testimony
from archive.models.collection import MACHINE_TEXT


@dataclass(frozen=True, slots=True)
class NewRules:
    """What somebody says of a collection. None leaves a field as it is; an empty description or depositor
    clears it, and white space alone is empty."""

    name: str | None = None
    description: str | None = None
    depositor: str | None = None
    machine_text: str | None = None
    framed_by: str | None = None
    """Sites that may frame its testimonies; empty: all may."""


def find_or_make(session: Session, name: str) -> tuple[Collection, bool]:
    """The collection of that name (or slug), and whether it was made just now."""
    found = session.scalars(
        select(Collection).where((Collection.name == name) | (Collection.slug == name))
    ).first()
    if found is not None:
        return found, False
    slug = slug_of(name)
    if session.scalar(select(Collection.id).where(Collection.slug == slug)) is not None:
        slug = f"{slug}-{new_public_id()[:4]}"
    collection = Collection(slug=slug, name=name)
    session.add(collection)
    session.flush()
    return collection, True


def slug_of(name: str) -> str:
    """An address made of a name: ASCII letters, digits and hyphens; a random one where none are left."""
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L"))
    ascii_only = plain.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:60] or new_public_id()


def change(session: Session, collection: Collection, rules: NewRules, *, said_by: str) -> list[int]:
    """Change a collection, and announce each of its testimonies: what they are called and who may have their
    text depends on it. Machine text that is for less from now on is a closing.

    Returns the row ids of its testimonies; none where nothing changed. Raises Conflict where another
    collection has the name.
    """
    said = {
        field: " ".join(value.split()) or None for field, value in asdict(rules).items() if value is not None
    }
    changed = {
        field: [getattr(collection, field), value]
        for field, value in said.items()
        if value != getattr(collection, field)
    }
    if not changed:
        return []
    if "name" in changed:
        _refuse_taken(session, collection, changed["name"][1])
    closing = "machine_text" in changed and _is_for_less(*changed["machine_text"])
    for field, (_, value) in changed.items():
        setattr(collection, field, value)
    rows = session.scalars(
        select(Testimony).where(Testimony.collection_id == collection.id).order_by(Testimony.id)
    ).all()
    for row in rows:
        events.record(
            session, "collection change", testimony_id=row.id, agent=said_by, detail={"changed": changed}
        )
        outbox.announce(session, row, closing=closing)
    return [row.id for row in rows]


def _refuse_taken(session: Session, collection: Collection, name: str | None) -> None:
    if not name:
        raise Conflict("a collection needs a name")
    taken = session.scalars(
        select(Collection.slug).where(
            (Collection.name == name) | (Collection.slug == name), Collection.id != collection.id
        )
    ).first()
    if taken is not None:
        raise Conflict(
            f"another collection is called {name} ({taken}): two of one name could not be told apart"
        )


def _is_for_less(before: str, after: str) -> bool:
    return MACHINE_TEXT.index(after) > MACHINE_TEXT.index(before)
