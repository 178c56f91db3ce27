"""Rules between the fields of a description: numbers of recordings, access beside embargo."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from schemas.access import LEVELS
from schemas.described import Location, Problem, found

if TYPE_CHECKING:
    from schemas.metadata import TestimonyMetadata


def disagreements(metadata: "TestimonyMetadata") -> Iterator[Problem]:
    """Where fields that can be read each by itself do not agree."""
    yield from _recording_problems(metadata)
    yield from _text_problems(metadata)
    yield from _access_problems(metadata)


def _recording_problems(metadata: "TestimonyMetadata") -> Iterator[Problem]:
    recordings, numbers = metadata.recordings, metadata.numbers
    first = [None if entry.transfer else number for entry, number in zip(recordings, numbers, strict=False)]
    yield from _repeated("recordings", "number", first, "; a better transfer of it says transfer: yes")
    yield from _repeated("recordings", "file", [entry.file for entry in recordings])
    for place, entry in enumerate(recordings):
        if entry.transfer and entry.number is None:
            sentence = "expected the number of the recording that this is a transfer of"
            yield Problem(("recordings", place, "number"), sentence)
    if metadata.checksum and recordings:
        yield Problem(("checksum",), "expected it beside each file in recordings, where there are recordings")
    numbers = tuple(dict.fromkeys(numbers))
    told = _told(numbers)
    for place, chapter in enumerate(metadata.chapters):
        given = "recording" in chapter.model_fields_set
        yield from _number_problems(
            ("chapters", place, "recording"), chapter.recording if given else None, numbers, told, needed=True
        )
    for place, statement in enumerate(metadata.access):
        yield from _number_problems(
            ("access", place, "recording"), statement.recording, numbers, told, needed=not statement.whole
        )


def _repeated(part: str, name: str, values: Sequence[int | str | None], hint: str = "") -> Iterator[Problem]:
    seen: Counter[int | str] = Counter()
    for place, value in enumerate(values):
        if value is None:
            continue
        seen[value] += 1
        if seen[value] == 2:
            yield Problem((part, place, name), f"expected each {name} once, found {found(value)} again{hint}")


def _text_problems(metadata: "TestimonyMetadata") -> Iterator[Problem]:
    yield from _repeated("texts", "file", [text.file for text in metadata.texts])
    numbers = tuple(dict.fromkeys(metadata.numbers))
    for place, text in enumerate(metadata.texts):
        if text.translation and text.language is None:
            yield Problem(("texts", place, "language"), "expected the language that it is translated into")
        before: int | None = None
        for row, part in enumerate(text.recordings):
            where: Location = ("texts", place, "recordings", row)
            yield from _number_problems((*where, "number"), part.number, numbers, _told(numbers), needed=True)
            begins = part.from_ms
            if begins is not None and before is not None and begins <= before:
                yield Problem((*where, "from"), "expected a time after that of the recording before it")
            before = begins if begins is not None else before or 0
        for row, number in enumerate(part.number for part in text.recordings):
            if number in [part.number for part in text.recordings[:row]]:
                sentence = f"expected each recording once, found {number} again"
                yield Problem(("texts", place, "recordings", row, "number"), sentence)


def _told(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def _number_problems(
    location: Location, number: int | None, numbers: tuple[int, ...], told: str, *, needed: bool
) -> Iterator[Problem]:
    if number is None:
        if needed and len(numbers) > 1:
            yield Problem(location, f"expected the number of a recording: {told}")
    elif number not in numbers:
        yield Problem(location, f"expected the number of a recording: {told}; found {number}")


def _access_problems(metadata: "TestimonyMetadata") -> Iterator[Problem]:
    whole = [statement for statement in metadata.access if statement.whole]
    public_alone = (
        len(whole) == 1 and whole[0].level == "public" and not (whole[0].from_date or whole[0].until_date)
    )
    if metadata.embargo and whole and not public_alone:
        yield Problem(
            ("embargo",),
            "expected no level for the whole testimony beside it, since embargo means public from that day; "
            "say both in access, each with from or until",
        )
    # The strictest statement in force wins, so a stretch cannot be more open than the whole.
    always = [LEVELS.index(s.level) for s in whole if not (s.from_date or s.until_date)]
    for place, statement in enumerate(metadata.access):
        if not statement.whole and always and LEVELS.index(statement.level) < max(always):
            yield Problem(
                ("access", place, "level"),
                f"expected a level no more open than that of the whole testimony, {LEVELS[max(always)]}; "
                f"found '{statement.level}'",
            )
