"""Raw recognition, as it is kept for ever: the same bytes again and again, and nothing impossible in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.recognition import Engine, RecognisedSegment, RecognisedWord, WindowRecognition

times = st.tuples(st.integers(0, 10**8), st.integers(0, 10**6))
probabilities = st.floats(0, 1)
figures = st.none() | st.floats(-100, 100)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
words = st.builds(
    lambda text, time, probability, dropped: RecognisedWord(
        text=text, start_ms=time[0], end_ms=sum(time), probability=probability, dropped=dropped
    ),
    texts,
    times,
    probabilities,
    st.none() | texts,
)
segments = st.builds(
    lambda time, said, one, two, language, also: RecognisedSegment(
        start_ms=time[0],
        end_ms=sum(time),
        words=tuple(said),
        average_log_probability=one,
        compression_ratio=two,
        language=language,
        also_heard=tuple(also),
    ),
    times,
    st.lists(words, max_size=4),
    figures,
    figures,
    st.none() | st.sampled_from(["de", "yi", "pt-BR"]),
    st.lists(st.sampled_from(["fr", "pl"]), max_size=2),
)


@pytest.mark.slow
@settings(max_examples=60)
@given(st.lists(segments, max_size=3), st.none() | probabilities)
def test_written_and_read_it_is_the_same_to_the_byte(
    heard: list[RecognisedSegment], probability: float | None
) -> None:
    recognition = WindowRecognition(
        number=1,
        start_ms=0,
        end_ms=1,
        language="de-AT",
        language_probability=probability,
        engine=Engine(name="e", version="1", model="m", parameters={"b": [0.2, None, True], "a": "x"}),
        segments=tuple(heard),
    )
    stored = recognition.to_bytes()
    again = WindowRecognition.from_bytes(stored)
    assert again == recognition
    assert again.to_bytes() == stored


def test_what_was_stored_once_can_be_read() -> None:
    stored = (
        b'{"start_ms":0,"end_ms":5000,"number":1,"language":"en","language_probability":0.94,'
        b'"engine":{"name":"faster-whisper","version":"1.2.1","model":"base","parameters":{"beam_size":5}},'
        b'"segments":[{"start_ms":0,"end_ms":900,"words":['
        b'{"start_ms":0,"end_ms":400,"text":" Bread","probability":0.9,"dropped":null},'
        b'{"start_ms":400,"end_ms":900,"text":" rises.","probability":0.8,"dropped":"no voice"}],'
        b'"average_log_probability":-0.25,"no_speech_probability":0.01,"temperature":0.0,'
        b'"compression_ratio":1.1}]}'
    )
    recognition = WindowRecognition.from_bytes(stored)
    assert [word.dropped for word in recognition.words] == [None, "no voice"]
    assert recognition.segments[0].text == " Bread rises."
    assert recognition.to_bytes() == stored


@pytest.mark.parametrize(
    ("field", "value"),
    [("end_ms", 99), ("start_ms", -1), ("probability", 1.5), ("probability", float("nan")), ("more", 1)],
)
def test_the_impossible_is_refused(field: str, value: float) -> None:
    possible = {"text": " Bread", "start_ms": 100, "end_ms": 200, "probability": 0.5}
    RecognisedWord.model_validate(possible)
    with pytest.raises(ValidationError):
        RecognisedWord.model_validate(possible | {field: value})
