"""Stretches that would close nothing: minutes written for seconds are acknowledged, and what was meant stays
open."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from archive.errors import WrongInput
from archive.models import Testimony
from schemas.times import write_time


class Placed(Protocol):
    """What may be about a stretch: (recording number, start ms, end ms or None), of cited time."""

    @property
    def stretch(self) -> tuple[int, int, int | None] | None:
        """The stretch, None where it is about more."""


def beyond_end(testimony: Testimony, statements: Sequence[Placed]) -> Iterator[str]:
    """A sentence for each stretch that begins where its recording has ended, whichever transfer is played.
    Of a recording that has not come yet, nothing is known."""
    ends = {
        recording.number: max(file.cited[1] for file in recording.files)
        for recording in testimony.recordings
        if recording.files
    }
    for statement in statements:
        if statement.stretch is None:
            continue
        number, start_ms, _ = statement.stretch
        if start_ms >= ends.get(number, start_ms + 1):
            yield (
                f"expected a stretch that begins before {write_time(ends[number])}, where recording {number} "
                f"ends; found {write_time(start_ms)}"
            )


def refuse_beyond_end(testimony: Testimony, statements: Sequence[Placed]) -> None:
    """Raise WrongInput where a stretch begins after its recording has ended."""
    for sentence in beyond_end(testimony, statements):
        raise WrongInput(sentence)
