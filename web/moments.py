"""The `t` of an address: a moment or a stretch of a recording, in seconds; and times as pages show them."""

import re
from dataclasses import dataclass
from decimal import Decimal

_FORM = re.compile(r"\s*(\d{1,7}(?:\.\d{1,9})?)\s*(?:,\s*(\d{1,7}(?:\.\d{1,9})?)\s*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Moment:
    """Where in a recording, in ms; with an end it is a stretch, end exclusive."""

    start_ms: int
    end_ms: int | None = None

    def holds(self, start_ms: int | None, end_ms: int | None) -> bool:
        """Whether what lasts from start to end belongs to the stretch: its midpoint decides."""
        if self.end_ms is None or start_ms is None or end_ms is None:
            return False
        return self.start_ms <= (start_ms + end_ms) / 2 < self.end_ms


def read_moment(text: str | None) -> Moment | None:
    """`57.2` or `57.2,83`; None where it says nothing that can be used (a page then opens at its beginning:
    a link that somebody mistyped still leads to the testimony)."""
    matched = _FORM.fullmatch(text) if text else None
    if matched is None:
        return None
    start, end = (None if part is None else int(Decimal(part) * 1000) for part in matched.groups())
    assert start is not None  # noqa: S101 - the form has it
    return Moment(start, end if end is not None and end > start else None)


def read_number(text: str | None) -> int | None:
    """The `r` of an address; None where it is no number."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,6}", text) else None


def clock_time(milliseconds: int, *, hours: bool = False) -> str:
    """`00:57`, `01:14:20`; `hours` writes them even where there are none, so that a column lines up."""
    minutes, second = divmod(milliseconds // 1000, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}" if hour or hours else f"{minute:02d}:{second:02d}"


def clock_end(milliseconds: int) -> str:
    """As `clock_time`, for where a stretch ends: rounded up."""
    return clock_time(-(-milliseconds // 1000) * 1000)


def iso_duration(milliseconds: int) -> str:
    """For the `datetime` of a `<time>`: `PT57.2S`."""
    whole, rest = divmod(milliseconds, 1000)
    return f"PT{whole}.{rest:03d}S" if rest else f"PT{whole}S"
