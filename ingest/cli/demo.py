"""`testimony demo`: the sample collection, from its files to a site that answers."""

import os
from pathlib import Path
from typing import Annotated

import typer

from archive.errors import WrongInput
from ingest.cli.app import app, open_archive
from ingest.cli.ingest import bring_in
from ingest.cli.output import tell
from ingest.cli.serve import listen, serve_on

DEMO_HOME = Path(".demo")
PORT = 8000
QUERY = "bread"


@app.command()
def demo(
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the site when the collection is in.")
    ] = True,
) -> None:
    """Ingest the sample collection with real recognition and serve it. The archive is kept in .demo unless
    TESTIMONY_HOME says otherwise; a second run changes nothing."""
    samples = Path(__file__).parents[2] / "samples" / "collection"
    if not samples.is_dir():
        raise WrongInput(f"the sample collection is not here ({samples}); run this from the source tree")
    home = None if "TESTIMONY_HOME" in os.environ else DEMO_HOME
    with open_archive(home=home) as archive:
        outcome = bring_in(archive, [samples])
        for name in ("published", "updated", "unchanged", "failed"):
            if count := len(getattr(outcome, name)):
                typer.echo(f"{name}: {count}", err=True)
        for failure in outcome.failed:
            tell(f"failed: {failure['reason']}", err=True)
        if outcome.failed or outcome.queued:
            raise typer.Exit(1)
        if not serve:
            typer.echo(f"The sample collection is in {archive.settings.home}.")
            return
        listener = listen("127.0.0.1", PORT, otherwise_any=True)
        serve_on(
            archive, listener, worker=True, invitation=f"Try a search for: {QUERY}  (Ctrl-C ends the site)"
        )
