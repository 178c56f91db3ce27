"""Seeing that a change is where it has to be before it is acknowledged."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

import typer

from ingest.cli.app import Archive

_FOR_THE_STORE = ", and waits for the store, which has to know"


def acknowledge(archive: Archive, testimony_ids: Iterable[int]) -> None:
    """Carry changed testimonies into the store, in which a closing has to be before anybody is told that it
    was made; where no worker is there to do it, carry all else that waits to store and index, too. Raises
    StoreError, DatabaseUnavailable or DiskRefused, which say that the change holds all the same."""
    from archive.preservation import preserve, preserve_waiting

    with _saying_that_it_holds(_FOR_THE_STORE):
        for testimony_id in testimony_ids:
            preserve(archive.engine, archive.store, testimony_id)
    with _saying_that_it_holds("; what else waits cannot be carried on yet"):
        if not archive.queue.running():
            preserve_waiting(archive.engine, archive.store)
            _deliver(archive)


@contextmanager
def _saying_that_it_holds(but: str) -> Iterator[None]:
    """The change was made before: whoever made it is not to believe that it was refused."""
    from archive.errors import ArchiveError, DatabaseUnavailable, DiskRefused, StoreError

    refusals: tuple[type[ArchiveError], ...] = (StoreError, DatabaseUnavailable, DiskRefused)
    try:
        yield
    except refusals as error:
        kind = next(one for one in refusals if isinstance(error, one))
        raise kind(f"it holds from now on{but}: {error}") from error


def keep_closings(archive: Archive, public_ids: Collection[str]) -> None:
    """Carry those of some testimonies into the store that closed something and that no worker has carried
    there yet. Raises as `acknowledge`."""
    from archive.database import reading
    from archive.preservation import preserve
    from archive.queries import outbox, testimonies

    with _saying_that_it_holds(_FOR_THE_STORE):
        with reading(archive.engine) as session:
            waiting = outbox.closing(session, "store")
            closed = waiting.intersection(testimonies.row_ids(session, public_ids)) if waiting else set()
        for testimony_id in sorted(closed):
            preserve(archive.engine, archive.store, testimony_id)


def _deliver(archive: Archive) -> None:
    """Bring the index up to date here, and remove copies that nobody is to have. New ones wait for a
    worker."""
    from archive.errors import DiskRefused, SearchUnavailable
    from ingest.copies import look_at_copies
    from search.indexer import deliver, prepare

    try:
        look_at_copies(archive.engine, archive.queue, archive.settings.derivatives_folder)
    except (OSError, DiskRefused) as error:
        typer.echo(f"testimony: it holds from now on; copies will be removed later: {error}", err=True)
    try:
        prepare(archive.engine, archive.backend)
        deliver(archive.engine, archive.backend)
    except SearchUnavailable as error:
        typer.echo(f"testimony: it holds from now on; the index will be told later: {error}", err=True)
