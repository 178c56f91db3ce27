from dataclasses import replace

import pytest

from archive.formats.provenance import chosen, confidence, mixed, notice, short_notice
from archive.reading import Passage
from tests.archive.formats.samples import passage, stream


def with_probability(each: Passage, probability: float | None) -> Passage:
    return replace(each, words=tuple(replace(word, probability=probability) for word in each.words))


HAND = with_probability(passage("By hand."), 0.1)  # an odd one: a person's words have none
MACHINE = with_probability(passage("By machine, well.", machine=True), 0.799)


def test_confidence_is_that_of_the_machines_words() -> None:
    assert confidence([HAND, MACHINE]) == pytest.approx(0.799)
    assert confidence([HAND]) is None
    assert confidence([with_probability(MACHINE, None)]) is None
    assert confidence([]) is None


def test_confidence_is_never_rounded_up() -> None:
    shown = stream(MACHINE, status="machine")
    assert "mean confidence 79 %" in str(notice(shown, shown.passages, str))


def test_a_person_needs_no_notice() -> None:
    shown = stream(HAND)
    assert notice(shown, shown.passages, str) is None
    assert short_notice(shown, shown.passages, str) is None
    assert not mixed(shown.passages)
    assert not mixed([])


@pytest.mark.parametrize(
    ("status", "checked", "short"),
    [
        ("machine", "No person has checked it", "[Made by a machine, not checked]"),
        ("in review", "A person is reviewing it", "[Made by a machine, not checked]"),
        ("reviewed", "A person has reviewed it.", "[Made by a machine, reviewed]"),
    ],
)
def test_what_was_checked_is_said(status: str, checked: str, short: str) -> None:
    shown = stream(MACHINE, status=status)
    assert checked in str(notice(shown, shown.passages, str))
    assert short_notice(shown, shown.passages, str) == short


def test_a_machine_without_a_name_is_one_all_the_same() -> None:
    shown = stream(with_probability(MACHINE, None), status="machine", engine=None)
    assert str(notice(shown, shown.passages, str)).startswith("This transcript was made by a machine. ")


def test_passages_of_a_recording() -> None:
    shown = stream(HAND, replace(MACHINE, recording=2), replace(HAND, recording=None))
    assert [each.recording for each in chosen(shown, None)] == [1, 2, None]
    assert [each.recording for each in chosen(shown, 2)] == [2]
