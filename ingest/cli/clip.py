"""`testimony clip`: clips of a testimony, listed and made."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.app import Archive, app, open_archive
from ingest.cli.delivery import acknowledge
from ingest.cli.finding import find_testimony
from ingest.cli.options import By, Json, read_language_option
from ingest.cli.output import tell, tell_json

if TYPE_CHECKING:
    from archive.models import Clip


@app.command()
def clip(
    testimony: Annotated[str, typer.Argument(metavar="ID", help="Public id or accession number.")],
    start: Annotated[
        str | None,
        typer.Argument(metavar="[START", help="Where it begins, such as 1m23s; without it, all are listed."),
    ] = None,
    end: Annotated[str | None, typer.Argument(metavar="END]", help="Where it ends.")] = None,
    recording: Annotated[int, typer.Option(help="Number of the recording.")] = 1,
    text: Annotated[
        str | None,
        typer.Option(
            metavar="TAG",
            callback=read_language_option,
            help="Language of the translation that is quoted; default: the original.",
        ),
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TITLE", help="What it is called.")] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """List the clips of a testimony, or make one of the words whose middle lies in a stretch.

    A clip keeps its place and its words for ever, and is open while they may be quoted.
    `testimony access ID LEVEL --clip CLIP` closes one.
    """
    if (start is None) != (end is None) or (start is None and title is not None):
        raise typer.BadParameter("say where it begins and where it ends", param_hint="START END")
    with open_archive() as archive:
        if start is not None and end is not None:
            made = _make(archive, testimony, recording, start, end, text, title, by)
            shown = [each for each in _look(archive, testimony) if each["id"] == made]
        else:
            shown = _look(archive, testimony)
    if as_json:
        tell_json(shown)
        return
    for each in shown:
        named = f" {each['title']}" if each["title"] else ""
        tell(f"{each['id']}{named}: recording {each['recording']}, {each['start']} to {each['end']}")
        tell(f"  {each['address']}")
        for line in each["words"].split("\n"):
            tell(f"  {line}")


def _look(archive: Archive, wanted: str) -> list[dict[str, Any]]:
    from archive.database import reading

    with reading(archive.engine) as session:
        base = (archive.settings.base_url or "").rstrip("/")
        return [_describe(row, base) for row in find_testimony(session, wanted).clips]


def _describe(row: "Clip", base: str) -> dict[str, Any]:
    from archive.formats.timecode import timestamp

    return {
        "id": row.public_id,
        "title": row.title,
        "recording": row.recording_number,
        "start": timestamp(row.start_ms),
        "end": timestamp(row.end_ms),
        "words": row.words,
        "address": f"{base}/clips/{row.public_id}",
    }


def _make(
    archive: Archive,
    wanted: str,
    recording: int,
    start: str,
    end: str,
    text: str | None,
    title: str | None,
    by: str | None,
) -> str:
    import getpass

    from archive.access import STAFF
    from archive.changes import clips
    from archive.database import writing
    from archive.errors import WrongInput
    from archive.queries.readings import read
    from archive.reading import Reading
    from ingest.cli.subjects import read_moment

    start_ms, end_ms = read_moment(start), read_moment(end)
    if end_ms <= start_ms:
        raise WrongInput(f"it would end at {end}, before it begins at {start}")
    with writing(archive.engine) as session:
        row = find_testimony(session, wanted)
        reading = read(session, row, STAFF, "quote", archive.clock())
        if not isinstance(reading, Reading):
            raise WrongInput(f"testimony {row.public_id} is withdrawn")
        planned = clips.plan(
            row, reading, text=text, recording=recording, start_ms=start_ms, end_ms=end_ms, title=title
        )
        made = clips.make(session, planned, said_by=by or getpass.getuser())
        public_id, testimony_id = made.public_id, row.id
    acknowledge(archive, [testimony_id])
    return public_id
