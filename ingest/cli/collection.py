"""`testimony collection`: what collections there are, what they are called, and what their rules are."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.app import Archive, app, open_archive
from ingest.cli.delivery import acknowledge
from ingest.cli.options import By, Json
from ingest.cli.output import tell, tell_json

if TYPE_CHECKING:
    from archive.changes.collections import NewRules
    from archive.models import Collection

_FOR = {
    "open": "read, searched and quoted",
    "listen": "found and followed while listening, not copied",
    "staff": "seen by staff alone",
}
"""What unreviewed machine text is for, in words."""


def _read_machine_text(value: str | None) -> str | None:
    if value is not None and value not in _FOR:
        raise typer.BadParameter(f"expected one of {', '.join(_FOR)}, got {value!r}")
    return value


def _read_sites(value: str | None) -> str | None:
    from pydantic_core import PydanticCustomError

    from schemas.sites import read_sites

    try:
        return None if value is None else read_sites(value)
    except PydanticCustomError as error:
        raise typer.BadParameter(str(error)) from error


@app.command()
def collection(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[COLLECTION]", help="Its name or address; without it, all are listed."),
    ] = None,
    new_name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What it is called from now on.")
    ] = None,
    description: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What it is, for readers; '' clears it.")
    ] = None,
    depositor: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose it is, for readers; '' clears it.")
    ] = None,
    machine_text: Annotated[
        str | None,
        typer.Option(
            "--machine-text",
            metavar="USE",
            callback=_read_machine_text,
            help="What a machine's transcript is for while nobody has reviewed it: open (read, searched, "
            "quoted), listen (found and followed while listening, not copied) or staff.",
        ),
    ] = None,
    framed_by: Annotated[
        str | None,
        typer.Option(
            "--framed-by",
            metavar="SITES",
            callback=_read_sites,
            help="Sites that may frame its testimonies, such as 'https://school.example "
            "https://*.museum.example'; '' lets all.",
        ),
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Show collections, or change what one is called and what its rules are.

    Its address stays, and finds it in descriptions as its name does; its old name would make another. What a
    rule closes is closed from the next request on, and acknowledged here only once it is in the store.
    """
    from archive.changes.collections import NewRules

    rules = NewRules(new_name, description, depositor, machine_text, framed_by)
    if name is None and rules != NewRules():
        raise typer.BadParameter("say which collection", param_hint="COLLECTION")
    with open_archive() as archive:
        if name is not None and rules != NewRules():
            name = _change(archive, name, rules, by)
        shown = _look(archive, name)
    if as_json:
        tell_json(shown)
        return
    for each in shown:
        count = each["testimonies"]
        tell(f"{each['name']} [{each['slug']}]: {count} {'testimony' if count == 1 else 'testimonies'}")
        tell(f"  machine text: {each['machine_text']} ({_FOR[each['machine_text']]})")
        for field in ("depositor", "description", "framed_by"):
            if each[field]:
                tell(f"  {field.replace('_', ' ')}: {each[field]}")


def _look(archive: Archive, name: str | None) -> list[dict[str, Any]]:
    from archive.database import reading
    from archive.queries import collections

    with reading(archive.engine) as session:
        wanted = None if name is None else _find(session, name).id
        return [
            {
                "slug": row.slug,
                "name": row.name,
                "description": row.description,
                "depositor": row.depositor,
                "machine_text": row.machine_text,
                "framed_by": row.framed_by,
                "testimonies": count,
            }
            for row, count in collections.list_all(session)
            if wanted in (None, row.id)
        ]


def _change(archive: Archive, name: str, rules: "NewRules", by: str | None) -> str:
    """Returns the address of the collection, which stays whatever it is called."""
    import getpass

    from archive.changes import collections as changes
    from archive.database import writing

    with writing(archive.engine) as session:
        row = _find(session, name)
        changed = changes.change(session, row, rules, said_by=by or getpass.getuser())
        slug = row.slug
    if not changed:
        typer.echo("testimony: nothing changes", err=True)
    acknowledge(archive, changed)
    return slug


def _find(session: Any, name: str) -> "Collection":
    from archive.errors import NotFound
    from archive.queries import collections

    found = collections.find_named(session, name)
    if found is None:
        raise NotFound(f"no collection is called {name}; `testimony collection` lists them")
    return found
