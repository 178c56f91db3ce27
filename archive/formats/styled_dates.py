"""Points and spans of time as styles write them: the parts that both ends of a span share are said once."""

from collections.abc import Callable, Sequence

from archive.formats.issued import Point

Write = Callable[[Point, Point | None], str]
"""Writes a point, or a span from one to another."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MLA_MONTHS = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")


def american(begin: Point, end: Point | None = None) -> str:
    """`May 16, 1996`, `May 16–18, 1996`, `May 30–June 1, 1996`, `December 30, 1996–January 2, 1997`."""
    if end is None:
        days, year = _month_and_day(begin, _MONTHS), str(begin[0])
    elif _shared(begin, end) and len(begin) > 1:
        days, year = _days(begin, end, _MONTHS), str(begin[0])
    else:
        return f"{american(begin)}–{american(end)}"
    return f"{days}{', ' if len(begin) == 3 else ' '}{year}" if days else year


def year_first(begin: Point, end: Point | None = None) -> str:
    """`1996, May 16`, `1996, May 16–18`, `1996, May 30–June 1`, `1996, December 30–1997, January 2`."""
    if end is None:
        days = _month_and_day(begin, _MONTHS)
    elif _shared(begin, end) and len(begin) > 1:
        days = _days(begin, end, _MONTHS)
    else:
        return f"{year_first(begin)}–{year_first(end)}"
    return f"{begin[0]}, {days}" if days else str(begin[0])


def day_first(begin: Point, end: Point | None = None) -> str:
    """`16 May 1996`, `16–18 May 1996`, `30 May–1 June 1996`, `30 Dec. 1996–2 Jan. 1997`."""
    if end is None:
        year, *rest = begin
        month = f"{_MLA_MONTHS[rest[0] - 1]} " if rest else ""
        return f"{f'{rest[1]} ' if len(rest) == 2 else ''}{month}{year}"
    shared = _shared(begin, end)
    if shared == 2:
        return f"{begin[2]}–{day_first(end)}"
    first = day_first(begin)
    return f"{first.removesuffix(f' {begin[0]}') if shared and len(begin) > 1 else first}–{day_first(end)}"


def years(begin: Point, end: Point | None = None) -> str:
    """`1996`, `1996–1997`."""
    return str(begin[0]) if end is None or end[0] == begin[0] else f"{begin[0]}–{end[0]}"


def _shared(begin: Point, end: Point) -> int:
    """How many parts of a span's ends are the same: they are said once."""
    if len(begin) != len(end):
        return 0
    return next((place for place, (one, other) in enumerate(zip(begin, end, strict=True)) if one != other), 0)


def _month_and_day(point: Point, months: Sequence[str]) -> str:
    _, *rest = point
    if not rest:
        return ""
    return f"{months[rest[0] - 1]}{f' {rest[1]}' if len(rest) == 2 else ''}"


def _days(begin: Point, end: Point, months: Sequence[str]) -> str:
    """From one to another day or month of the same year."""
    if _shared(begin, end) == 2:
        return f"{_month_and_day(begin, months)}–{end[2]}"
    return f"{_month_and_day(begin, months)}–{_month_and_day(end, months)}"
