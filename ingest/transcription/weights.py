"""Finds the weights of a recognition model: what a person named, the local cache, then where its form comes
from (for faster-whisper the packages that carry Whisper base and the Hugging Face hub, for openai-whisper the
place where its checkpoints are published)."""

import os
from pathlib import Path

from archive.errors import ProgramMissing
from archive.settings import Settings
from ingest.transcription.cache import WeightsForm, check_known, keep
from ingest.transcription.checkpoints import Checkpoints
from ingest.transcription.converted import ConvertedWeights
from ingest.transcription.engines import ENGINES, model_name

FORMS: dict[str, WeightsForm] = {"faster-whisper": ConvertedWeights(), "openai-whisper": Checkpoints()}
"""By engine."""


def find_weights(settings: Settings, *, bars: bool = False) -> Path:
    """What the engine is given of the configured model, checked; fetched into the cache if need be, with a
    progress bar on stderr if `bars`.

    A cached model that is damaged is fetched anew. Raises ProgramMissing, which says what to do, where the
    engine or the model cannot be had, and ChecksumMismatch where a source gives other bytes than are known.
    """
    ENGINES[settings.engine].require()
    form = FORMS[settings.engine]
    configured = Path(settings.model).expanduser().absolute()
    given = form.at(configured)
    if given is None:
        if os.sep in settings.model or settings.model.startswith((".", "~")):
            raise ProgramMissing(
                f"{settings.model}: set as the recognition model, but there is no {form.main} in that folder"
            )
        given = form.at(keep(form, settings.model, settings.models.expanduser().absolute(), bars=bars))
        assert given is not None  # noqa: S101 - it was checked to be whole
    else:
        check_known(form, model_name(settings), given / form.main if given.is_dir() else given)
    return given
