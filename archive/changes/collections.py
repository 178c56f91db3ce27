"""Making collections."""

import re
import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.identifiers import new_public_id
from archive.models import Collection


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
