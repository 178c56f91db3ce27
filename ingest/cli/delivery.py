"""Seeing that a change is where it has to be before it is acknowledged."""

from collections.abc import Iterable

import typer

from ingest.cli.app import Archive


def acknowledge(archive: Archive, testimony_ids: Iterable[int]) -> None:
    """Carry changed testimonies into the store, in which a closing has to be before anybody is told that it
    was made, and bring the index up to date where no worker is there to do it. Raises StoreError."""
    from archive.preservation import preserve

    for testimony_id in testimony_ids:
        preserve(archive.engine, archive.store, testimony_id)
    if not archive.queue.running():
        _deliver(archive)


def _deliver(archive: Archive) -> None:
    from archive.errors import SearchUnavailable
    from search.indexer import deliver, prepare

    try:
        prepare(archive.engine, archive.backend)
        deliver(archive.engine, archive.backend)
    except SearchUnavailable as error:
        typer.echo(f"testimony: it holds from now on; the index will be told later: {error}", err=True)
