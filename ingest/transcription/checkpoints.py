"""Official checkpoints, which openai-whisper takes: from where OpenAI publishes them.

The library knows the addresses; each carries the digest of its file, which stands here too, so that a model
can be listed and checked where the library is not installed (a test compares).
"""

import http.client
import shutil
import urllib.request
from pathlib import Path

from archive.errors import ProgramMissing
from ingest.transcription.cache import need_room
from ingest.transcription.engines import ENGINES

MAIN = "model.pt"
_FOLDER = "openai-whisper"
_PATIENCE_S = 60
"""How long a connection may be silent."""

KNOWN_SHA256 = {
    "tiny.en": "d3dd57d32accea0b295c96e26691aa14d8822fac7d9d27d5dc00b4ca2826dd03",
    "tiny": "65147644a518d12f04e32d6f3b26facc3f8dd46e5390956a9424a650c0ce22b9",
    "base.en": "25a8566e1d0c1e2231d1c762132cd20e0f96a85d16145c3a00adf5d1ac670ead",
    "base": "ed3a0b6b1c0edf879ad9b11b1af5a0e6ab5db9205f891f668f8b0e6c6326e34e",
    "small.en": "f953ad0fd29cacd07d5a9eda5624af0f6bcf2258be67c92b79389873d91e0872",
    "small": "9ecf779972d90ba49c06d968637d720dd632c55bbf19d441fb42bf17a411e794",
    "medium.en": "d7440d1dc186f76616474e0ff0b3b6b879abc9d1a4926b7adfa41db2d497ab4f",
    "medium": "345ae4da62f9b3d59415adc60127b97c714f32e89e936602e85993674d08dcb1",
    "large-v1": "e4b87e7e0bf463eb8e6956e646f1e277e901512310def2c24bf0e11bd3c28e9a",
    "large-v2": "81f7c96c852ee8fc832187b0132e569d6c3065a3252ed18e56effd0b6a73e524",
    "large-v3": "e5b1a55b89c1367dacf97e3e19bfd829a01529dbfdeefa8caeb59b3f1b81dadb",
    "large": "e5b1a55b89c1367dacf97e3e19bfd829a01529dbfdeefa8caeb59b3f1b81dadb",
    "large-v3-turbo": "aff26ae408abcba5fbf8813c21e62b0941638c5f6eebfb145be0c9839262a19a",
    "turbo": "aff26ae408abcba5fbf8813c21e62b0941638c5f6eebfb145be0c9839262a19a",
}
"""SHA-256 by model: `whisper._MODELS` (20250625)."""


class Checkpoints:
    """Files that `whisper.load_model` loads, alone or as `model.pt` in a folder."""

    main = MAIN
    described = f"a .pt file, or a folder with {MAIN}"

    def known(self, model: str) -> str | None:
        """The SHA-256 of the official checkpoint of that name."""
        return KNOWN_SHA256.get(model)

    def names(self) -> list[str]:
        """Models that can be asked for by name."""
        return list(KNOWN_SHA256)

    def packaged(self, model: str) -> bool:
        """No package carries one."""
        return False

    def folder(self, models: Path, model: str) -> Path:
        """Where the cache keeps it."""
        return models / _FOLDER / model

    def at(self, place: Path) -> Path | None:
        """The checkpoint itself."""
        if place.suffix == ".pt" and place.is_file():
            return place
        return place / MAIN if (place / MAIN).is_file() else None

    def bring(self, model: str, target: Path, scratch: Path, *, bars: bool) -> None:
        """Fetch the official checkpoint from where it is published."""
        if model not in KNOWN_SHA256:
            raise ProgramMissing(
                f"openai-whisper has no model {model!r}; it has {', '.join(KNOWN_SHA256)}, and "
                f"TESTIMONY_MODEL can name {self.described}"
            )
        ENGINES["openai-whisper"].require()
        import whisper
        from tqdm import tqdm

        try:
            with urllib.request.urlopen(whisper._MODELS[model], timeout=_PATIENCE_S) as answer:  # noqa: S310 - the library's own https address
                size = int(answer.headers.get("Content-Length", 0))
                need_room(target, size)
                with (
                    (target / MAIN).open("wb") as file,
                    tqdm.wrapattr(file, "write", total=size, desc=model, disable=not bars) as shown,
                ):
                    shutil.copyfileobj(answer, shown, 2**20)
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise ProgramMissing(
                f"the official checkpoint {model} is not on this machine, and could not be fetched from "
                f"where OpenAI publishes it ({reason}). What helps: try again with a connection, or put the "
                f"checkpoint on this machine and name it ({self.described}) with TESTIMONY_MODEL"
            ) from error
