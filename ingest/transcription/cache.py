"""The cache of recognition models: each comes in whole or not at all, and is checked before it is used.

What is used was checked against a known digest where there is one, else against those that were written
down when the model came into the cache. Checking takes 2 to 3 s a gigabyte, so it is done once, by the
process that starts recognisers, not by each of them.
"""

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from archive.errors import ChecksumMismatch, ProgramMissing
from archive.store.durable import sync_file, sync_folder

DIGESTS = "SHA256SUMS"
"""In each cached model's folder, as sha256sum writes it."""
_FREE_AFTER = 2**28  # bytes to be left on the disk beyond the model


class WeightsForm(Protocol):
    """The form in which an engine takes models, and where they come from."""

    @property
    def main(self) -> str:
        """The file that makes a folder a model."""

    @property
    def described(self) -> str:
        """What a person who has a model has to have: an end of a sentence."""

    def known(self, model: str) -> str | None:
        """The SHA-256 of a model's main file, where it was made known."""

    def names(self) -> list[str]:
        """Models that can be asked for by name."""

    def packaged(self, model: str) -> bool:
        """Whether an installed package carries it."""

    def folder(self, models: Path, model: str) -> Path:
        """Where the cache `models` keeps it."""

    def at(self, place: Path) -> Path | None:
        """What the engine is to be given of a model that lies where a person said; None where none does."""

    def bring(self, model: str, target: Path, scratch: Path, *, bars: bool) -> None:
        """Put a model's files into the folder `target`; on stderr show how far it is, if `bars`.

        Raises ProgramMissing, which says what helps, and ChecksumMismatch.
        """


def keep(form: WeightsForm, model: str, models: Path, *, bars: bool = False) -> Path:
    """The folder of a model in the cache `models`, whole: fetched where it is missing or damaged.

    May be called by several processes at once: one fetches, the others wait for it. Raises as
    `WeightsForm.bring`.
    """
    folder = form.folder(models, model)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _lock(folder.parent):
            if not is_whole(form, model, folder):
                _fetch(form, model, folder, bars=bars)
    except OSError as error:
        raise ProgramMissing(
            f"recognition model {model}: {models} cannot be used as cache "
            f"({error.strerror or error}); say where there is room with TESTIMONY_MODELS"
        ) from error
    return folder


def check_known(form: WeightsForm, model: str, main: Path) -> None:
    """Raise ChecksumMismatch where the main file of a model is not the one that is known by its name."""
    expected = form.known(model)
    if expected is not None and (found := sha256_of(main)) != expected:
        raise ChecksumMismatch(main, "SHA-256", expected, found)


def written_down(folder: Path) -> dict[str, str]:
    """File -> SHA-256, as written down when a model came into the cache. Raises OSError, ValueError."""
    lines = (folder / DIGESTS).read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def is_whole(form: WeightsForm, model: str, folder: Path) -> bool:
    """Whether every file that was written down is there, with the digest written down."""
    try:
        listed = written_down(folder)
        return (
            form.main in listed
            and (form.known(model) or listed[form.main]) == listed[form.main]
            and all(sha256_of(folder / name) == digest for name, digest in listed.items())
        )
    except (OSError, ValueError):
        return False


def sha256_of(path: Path) -> str:
    """The digest of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def need_room(folder: Path, size: int) -> None:
    """Raise ProgramMissing where the disk has no room for `size` bytes and some to spare."""
    if shutil.disk_usage(folder).free < size + _FREE_AFTER:
        needed = (size + _FREE_AFTER) >> 20
        raise ProgramMissing(f"no room for the recognition model: {folder.parent.parent} needs {needed} MiB")


@contextmanager
def _lock(cache: Path) -> Iterator[None]:
    """One process at a time; the kernel frees it whatever becomes of its holder."""
    with (cache / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _fetch(form: WeightsForm, model: str, folder: Path, *, bars: bool) -> None:
    """Bring a model into the cache, whole or not at all. The caller holds the lock."""
    for rest in folder.parent.glob(".fetching-*"):  # of a process that was killed: nobody else has the lock
        shutil.rmtree(rest)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as work:
        new = Path(work) / "model"
        new.mkdir()
        form.bring(model, new, Path(work), bars=bars)
        check_known(form, model, new / form.main)
        digests = {path.name: sha256_of(path) for path in sorted(new.iterdir())}
        (new / DIGESTS).write_text("".join(f"{digest}  {name}\n" for name, digest in digests.items()))
        for path in new.iterdir():
            sync_file(path)
        sync_folder(new)
        if folder.exists():  # damaged
            folder.rename(Path(work) / "damaged")
        new.rename(folder)
        sync_folder(folder.parent)
