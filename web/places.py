"""Where an address leads within a testimony: every page, frame and file of one asks in the same words."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from web.moments import Moment, read_moment, read_number


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """What an address asks for; whether there is such a place, `web.views.addresses.locate` says."""

    recording: int | None = None
    """`r`."""
    moment: Moment | None = None
    """`t`, or `start` and `end`."""
    text: str | None = None
    """The language of a translation; None: the original."""
    outgoing: bool = True
    """Whether the time was written in the one form that goes out."""


def read_place(
    r: str | None = None,
    t: str | None = None,
    start: str | None = None,
    end: str | None = None,
    text: str | None = None,
) -> AskedPlace:
    """The place from the parameters of an address. What cannot be used asks for nothing."""
    moment = read_moment(t, start, end)
    outgoing = moment is None or (t, start, end) == (moment.t, None, None)
    return AskedPlace(read_number(r), moment, text, outgoing)


ThePlace = Annotated[AskedPlace, Depends(read_place)]
