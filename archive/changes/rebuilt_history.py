"""Bringing back what became of a description, from what its object in the store says of itself."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import DescriptionChange, DescriptionImport, Testimony
from schemas.descriptor import DescribedImport, Descriptor


def bring_back_history(session: Session, testimony: Testimony, described: Descriptor) -> None:
    """Make the rows of all changes, and of the imports that they were part of where no testimony that came
    back before has brought these. Raises KeyError where one names an import that it lacks."""
    imports: dict[str, DescriptionImport] = {}
    for each in described.imports:  # one that undoes another comes after it
        imports[each.public_id] = _import(session, each, imports)
    session.add_all(
        DescriptionChange(
            **each.model_dump(exclude={"import_public_id"}),
            testimony_id=testimony.id,
            part_of=imports[each.import_public_id] if each.import_public_id else None,
        )
        for each in described.changes
    )
    session.flush()


def _import(
    session: Session, described: DescribedImport, imports: dict[str, DescriptionImport]
) -> DescriptionImport:
    statement = select(DescriptionImport).where(DescriptionImport.public_id == described.public_id)
    found = session.scalars(statement).one_or_none()
    if found is None:
        found = DescriptionImport(
            **described.model_dump(exclude={"undoes"}),
            undoes=imports[described.undoes] if described.undoes else None,
        )
        session.add(found)
        session.flush()
    return found
