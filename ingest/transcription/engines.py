"""The recognition engines: what each is called, needs and can compute with."""

import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from archive.errors import ProgramMissing, WrongInput
from archive.settings import Settings


@dataclass(frozen=True, slots=True)
class EngineKind:
    """One engine. Its name is that of its distribution, too."""

    name: str
    extra: str | None
    """The extra of this distribution that brings it; None: it is always there."""
    compute_types: Mapping[str, tuple[str, ...]] = field(hash=False)
    """By device; the first is what the engine does best there."""

    @property
    def installed(self) -> bool:
        """Whether it can be used here."""
        try:
            importlib.metadata.version(self.name)
        except importlib.metadata.PackageNotFoundError:
            return False
        return True

    def require(self) -> None:
        """Raise ProgramMissing, which says what to install, where it can't be used."""
        if not self.installed:
            raise ProgramMissing(
                f"the recognition engine {self.name} is not installed; what helps: "
                f"pip install 'testimony-archive[{self.extra}]'"
            )


# CTranslate2's types: those of `ctranslate2.get_supported_compute_types` for a processor, and all for a card.
_CTRANSLATE2 = {
    "cpu": ("int8", "int8_float32", "int16", "float32"),
    "cuda": (
        *("float16", "int8_float16", "int8", "int8_float32", "int8_bfloat16"),
        *("bfloat16", "float32"),
    ),
}
# `whisper.transcribe` has fp16 or not, and on a processor not.
_PYTORCH = {"cpu": ("float32",), "cuda": ("float16", "float32")}

ENGINES = {
    kind.name: kind
    for kind in (
        EngineKind("faster-whisper", None, _CTRANSLATE2),
        EngineKind("openai-whisper", "openai-whisper", _PYTORCH),
    )
}


def settle_compute_type(settings: Settings) -> str:
    """The number type that is set or, where none is, what the engine does best on the device.

    Raises WrongInput for one that the engine does not have.
    """
    types = ENGINES[settings.engine].compute_types
    on_device = types[settings.device]
    wanted = settings.compute_type or on_device[0]
    if wanted in on_device:
        return wanted
    elsewhere = [device for device in types if wanted in types[device]]
    others = [kind.name for kind in ENGINES.values() if wanted in kind.compute_types[settings.device]]
    hints = [f"{wanted} needs TESTIMONY_DEVICE={device}" for device in elsewhere]
    hints += [f"{' and '.join(others)} has {wanted}"] if others else []
    raise WrongInput(
        f"{settings.engine} does not compute with {wanted} on {settings.device}, but with "
        f"{' or '.join(on_device)}" + "".join(f"; {hint}" for hint in hints)
    )


def model_name(settings: Settings) -> str:
    """How the model is called in the record: a size, or the name of its folder or file."""
    return Path(settings.model).name.removesuffix(".pt")
