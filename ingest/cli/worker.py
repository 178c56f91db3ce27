"""`testimony worker`: does the work that waits, until it is told to stop."""

import logging
import multiprocessing
import multiprocessing.connection
import signal
from threading import Event, Thread
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING

import typer

from archive.errors import ArchiveError, DatabaseUnavailable, WorkerLost, WorkerRunning
from ingest.cli.app import Archive, app, open_archive, set_log_level
from ingest.cli.options import ComputeType, Device, EngineName, Model

if TYPE_CHECKING:
    from archive.settings import Settings

log = logging.getLogger(__name__)

_RETRY_SECONDS = 2.0
_TELL_SECONDS = 60.0
"""How often it is said that the database is away still."""


class Stop(Event):
    """Set where work has to end: `told` by somebody, or by a worker itself, which may then begin anew."""

    told = False

    def tell(self) -> None:
        """Have work end for good."""
        self.told = True
        self.set()

    def rest(self, seconds: float) -> None:
        """Wait before work begins anew; not where it has to end for good."""
        if not self.told:
            self.clear()
        self.wait(seconds)


@app.command()
def worker(
    model: Model = None,
    engine: EngineName = None,
    device: Device = None,
    compute_type: ComputeType = None,
) -> None:
    """Do what waits: accession, playback copies, transcription, publication, index. Ctrl-C ends it. On
    PostgreSQL any number may, on any number of machines that share the archive's folder."""
    with open_archive(model=model, engine=engine, device=device, compute_type=compute_type) as archive:
        check_recognition(archive.settings)
        _work(archive, stop_on_signals())


def _work(archive: Archive, stop: Stop) -> None:
    """Work until told to stop. A database that is away for a while is waited for."""
    from ingest.worker import run_worker

    queue = archive.queue
    told_at = -_TELL_SECONDS
    while not stop.told:
        try:
            run_worker(archive.settings, archive.engine, queue, stop=stop)
        except (DatabaseUnavailable, WorkerLost) as error:
            if monotonic() >= told_at + _TELL_SECONDS:
                log.warning("%s; trying again until it goes on", error)
                told_at = monotonic()
            stop.rest(_RETRY_SECONDS)


def check_recognition(settings: "Settings") -> None:
    """Refuse before any work what could not be recognised with. Raises WrongInput for a number type that the
    engine does not have, ProgramMissing where the engine is not installed."""
    from ingest.transcription.engines import ENGINES, settle_compute_type

    settle_compute_type(settings)
    ENGINES[settings.engine].require()


def work_beside(settings: "Settings") -> None:
    """The worker process beside a site: ends with it, however that ends, and gives way while another worker
    has the archive. What it cannot work without is said, and ends it with exit code 1."""
    set_log_level(settings.log_level)
    stop = stop_on_signals(saying=None)
    Thread(target=_stop_with_parent, args=(stop,), daemon=True).start()
    archive = Archive(settings)
    while not stop.told:
        try:
            _work(archive, stop)
        except WorkerRunning:
            stop.rest(_RETRY_SECONDS)
        except ArchiveError as error:
            log.error("%s", error)
            raise SystemExit(1) from error
    archive.close()


def stop_on_signals(*, saying: str | None = "stopping; what is unfinished stays queued") -> Stop:
    """An event that Ctrl-C and a polite kill set, `saying` so; a second Ctrl-C ends the process as usual."""
    stop = Stop()

    def set_stop(number: int, _frame: FrameType | None) -> None:
        if stop.told and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.tell()
        if saying:
            typer.echo(f"testimony: {saying}", err=True)

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, set_stop)
    return stop


def _stop_with_parent(stop: Stop) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        stop.tell()
