"""Testimonies as people name them at the command line."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from archive.models import Testimony


def find_testimony(session: "Session", wanted: str) -> "Testimony":
    """The testimony of a public id or accession number. Raises NotFound."""
    from archive.errors import NotFound
    from archive.queries import testimonies

    row = testimonies.find(session, wanted) or testimonies.find_by_accession(session, wanted)
    if row is None:
        raise NotFound(f"no testimony has the id or accession number {wanted}")
    return row
