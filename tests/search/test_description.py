"""The described fields that are searched."""

from archive.reading import UNTITLED
from search.description import described
from tests.search.readings import make_reading


def test_nobody_finds_a_testimony_by_the_words_for_having_no_title() -> None:
    assert list(described(make_reading("a", "It rained.", title=UNTITLED))) == []
    assert list(described(make_reading("a", "It rained.", title="Rain"))) == [("title", "Rain")]
