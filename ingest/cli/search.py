"""`testimony search`: what the site's search would find."""

from typing import Annotated

import typer

from ingest.cli.app import app, open_archive
from ingest.cli.options import Json


@app.command()
def search(
    query: Annotated[str, typer.Argument(help='Words, "phrases", -exclusions, OR.')],
    staff: Annotated[
        bool, typer.Option("--staff", help="Search all that is not withdrawn, not only what is public.")
    ] = False,
    page: Annotated[int, typer.Option(min=1, help="Page of the results.")] = 1,
    size: Annotated[int, typer.Option(min=1, max=100, help="Testimonies on a page.")] = 20,
    as_json: Json = False,
) -> None:
    """Find testimonies by the words in them."""
    from archive.access import PUBLIC, STAFF
    from archive.database import reading
    from archive.queries import found, outbox
    from search.find import ask, find, words_around

    with open_archive() as archive:
        now = archive.clock()
        with reading(archive.engine) as session:
            asked = ask(
                query,
                page=page,
                size=size,
                index="staff" if staff else "public",
                without=outbox.left_out(session, now),
            )
            viewer = STAFF if staff else PUBLIC
            read = found.reader(session, viewer, now, around=words_around(asked))
            answer = find(asked, archive.backend, read)
    if as_json:
        typer.echo(answer.model_dump_json(indent=1))
        return
    total = answer.total.testimonies
    typer.echo(f"{total} testimon{'y' if total == 1 else 'ies'} found")
    for hit in answer.hits:
        typer.echo(f"\n{hit.testimony.id}  {hit.testimony.title}")
        for segment in hit.segments:
            at = "" if segment.play_ms is None else f"r={segment.recording} t={segment.play_ms / 1000:g}  "
            typer.echo(f"  {at}{_marked(segment.text, segment.marks)}")
        if hit.more:
            typer.echo(f"  and {hit.more} more")


def _marked(text: str, marks: tuple[tuple[int, int], ...]) -> str:
    for start, end in reversed(marks):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text
