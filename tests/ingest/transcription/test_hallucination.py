"""A word goes only when two witnesses agree that nobody spoke; it stays in the raw recognition."""

import numpy as np
import pytest

from ingest.transcription.hallucination import (
    DOUBTED,
    NO_LETTERS,
    SILENT,
    Wordless,
    find_wordless,
    mark_dropped,
)
from ingest.transcription.voice import FRAME_MS, Voice
from schemas.recognition import Engine, RecognisedSegment, RecognisedWord, WindowRecognition

SECONDS = 60


def voice(speech: float = 0.02, level: float = -60.0) -> Voice:
    """A minute at one probability and one level."""
    frames = SECONDS * 1000 // FRAME_MS
    return Voice(np.full(frames, speech, np.float32), np.full(frames, level, np.float32))


def say(voice: Voice, start_ms: int, end_ms: int, speech: float, level: float) -> Voice:
    voice.probability[voice.frames(start_ms, end_ms)] = speech
    voice.level[voice.frames(start_ms, end_ms)] = level
    return voice


def heard(
    words: list[tuple[str, int, int]], log_probability: float | None = -0.3, temperature: float = 0.0
) -> WindowRecognition:
    said = tuple(
        RecognisedWord(text=text, start_ms=start, end_ms=end, probability=0.5) for text, start, end in words
    )
    segment = RecognisedSegment(
        start_ms=said[0].start_ms,
        end_ms=said[-1].end_ms,
        words=said,
        average_log_probability=log_probability,
        temperature=temperature,
    )
    return WindowRecognition(
        number=1,
        start_ms=0,
        end_ms=SECONDS * 1000,
        language="en",
        engine=Engine(name="script", version="1", model="none"),
        segments=(segment,),
    )


YOU = [(" You", 24_800, 26_200)]


def reasons(recognition: WindowRecognition) -> list[str | None]:
    return [word.dropped for word in recognition.words]


@pytest.mark.parametrize("log_probability", [-0.1, -0.9, None])
def test_a_word_in_silence_goes(log_probability: float | None) -> None:
    marked = mark_dropped(heard(YOU, log_probability), voice(level=-110))
    assert reasons(marked) == [SILENT]


def test_it_stays_in_the_raw_recognition_and_all_else_with_it() -> None:
    raw = heard(YOU)
    marked = mark_dropped(raw, voice(level=-110))
    assert marked.words[0].text == " You"
    bare = marked.words[0].model_copy(update={"dropped": None})
    assert bare == raw.words[0]
    assert WindowRecognition.from_bytes(marked.to_bytes()) == marked


def test_a_quiet_voice_that_stands_out_is_kept_though_detection_hears_none() -> None:
    assert reasons(mark_dropped(heard(YOU), say(voice(level=-85), 25_500, 26_000, 0.02, -75))) == [None]


def test_a_voice_in_noise_as_loud_as_itself_is_kept_by_detection() -> None:
    assert reasons(mark_dropped(heard(YOU), say(voice(level=-30), 25_500, 26_000, 0.4, -29))) == [None]


def test_a_voice_near_a_word_whose_time_is_wrong_keeps_it() -> None:
    assert reasons(mark_dropped(heard(YOU), say(voice(level=-60), 26_300, 26_400, 0.9, -20))) == [None]
    assert reasons(mark_dropped(heard(YOU), say(voice(level=-60), 27_000, 29_000, 0.9, -20))) == [SILENT]


def music() -> Voice:
    """Loud, changing, and nobody sings."""
    found = voice(level=-30)
    found.level[::20] = -10
    return found


def test_words_over_music_go_where_the_engine_doubts_them() -> None:
    sentence = [(" I'm", 36_000, 36_400), (" trying", 36_400, 37_000)]
    assert reasons(mark_dropped(heard(sentence, -0.99), music())) == [DOUBTED, DOUBTED]
    assert reasons(mark_dropped(heard(sentence, -0.3), music())) == [None, None]
    assert reasons(mark_dropped(heard(sentence, None), music())) == [None, None]
    assert reasons(mark_dropped(heard(sentence, -0.3, temperature=0.2), music())) == [DOUBTED, DOUBTED]


def test_a_doubtful_passage_with_a_voice_anywhere_in_it_is_kept_whole() -> None:
    sentence = [(" A", 10_000, 10_500), (" hoarse", 10_500, 12_000), (" voice", 18_000, 18_400)]
    with_voice = say(music(), 11_000, 11_100, 0.3, -20)
    assert reasons(mark_dropped(heard(sentence, -1.5), with_voice)) == [None, None, None]


def test_punctuation_alone_is_no_word() -> None:
    loud = voice(speech=0.9, level=-20)
    assert reasons(mark_dropped(heard([(" .", 1000, 2000), (" ...", 2000, 3000)]), loud)) == [NO_LETTERS] * 2
    assert reasons(mark_dropped(heard([(" Well", 1000, 2000), (" -", 2000, 3000)]), loud)) == [None, None]
    assert reasons(mark_dropped(heard([(" שלום", 1000, 2000)]), loud)) == [None]


def test_nothing_heard_is_nothing_marked() -> None:
    empty = heard(YOU).model_copy(update={"segments": ()})
    assert mark_dropped(empty, voice()) == empty


def test_a_voice_without_words_is_found() -> None:
    found = say(voice(), 10_000, 14_000, 0.9, -20)
    said = heard([(" Bread", 10_000, 10_400)]).words
    (stretch,) = find_wordless(found, said)
    assert stretch.voice
    assert abs(stretch.start_ms - 11_150) <= 2 * FRAME_MS
    assert abs(stretch.end_ms - 14_000) <= 2 * FRAME_MS
    everywhere = heard([(" Bread", t, t + 400) for t in range(10_000, 14_000, 500)]).words
    assert find_wordless(found, everywhere) == []


def test_dropped_words_account_for_nothing() -> None:
    found = say(voice(), 10_000, 14_000, 0.9, -20)
    everywhere = heard([(" Bread", t, t + 400) for t in range(10_000, 14_000, 500)]).words
    dropped = [word.model_copy(update={"dropped": "a reason"}) for word in everywhere]
    assert len(find_wordless(found, dropped)) == 1


def test_a_word_stretched_over_half_a_minute_accounts_for_its_ends_alone() -> None:
    found = say(voice(), 10_000, 40_000, 0.9, -20)
    stretches = find_wordless(found, heard([(" go.", 10_000, 40_000)]).words)
    assert len(stretches) == 1
    assert stretches[0].end_ms - stretches[0].start_ms > 28_000


def test_loud_sound_without_a_voice_is_found_and_steady_noise_is_not() -> None:
    assert find_wordless(say(voice(), 20_000, 30_000, 0.02, -30), []) == [
        Wordless(20_000 // FRAME_MS * FRAME_MS, -(-30_000 // FRAME_MS) * FRAME_MS, False)
    ]
    assert find_wordless(voice(level=-30), []) == []


def test_short_gaps_do_not_hide_a_voice() -> None:
    found = voice()
    for start in range(10_000, 14_000, 700):
        say(found, start, start + 400, 0.9, -20)
    assert len(find_wordless(found, [])) == 1
