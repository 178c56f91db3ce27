"""When a source was made, as references give it: a point or a span, exact, about or perhaps.

Styles print what is certain of an EDTF date and say what is not; a form that has no parts they could print
(one of a set, a decade, a season) is left to words.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from schemas.dates import parse_date

Point = tuple[int, ...]
"""Year; year and month; year, month and day."""


@dataclass(frozen=True, slots=True)
class Issued:
    """`end` is the last point of a span, None where there is one point alone."""

    begin: Point
    end: Point | None = None
    about: bool = False
    perhaps: bool = False


@lru_cache(maxsize=4096)
def issued(edtf: str | None) -> Issued | None:
    """The parts of an EDTF date; None without a date, and where it has none that a reference could print."""
    parsed = parse_date(edtf) if edtf else None
    if parsed is None:
        return None
    if type(parsed).__name__ in ("Interval", "Level1Interval"):
        begin, end = _point(parsed.lower), _point(parsed.upper)
        if begin is None or end is None:
            return None
        marks = _marks(parsed.lower) + _marks(parsed.upper)
        return _marked(begin, None if begin == end else end, marks)
    point = _point(parsed)
    return None if point is None else _marked(point, None, _marks(parsed))


def _marked(begin: Point, end: Point | None, marks: str) -> Issued:
    return Issued(begin, end, about=bool({"~", "%"} & set(marks)), perhaps=bool({"?", "%"} & set(marks)))


def _marks(parsed: Any) -> str:
    return str(getattr(parsed, "ua", "") or "")


def _point(parsed: Any) -> Point | None:
    name = type(parsed).__name__
    if name == "UncertainOrApproximate":
        return _point(parsed.date)
    if name == "DateAndTime":
        return _point(parsed.date)
    if name != "Date":
        return None
    return tuple(int(part) for part in (parsed.year, parsed.month, parsed.day) if part is not None)
