"""What a person sees while work goes on: one line a recording, with what is being done and how long it will
take. On stderr; where that is no terminal, one line for each step that was reached."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from sqlalchemy import Engine

from archive.database import reading
from archive.fixity import Watch
from archive.queries import progress as recorded
from schemas.legible import legible_name

_POLL_SECONDS = 0.5
_SHOW_BYTES = 64 * 2**20
"""Files smaller than this are read before a line about them could be."""


@contextmanager
def receiving(path: Path) -> Iterator[Callable[[int], None]]:
    """Show how far a large file is read; gives the function to be told of bytes."""
    try:
        size = path.stat().st_size
    except OSError:  # whoever reads it says so
        size = 0
    if size < _SHOW_BYTES or not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (_description(), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(f"receiving {legible_name(path.name)}", total=size)
        yield lambda count: bars.advance(task, count)


@contextmanager
def checking() -> Iterator[Watch]:
    """Show how far a check of the archive comes; gives what is to be told."""
    watch = Watch()
    if not sys.stderr.isatty():
        yield watch
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[objects]}"),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("verifying", total=None, objects="")

        def show(done: int, of: int, read: int, size: int) -> None:
            # Without content to be read, or a record that says how much, objects are counted.
            completed, total = (read, max(size, read)) if read and size else (done, of or None)
            bars.update(task, completed=completed, total=total, objects=f"{done} of {of} objects")

        watch.show = show
        yield watch


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how many of how many are done; gives the function to be told."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, of: bars.update(task, completed=done, total=of)


@contextmanager
def watching(engine: Engine, recording_ids: Sequence[int]) -> Iterator[None]:
    """Show how far the recordings come, as it is recorded by whichever process does the work."""
    stop = Event()
    watch = _watch_bars if sys.stderr.isatty() else _watch_lines
    thread = Thread(target=watch, args=(engine, recording_ids, stop), daemon=True)
    if recording_ids:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if recording_ids:
            thread.join()


def _look(engine: Engine, recording_ids: Sequence[int]) -> list[recorded.Progress]:
    with reading(engine) as session:
        return recorded.progress(session, recording_ids)


def _watch_bars(engine: Engine, recording_ids: Sequence[int], stop: Event) -> None:
    columns = (
        _description(),
        BarColumn(),
        TextColumn("{task.fields[step]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[int, TaskID] = {}
        ended = False
        while not ended:
            ended = stop.wait(_POLL_SECONDS)
            for each in _look(engine, recording_ids):
                if each.recording_id not in tasks:
                    tasks[each.recording_id] = bars.add_task(
                        _label(each), total=each.duration_ms, step=each.step
                    )
                heard = each.duration_ms if each.step in ("publication", "done") else each.heard_ms
                bars.update(tasks[each.recording_id], completed=heard, step=each.step)


def _watch_lines(engine: Engine, recording_ids: Sequence[int], stop: Event) -> None:
    before: dict[int, tuple[str, int]] = {}
    ended = False
    while not ended:
        ended = stop.wait(_POLL_SECONDS)
        for each in _look(engine, recording_ids):
            state = (each.step, each.heard_ms)
            if before.get(each.recording_id) == state:
                continue
            before[each.recording_id] = state
            heard = (
                f", {each.heard_ms * 100 // each.duration_ms} % heard" if each.step == "transcription" else ""
            )
            print(f"{_label(each)}: {each.step}{heard}", file=sys.stderr, flush=True)  # noqa: T201 - is a line of its own


def _description() -> TextColumn:
    return TextColumn("{task.description}", markup=False)  # a file may be called [/red]


def _label(each: recorded.Progress) -> str:
    return legible_name(each.original_name)
