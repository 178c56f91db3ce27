"""`testimony reindex`: the search index made anew from the database."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ingest.cli.app import Archive, app, open_archive
from ingest.cli.options import Json
from ingest.cli.worker import stop_on_signals

if TYPE_CHECKING:
    from schemas.query import IndexName
    from search.reindexing import Progress

_SAY_SECONDS = 10.0


@app.command()
def reindex(
    index: Annotated[
        Literal["public", "staff"] | None,
        typer.Option("--index", help="Only this one; default: both, one after the other."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the search index anew from the database, beside the one that is searched, and switch when it holds
    what the database says. Ctrl-C stops it; run again, it goes on from there."""
    from schemas.query import INDEXES

    stop = stop_on_signals(saying="stopping; what is made so far is kept")
    done: list[dict[str, Any]] = []
    with open_archive() as archive:
        for name in (index,) if index else INDEXES:
            answer = _reindex(archive, name, stop)
            if answer is None:
                typer.echo(
                    f"testimony: the new {name} index is half made, and the old one goes on being searched; "
                    "a worker or another reindex finishes it",
                    err=True,
                )
                break
            done.append(answer)
            if not as_json:
                typer.echo(answer["sentence"])
    if as_json:
        typer.echo(json.dumps({"reindexed": done}, ensure_ascii=False, indent=1))
    if stop.is_set():
        raise typer.Exit(1)


def _reindex(archive: Archive, index: "IndexName", stop: Event) -> dict[str, Any] | None:
    """What the new index holds; None where it was stopped before it was done."""
    from contextlib import closing

    from search.reindexing import reindex as make_anew

    began = time.monotonic()
    with _showing(index) as show, closing(make_anew(archive.engine, archive.backend, index)) as steps:
        for progress in steps:
            show(progress)
            if progress.contents is not None:
                break
            if stop.is_set():
                return None
    assert progress.contents is not None  # noqa: S101 - the last step has them
    seconds = time.monotonic() - began
    contents = progress.contents
    kept = f", {progress.resumed} of them made before" if progress.resumed else ""
    return {
        "index": index,
        "testimonies": progress.total,
        "resumed": progress.resumed,
        "documents": contents.count,
        "digest": contents.digest,
        "seconds": round(seconds, 3),
        "sentence": f"{index}: {contents.count} documents of {progress.total} testimonies{kept}, "
        f"in {seconds:.1f} s; digest {contents.digest}",
    }


@contextmanager
def _showing(index: str) -> "Iterator[Callable[[Progress], None]]":
    """Show how far it has come: a bar, or a line now and then where nobody watches."""
    if not sys.stderr.isatty():
        yield _lines(index)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(index, total=None)
        yield lambda progress: bars.update(task, completed=progress.done, total=progress.total)


def _lines(index: str) -> "Callable[[Progress], None]":
    said = time.monotonic()

    def show(progress: "Progress") -> None:
        nonlocal said
        if time.monotonic() - said >= _SAY_SECONDS:
            said = time.monotonic()
            typer.echo(f"{index}: {progress.done} of {progress.total} testimonies", err=True)

    return show
