"""The scripted transcriber keeps the contract, so what is tested with it holds for engines that do."""

from collections.abc import Callable

import pytest

from ingest.transcription.transcriber import Language, Transcriber
from ingest.transcription.windows import Window
from tests.contracts.transcriber import Script, Spoken, TranscriberContract, sound_of


class TestScripted(TranscriberContract):
    @pytest.fixture
    def factory(self) -> Callable[[], Transcriber]:
        return Script()

    @pytest.fixture
    def transcriber(self, factory: Callable[[], Transcriber]) -> Transcriber:
        return factory()

    @pytest.fixture
    def spoken(self) -> Spoken:
        return Spoken(sound_of(5), "en", 10)


def test_given_words_are_said_in_their_windows() -> None:
    said = Script(words=[("Bread", 0, 400), ("rises.", 900, 1400), ("Slowly.", 1500, 1900)])()
    heard = said.recognise(sound_of(1), Window(1, 0, 1000), Language("en"))
    assert [(word.text, word.end_ms) for word in heard.words] == [(" Bread", 400), (" rises.", 1000)]
    rest = said.recognise(sound_of(1), Window(2, 1000, 2000), Language("en"))
    assert [word.text for word in rest.words] == [" Slowly."]


def test_silence_is_silence() -> None:
    assert Script()().recognise(0 * sound_of(1), Window(1, 0, 1000), Language("en")).words == ()


def test_its_language_changes_where_none_was_given() -> None:
    said = Script(changes_to={2: "de"})()
    windows = (Window(1, 0, 1000), Window(2, 1000, 2000))
    heard = [said.recognise(sound_of(1), window, Language("en", 0.9)) for window in windows]
    assert [{segment.language for segment in window.segments} for window in heard] == [{None}, {"de"}]
    given = said.recognise(sound_of(1), windows[1], Language("en"))
    assert {segment.language for segment in given.segments} == {None}
