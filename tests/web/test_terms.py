from tests.web.sites import english, make_passage, make_stream
from web.terms import field_name, further_name, kind_name, origin_of, role_name, title_of


def test_a_missing_title_is_the_interfaces_to_name() -> None:
    assert title_of("Untitled testimony", english()) == "Untitled testimony"
    assert title_of("Rain", english()) == "Rain"


def test_words_that_are_not_ours_are_shown_as_described() -> None:
    assert kind_name("court testimony", english()) == "Court testimony"
    assert kind_name("letter", english()) == "Letter"
    assert role_name("interviewer", english()) == "Interviewer"
    assert role_name("baker", english()) == "Baker"
    assert further_name("identifier", english()) == "Other numbers"
    assert further_name("shelf_mark", english()) == "Shelf mark"
    assert field_name("people", english()) == "people"


def test_a_machines_text_says_so_with_its_model_and_confidence() -> None:
    passage = make_passage("It rained.", machine=True, probability=0.899)
    stream = make_stream(passage, status="machine", author=None, engine="Whisper base (faster-whisper 1.2.1)")
    assert origin_of(stream, english()) == (
        "This transcript was made by a machine, Whisper base (faster-whisper 1.2.1), and has not been "
        "checked. Listen before you quote. Its own mean confidence is 89 %."
    )


def test_a_text_of_both_says_that_passages_are_marked() -> None:
    stream = make_stream(
        make_passage("It rained.", machine=True), make_passage("Sun.", id="p2"), engine="Whisper"
    )
    said = origin_of(stream, english())
    assert said is not None
    assert said.startswith("Part of this transcript was made by a machine, Whisper, and has not been checked")


def test_a_checked_text_says_who_checked_it() -> None:
    stream = make_stream(
        make_passage("Rain.", machine=True), status="reviewed", author="A. B.", engine="Whisper"
    )
    assert (
        origin_of(stream, english()) == "This transcript was made by a machine, Whisper, and checked by A. B."
    )


def test_a_persons_text_names_them() -> None:
    def said(**changes: str | None) -> str | None:
        return origin_of(make_stream(make_passage("Rain."), **changes), english())

    assert said(status="reviewed") == "Transcript by An archivist."
    assert said(status="reviewed", kind="translation") == "Translated by An archivist."
    assert said(status="reviewed", author=None) is None
    assert said(status="reviewed", author="A..B.") == "Transcript by A..B."


def test_a_persons_text_that_nobody_has_reviewed_says_so() -> None:
    said = origin_of(make_stream(make_passage("Rain."), author="A. B."), english())
    assert said == "Transcript by A. B. This text has not been reviewed yet."
    unknown = origin_of(make_stream(make_passage("Rain."), author=None), english())
    assert unknown == "This text has not been reviewed yet."
