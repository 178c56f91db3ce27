"""`testimony metrics`: how the work stands, for Prometheus.

An address of its own, on this machine alone unless told otherwise: what it tells counts what is closed, too,
and names what failed with its reason, which is for staff. All is read from the database when it is asked for.
"""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.app import Archive, app, open_archive
from ingest.cli.serve import is_loopback
from ingest.cli.worker import stop_on_signals

if TYPE_CHECKING:
    from archive.queries.work import Work

MOST_FAILURES = 100
"""How many of what failed are named: each is a time series that Prometheus keeps."""


@app.command()
def metrics(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: any free one.")] = 9464,
) -> None:
    """Tell Prometheus how the work stands: queue, workers, rate, time left, failures. Prints its address on
    stdout once it answers. For staff: it counts what is closed, too."""
    from prometheus_client import CollectorRegistry, start_http_server

    from archive.errors import WrongInput

    if not is_loopback(host):
        typer.echo(
            f"Whoever reaches {host} learns how much there is, of what is closed, too, and what failed. See "
            "that only those who may can.",
            err=True,
        )
    stop = stop_on_signals(saying=None)
    with open_archive() as archive:
        registry = CollectorRegistry()
        registry.register(Measures(archive))
        try:
            server, thread = start_http_server(port, host, registry)
        except OSError as error:
            raise WrongInput(f"cannot listen on {host}, port {port}: {error.strerror}") from error
        shown = f"[{host}]" if ":" in host else host
        typer.echo(f"http://{shown}:{server.server_port}/metrics")
        sys.stdout.flush()
        stop.wait()
        server.shutdown()
        server.server_close()
        thread.join()


class Measures:
    """What is measured, as prometheus_client asks for it."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def collect(self) -> Iterator[Any]:
        """The measures as they are now; where the database is away, that it is."""
        from prometheus_client.core import GaugeMetricFamily as Gauge

        from archive.errors import ArchiveError

        try:
            measures = list(self._measure())
        except ArchiveError:
            yield Gauge("testimony_up", "Whether the archive's database answers.", value=0)
            return
        yield Gauge("testimony_up", "Whether the archive's database answers.", value=1)
        yield from measures

    def _measure(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily as Gauge

        from archive.clock import now
        from archive.database import reading
        from archive.queries import outbox
        from archive.queries.work import look

        states, workers = self._archive.queue.states(), self._archive.queue.workers()
        with reading(self._archive.engine) as session:
            work = look(session, states, workers, now())
            waiting = {name: outbox.count(session, name) for name in ("index", "store")}
        jobs = Gauge("testimony_jobs", "Recordings by the state of the work on them.", labels=["state"])
        jobs.add_metric(["waiting"], work.waiting)
        jobs.add_metric(["running"], work.running)
        jobs.add_metric(["failed"], len(work.failures))
        yield jobs
        yield Gauge("testimony_workers", "Workers that are alive.", value=work.workers)
        yield Gauge(
            "testimony_unheard_seconds", "Sound that is to be transcribed.", value=work.unheard_ms / 1000
        )
        yield from _speeds(work)
        yield _failed(work)
        behind = Gauge("testimony_outbox", "Testimonies with changes to be carried on.", labels=["to"])
        for name, count in waiting.items():
            behind.add_metric([name], count)
        yield behind


def _speeds(work: "Work") -> Iterator[Any]:
    """What cannot be said now is left out."""
    from prometheus_client.core import GaugeMetricFamily as Gauge

    if work.rate is not None:
        text = "Seconds of sound transcribed in a second, over the last hour."
        yield Gauge("testimony_transcription_rate", text, value=work.rate)
    if work.left_ms is not None:
        text = "How long the transcription of all that waits will take at this rate."
        yield Gauge("testimony_left_seconds", text, value=work.left_ms / 1000)


def _failed(work: "Work") -> Any:
    from prometheus_client.core import GaugeMetricFamily as Gauge

    from schemas.legible import legible

    labels = ["testimony", "recording", "step", "reason"]
    failed = Gauge(
        "testimony_failed", f"What failed, and why; the first {MOST_FAILURES} of them.", labels=labels
    )
    for each in work.failures[:MOST_FAILURES]:
        failed.add_metric([each.testimony, str(each.number), each.step, legible(each.reason)], 1)
    return failed
