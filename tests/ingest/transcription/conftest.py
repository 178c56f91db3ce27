"""Which fixture to pick: `whisper` is the real engine, with real weights (slow); `checkpoint` the same
weights for openai-whisper; `speech("jfk.flac")` is the sound of a recording of a person. They skip, or fail
where CI=true, when they cannot be had."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from archive.errors import ProgramMissing
from archive.settings import Settings
from ingest.media.commands import find_programs
from ingest.media.decoding import decode
from ingest.media.probe import probe
from ingest.media.sound import Floats, read_stretch
from ingest.transcription.transcriber import Transcriber, TranscriberFactory
from ingest.transcription.weights import find_weights

SHARED = Path(__file__).parents[4] / "shared"

Speech = Callable[[str], Floats]


def cannot_be_had(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def whisper_factory() -> TranscriberFactory:
    settings = Settings(beam_size=5, device="cpu", compute_type="int8", model="base")
    try:
        return TranscriberFactory(settings, find_weights(settings))
    except ProgramMissing as missing:
        cannot_be_had(str(missing))
        raise


@pytest.fixture(scope="session")
def whisper(whisper_factory: TranscriberFactory) -> Transcriber:
    return whisper_factory()


@pytest.fixture(scope="session")
def checkpoint(whisper_factory: TranscriberFactory, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `model.pt`: Whisper base as openai-whisper takes it, made from the weights in CTranslate2
    form, and the config.json that knows its alignment heads."""
    converter = SHARED / "tools" / "ct2_to_whisper_pt.py"
    if not converter.is_file():
        cannot_be_had("what makes a checkpoint of the weights is not there: shared/tools")
    folder = tmp_path_factory.mktemp("checkpoint") / "converted-base"
    folder.mkdir()
    weights = whisper_factory.weights
    shutil.copy(weights / "config.json", folder)
    subprocess.run(
        [sys.executable, converter, weights, folder / "model.pt"], check=True, stdout=subprocess.DEVNULL
    )
    return folder


@pytest.fixture(scope="session")
def speech_folder() -> Path:
    folder = SHARED / "audio"
    if not folder.is_dir():
        cannot_be_had("recordings of people are not there: shared/audio")
    return folder


@pytest.fixture(scope="session")
def speech(speech_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Speech:
    programs = find_programs(Settings())

    @cache
    def load(name: str) -> Floats:
        path = speech_folder / name
        target = tmp_path_factory.mktemp("speech") / "s16"
        sound = decode(path, probe(path, programs), target, programs)
        samples = read_stretch(sound.path, 0, sound.duration_ms)
        target.unlink()
        return samples

    return load
