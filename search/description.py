"""The described fields in which words are found, beside the transcripts."""

from collections.abc import Iterator

from archive.reading import UNTITLED, Reading

FIELDS = ("title", "summary", "subjects", "places", "people")
"""Named by a hit that holds something asked for there."""

# Nobody says in which language a testimony is described. It is mostly one of those spoken in it, or English,
# the language of this archive's first interface and of most finding aids; a word found too many by a stem
# that is foreign to it does little harm.
_DESCRIBED_IN = ("en",)


def described(reading: Reading) -> Iterator[tuple[str, str]]:
    """Field and text of all that is described, in the order of FIELDS. No phrase runs from one text into the
    next, not within a field either."""
    if reading.title != UNTITLED:
        yield "title", reading.title
    if reading.summary:
        yield "summary", reading.summary
    for field, texts in (
        ("subjects", reading.subjects),
        ("places", reading.places),
        ("people", reading.published_names),
    ):
        for text in texts:
            yield field, text


def description_languages(reading: Reading) -> tuple[str, ...]:
    """The languages by which words of the description are stemmed."""
    return tuple(dict.fromkeys((*reading.languages, *_DESCRIBED_IN)))
