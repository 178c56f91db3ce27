"""Seeing that a change is where it has to be before it is acknowledged."""

from collections.abc import Collection, Iterable

import typer

from ingest.cli.app import Archive


def acknowledge(archive: Archive, testimony_ids: Iterable[int]) -> None:
    """Carry changed testimonies into the store, in which a closing has to be before anybody is told that it
    was made; where no worker is there to do it, carry all else that waits to store and index, too. Raises
    StoreError, DatabaseUnavailable or DiskRefused, which say that the change holds all the same."""
    from archive.errors import ArchiveError, DatabaseUnavailable, DiskRefused, StoreError
    from archive.preservation import preserve, preserve_waiting

    refusals: tuple[type[ArchiveError], ...] = (StoreError, DatabaseUnavailable, DiskRefused)
    for testimony_id in testimony_ids:
        try:
            preserve(archive.engine, archive.store, testimony_id)
        except refusals as error:
            kind = next(one for one in refusals if isinstance(error, one))
            raise kind(
                f"it holds from now on, and waits for the store, which has to know: {error}"
            ) from error
    if not archive.queue.running():
        preserve_waiting(archive.engine, archive.store)
        _deliver(archive)


def keep_closings(archive: Archive, public_ids: Collection[str]) -> None:
    """Carry those of some testimonies into the store that closed something and that no worker has carried
    there yet. Raises StoreError."""
    from archive.database import reading
    from archive.preservation import preserve
    from archive.queries import outbox, testimonies

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
