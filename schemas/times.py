"""Times within a recording as people write them, read to integer milliseconds."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import BeforeValidator

from schemas.described import refusal

_EXPECTED = "expected a time such as 1m23s, 00:01:23.4 or 83.4 (seconds)"
_LONGEST_MS = 1_000 * 3_600_000

_UNITS = re.compile(
    r"(?:(?P<h>\d{1,4})\s*h)?\s*(?:(?P<m>\d{1,6})\s*m(?:in)?)?\s*(?:(?P<s>\d{1,7}(?:\.\d{1,9})?)\s*s)?"
)
_CLOCK = re.compile(r"(?:(?P<h>\d{1,4}):(?=\d{1,2}:))?(?P<m>\d{1,6}):(?P<s>\d{2}(?:\.\d{1,9})?)")
_SECONDS = re.compile(r"(?P<s>\d{1,7}(?:\.\d{1,9})?)")


def read_time(value: object) -> int:
    """Milliseconds from a text (or a number of seconds); parts of a millisecond are rounded."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not (text := value.strip().casefold()) or not text.isascii():
        raise refusal(_EXPECTED, value)
    for form in (_SECONDS, _CLOCK, _UNITS):
        matched = form.fullmatch(text)
        if matched:
            parts = {unit: Decimal(figure) for unit, figure in matched.groupdict().items() if figure}
            if form is _CLOCK and (parts["s"] >= 60 or ("h" in parts and parts["m"] >= 60)):
                break
            seconds = (
                parts.get("h", Decimal()) * 3600 + parts.get("m", Decimal()) * 60 + parts.get("s", Decimal())
            )
            milliseconds = int((seconds * 1000).to_integral_value(ROUND_HALF_UP))
            if milliseconds < _LONGEST_MS:
                return milliseconds
            break
    raise refusal(_EXPECTED, value)


def read_shift(value: object) -> int:
    """As `read_time`, but a minus sign may stand before it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and value.strip().startswith("-"):
        return -read_time(value.strip()[1:])
    return read_time(value)


def write_time(milliseconds: int) -> str:
    """As people write it, `1h2m3.5s`; `read_time` and `read_shift` read the same back."""
    seconds, rest = divmod(abs(milliseconds), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{rest:03}".rstrip("0") if rest else ""
    written = f"{seconds}{fraction}s"
    if hours or minutes:
        written = f"{minutes}m{written}"
    if hours:
        written = f"{hours}h{written}"
    return f"-{written}" if milliseconds < 0 else written


Milliseconds = Annotated[int, BeforeValidator(read_time)]
Shift = Annotated[int, BeforeValidator(read_shift)]
