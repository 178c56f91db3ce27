"""Which recognition models there are for each engine, which of them are here, and whether those are whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archive.errors import ArchiveError, ProgramMissing
from archive.settings import Settings
from ingest.transcription.cache import DIGESTS, WeightsForm, check_known, keep, sha256_of, written_down
from ingest.transcription.engines import ENGINES, model_name
from ingest.transcription.weights import FORMS

Where = Literal["configured", "cache", "package"]
Assurance = Literal["published", "noted"]
"""What its digest rests on: the one that was made known for that model, or the one that was written down when
it came into the cache."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model of an engine. `path`, `size` (bytes, all files) and `sha256` (of the main file, as written
    down) where it is here and that is known without reading it."""

    engine: str
    name: str
    where: Where | None = None
    path: Path | None = None
    size: int | None = None
    sha256: str | None = None
    assurance: Assurance | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A model that is here, after all of it was read. `trouble` says what is wrong with it, `note` what could
    not be told."""

    model: Model
    trouble: str | None = None
    note: str | None = None


def list_models(settings: Settings, engine: str | None = None) -> list[Model]:
    """The models of one engine or of all, each once for each place where it is. Reads no weights."""
    found = []
    for name in [engine] if engine else list(ENGINES):
        form = FORMS[name]
        here = list(_here(settings, name, form))
        found += here
        found += [Model(name, each) for each in form.names() if each not in {model.name for model in here}]
    return found


def fetch_model(settings: Settings, engine: str, name: str, *, bars: bool) -> Path:
    """Have a model in the cache, whole; returns its folder. Raises ProgramMissing, ChecksumMismatch."""
    form = FORMS[engine]
    if "/" in name or name.startswith((".", "~")):
        raise ProgramMissing(f"{name}: no name of a model; {engine} has {', '.join(form.names())}")
    return keep(form, name, settings.models.expanduser().absolute(), bars=bars)


def verify_models(settings: Settings, engine: str | None = None) -> Iterator[Checked]:
    """Read every model that is here, and compare it with its digests. A package's is compared when it is
    brought into the cache."""
    for model in list_models(settings, engine):
        if model.path is not None and model.where != "package":
            yield _verify(model, FORMS[model.engine])


def _here(settings: Settings, engine: str, form: WeightsForm) -> Iterator[Model]:
    configured = Path(settings.model).expanduser().absolute()
    given = form.at(configured) if settings.engine == engine else None
    if given is not None:
        yield Model(engine, model_name(settings), "configured", given, _size(given))
    models = settings.models.expanduser().absolute()
    top = form.folder(models, "-").parent
    cached = []
    for folder in sorted(top.iterdir()) if top.is_dir() else []:
        if folder.name.startswith(".") or not ((folder / DIGESTS).is_file() or form.at(folder)):
            continue
        cached.append(folder.name)
        yield _cached(engine, form, folder)
    for name in form.names():
        if name not in cached and form.packaged(name):
            yield Model(engine, name, "package", sha256=form.known(name), assurance="published")


def _cached(engine: str, form: WeightsForm, folder: Path) -> Model:
    name = folder.name
    try:
        digest = written_down(folder).get(form.main)
    except (OSError, ValueError):
        digest = None
    known = form.known(name)
    assurance: Assurance | None = None if digest is None else "published" if digest == known else "noted"
    return Model(engine, name, "cache", folder, _size(folder), digest, assurance)


def _size(place: Path) -> int:
    return sum(path.stat().st_size for path in (place.iterdir() if place.is_dir() else [place]))


def _verify(model: Model, form: WeightsForm) -> Checked:
    assert model.path is not None  # noqa: S101 - what is here lies somewhere
    try:
        if model.where == "configured":
            main = model.path / form.main if model.path.is_dir() else model.path
            check_known(form, model.name, main)
            known = form.known(model.name) is not None
            return Checked(model, note=None if known else "no digest is known to compare it with")
        return Checked(model, trouble=_compare(model.path, form, model.name))
    except (ArchiveError, OSError) as error:
        return Checked(model, trouble=str(error))


def _compare(folder: Path, form: WeightsForm, name: str) -> str | None:
    """What is wrong with a cached model: the first thing."""
    try:
        listed = written_down(folder)
    except (OSError, ValueError):
        return f"{folder / DIGESTS}: missing or unreadable; it says what the model's files have to be"
    for file, expected in {form.main: "", **listed}.items():
        path = folder / file
        wanted = (form.known(name) if file == form.main else None) or expected
        if not path.is_file():
            return f"{path}: missing"
        if not wanted:
            return f"{path}: no digest of it is written down in {DIGESTS}"
        if (found := sha256_of(path)) != wanted:
            return f"{path}: SHA-256 is {found}, expected {wanted}"
    return None
