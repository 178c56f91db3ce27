"""`testimony serve`: the site, with a worker beside it."""

import ipaddress
import socket
import sys
from contextlib import nullcontext
from types import FrameType
from typing import Annotated

import typer

from archive.errors import WrongInput
from ingest.cli.app import Archive, app, open_archive
from ingest.cli.beside import WorkerBeside


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: any free one.")] = 8000,
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Start a worker process beside the site.")
    ] = True,
) -> None:
    """Serve the site. Prints its address on stdout once it answers."""
    with open_archive() as archive:
        if not archive.settings.base_url and not is_loopback(host):
            typer.echo(
                "TESTIMONY_BASE_URL is not set: citations and links that leave the site will name whatever "
                "host a reader's browser asked for. Set it to the site's public address.",
                err=True,
            )
        serve_on(archive, listen(host, port), worker=worker)


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int, *, otherwise_any: bool = False) -> socket.socket:
    """A socket that listens. Raises WrongInput where the port is taken, unless any other will do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by name, or asyncio doesn't switch Nagle's algorithm off, and every answer that is written
    # in two pieces waits 40 ms for the reader's system to acknowledge the first.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if otherwise_any:
            return listen(host, 0)
        raise WrongInput(f"cannot listen on {host}, port {port}: {error.strerror}") from error
    listener.listen(128)
    return listener


def serve_on(
    archive: Archive, listener: socket.socket, *, worker: bool, invitation: str | None = None
) -> None:
    """Serve until Ctrl-C. `invitation` is printed after the address, once the site answers."""
    import uvicorn

    from web.app import create_app
    from web.serving import configure

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                typer.echo(f"http://{_address(listener)}/")
                if invitation:
                    typer.echo(invitation)
                sys.stdout.flush()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            if beside is not None:
                beside.let_go()  # its end is no news any more
            super().handle_exit(sig, frame)

    archive.engine.dispose()  # the schema is up to date; the site opens its own connections
    level = archive.settings.log_level
    beside = WorkerBeside(archive.settings) if worker else None
    site = create_app(archive.settings, worker=beside.alive if beside is not None else None)
    config = configure(site, log_level="warning" if level == "info" else level)
    with beside or nullcontext():
        Announcing(config).run(sockets=[listener])


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
