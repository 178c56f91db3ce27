"""Dates as EDTF (levels 0 to 2, as the edtf library reads them) and the years that they cover."""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator

from schemas.described import refusal

MOST_YEARS = 20
FIRST_YEAR, LAST_YEAR = 1800, 2199
"""Beyond these a year is a slip of the pen: 0194, 19944."""

_EXPECTED = (
    "expected an EDTF date such as 1996, 1996-05, 1996-05-04, 1944~ (about), 1944? (perhaps), 194X "
    "or 1944/1946 (from, to)"
)
_YEARS = f"expected years between {FIRST_YEAR} and {LAST_YEAR}"
_MARK = "[?~%]?"
_YEAR = f"{_MARK}(?:[0-9]{{4}}|[0-9]{{2}}[0-9X]X){_MARK}"
_TWO = f"{_MARK}(?:[0-9]{{2}}|XX){_MARK}"
_TIME = r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})?"
_POINT = rf"{_YEAR}(?:-{_TWO}(?:-{_TWO}(?:{_TIME})?)?)?"
_LISTED = rf"(?:\.\.{_POINT}|{_POINT}(?:\.\.(?:{_POINT})?)?)"
# What may be given to the library at all: on a month half unknown (1944-1X) and on some slips (../194) it
# fails inside, printing to stdout, and on long lists it takes its time.
_FORM = re.compile(
    rf"{_POINT}|(?:{_POINT}|\.\.)?/(?:{_POINT}|\.\.)?"
    rf"|[\[{{]\s*{_LISTED}(?:\s*,\s*{_LISTED}){{0,19}}\s*[\]}}]"
)


def read_edtf(value: object) -> str:
    """`value` as an EDTF text, checked. Years lie between 1800 and 2199."""
    if not isinstance(value, str):
        raise refusal(_EXPECTED, value)
    text = value.strip()
    parsed = parse_date(text)
    if parsed is None:
        raise refusal(_EXPECTED, value)
    for day in re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.sub("[?~%]", "", text)):
        # The grammar of the library knows no leap years: it lets 1943-02-29 through.
        try:
            date.fromisoformat(day)
        except ValueError:
            raise refusal("expected a day that the calendar has", day) from None
    spans = list(_spans(parsed))
    if not spans:
        raise refusal("expected a date with at least one end known", value)
    if any(last < first for first, last in spans) or _is_backwards(parsed):
        raise refusal("expected a date that begins before it ends", value)
    if min(spans)[0] < FIRST_YEAR or max(last for _, last in spans) > LAST_YEAR:
        raise refusal(_YEARS, value)
    return text


def years_covered(edtf: str | None) -> tuple[int, ...]:
    """The years in which a date counts: each year of a span, each that a list names, at most the first 20.

    An end that is open or unknown adds no year. A date so vague that it may be any of more than 20 years
    (19XX) counts in none, since any choice among them would be invented.
    """
    parsed = parse_date(edtf) if edtf else None
    if parsed is None:
        return ()
    years = sorted({year for first, last in _spans(parsed) for year in range(first, last + 1)})
    if edtf and "X" in edtf.replace("-XX", "") and len(years) > MOST_YEARS:
        return ()
    return tuple(years[:MOST_YEARS])


def read_day(value: object) -> date:
    """A whole day, as access needs: a rule that opens or closes bears no "about" and no bare year.

    Its year lies between 1800 and 2199, too: 1031 for 2031 would open what should be closed.
    """
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.strip()):
        raise refusal("expected a day such as 2031-01-27", value)
    try:
        day = date.fromisoformat(value.strip())
    except ValueError:
        raise refusal("expected a day that the calendar has", value) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise refusal(_YEARS, value)
    return day


@lru_cache(maxsize=4096)  # 4 ms a date, most of the time that a sidecar takes; the same dates come again
def parse_date(text: str) -> Any | None:
    """What the edtf library reads, or None where it cannot. To be looked at only: others get the same one."""
    if not _FORM.fullmatch(text):
        return None
    # It builds its grammar when it is imported; a command that reads no dates should not wait for that.
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

    try:
        parsed = parse_edtf(text)
        parsed.lower_strict()
        parsed.upper_strict()
    except (EDTFParseException, AttributeError, TypeError, ValueError):
        # The last three are slips inside the library, which an archivist's typing must not bring out.
        return None
    return parsed


def _spans(parsed: Any) -> Iterator[tuple[int, int]]:
    """First and last year of each part, earliest first. Open and unknown ends are left out."""
    from edtf.parser.parser_classes import Interval, MultipleDates, OneOfASet, UnspecifiedIntervalSection

    if isinstance(parsed, OneOfASet | MultipleDates):
        yield from sorted(span for part in parsed.objects for span in _spans(part))
        return
    ends = [parsed, parsed]
    if isinstance(parsed, Interval):
        ends = [
            end for end in (parsed.lower, parsed.upper) if not isinstance(end, UnspecifiedIntervalSection)
        ]
    if ends:
        yield ends[0].lower_strict().tm_year, ends[-1].upper_strict().tm_year


def _is_backwards(parsed: Any) -> bool:
    """Whether an interval within one year ends before it begins."""
    lower, upper = parsed.lower_strict(), parsed.upper_strict()
    return not isinstance(lower, float) and not isinstance(upper, float) and upper[:3] < lower[:3]


Edtf = Annotated[str, BeforeValidator(read_edtf)]
Day = Annotated[date, BeforeValidator(read_day)]
