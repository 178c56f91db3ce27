"""`testimony worker`: does the work that waits, until it is told to stop."""

import multiprocessing
import multiprocessing.connection
import signal
from threading import Event, Thread
from types import FrameType
from typing import TYPE_CHECKING

import typer

from archive.errors import WorkerRunning
from ingest.cli.app import Archive, app, open_archive, set_log_level
from ingest.cli.options import ComputeType, Device, EngineName, Model

if TYPE_CHECKING:
    from archive.settings import Settings

_RETRY_SECONDS = 2.0


@app.command()
def worker(
    model: Model = None,
    engine: EngineName = None,
    device: Device = None,
    compute_type: ComputeType = None,
) -> None:
    """Do what waits: accession, playback copies, transcription, publication, index. Ctrl-C ends it."""
    from ingest.worker import run_worker

    with open_archive(model=model, engine=engine, device=device, compute_type=compute_type) as archive:
        check_recognition(archive.settings)
        run_worker(archive.settings, archive.engine, archive.queue, stop=stop_on_signals())


def check_recognition(settings: "Settings") -> None:
    """Refuse before any work what could not be recognised with. Raises WrongInput for a number type that the
    engine does not have, ProgramMissing where the engine is not installed."""
    from ingest.transcription.engines import ENGINES, settle_compute_type

    settle_compute_type(settings)
    ENGINES[settings.engine].require()


def work_beside(settings: "Settings") -> None:
    """The worker process beside a site: ends with it, however that ends, and gives way while another worker
    has the archive."""
    from ingest.worker import run_worker

    set_log_level(settings.log_level)
    stop = stop_on_signals(saying=None)
    Thread(target=_stop_with_parent, args=(stop,), daemon=True).start()
    archive = Archive(settings)
    while not stop.is_set():
        try:
            run_worker(settings, archive.engine, archive.queue, stop=stop)
        except WorkerRunning:
            stop.wait(_RETRY_SECONDS)
    archive.close()


def stop_on_signals(*, saying: str | None = "stopping; what is unfinished stays queued") -> Event:
    """An event that Ctrl-C and a polite kill set, `saying` so; a second Ctrl-C ends the process as usual."""
    stop = Event()

    def set_stop(number: int, _frame: FrameType | None) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()
        if saying:
            typer.echo(f"testimony: {saying}", err=True)

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, set_stop)
    return stop


def _stop_with_parent(stop: Event) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        stop.set()
