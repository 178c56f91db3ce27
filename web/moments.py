"""The times of an address: a moment or a stretch of a recording; and times as pages show them.

Many forms mean the same, and one goes out (`urls.moment`): `t` as in W3C Media Fragments 1.0, section 4.2.1
(`57.2,83`, `,83`, `npt:57.2,83`, `1:23`, `0:01:23`), `1m23s` as people know it from video sites, and `start`
with `end`.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from web import urls

_LONGEST_MS = 9_999_999_999
"""Seven digits of seconds: more than a hundred days."""

_TIME = re.compile(
    r"(?:(?:(?P<clock_hours>\d{1,4}):)?(?P<clock_minutes>\d{1,4}):)?(?P<clock_seconds>\d{1,7}(?:\.\d{0,9})?)"
    r"|(?=.)(?:(?P<hours>\d{1,4})h)?(?:(?P<minutes>\d{1,5})m)?(?:(?P<seconds>\d{1,7}(?:\.\d{0,9})?)s)?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """Where in a recording, in ms; with an end it is a stretch, end exclusive."""

    start_ms: int
    end_ms: int | None = None

    @property
    def t(self) -> str:
        """The one form that goes out."""
        return urls.moment(self.start_ms, self.end_ms)

    def holds(self, start_ms: int | None, end_ms: int | None) -> bool:
        """Whether what lasts from start to end belongs to the stretch: its midpoint decides."""
        if self.end_ms is None or start_ms is None or end_ms is None:
            return False
        return self.start_ms <= (start_ms + end_ms) / 2 < self.end_ms


def read_moment(t: str | None, start: str | None = None, end: str | None = None) -> Moment | None:
    """What `t` says or, where that is nothing, `start` and `end`; a stretch without a start begins with the
    recording. None where nothing can be used (a page then opens at its beginning: a link that somebody
    mistyped still leads to the testimony)."""
    given, comma, until = (t or "").strip().removeprefix("npt:").partition(",")
    if (found := _moment(given, until)) and (not comma or until.strip()):
        return found
    return _moment(start or "", end or "")


def _moment(start: str, end: str) -> Moment | None:
    """Of two texts, either of which may be empty; None where one of them is no time, or both say nothing."""
    times = [_read_time(text) if text.strip() else None for text in (start, end)]
    if any(text.strip() and time is None for text, time in zip((start, end), times, strict=True)):
        return None
    begins, ends = times
    if begins is None:
        return Moment(0, ends) if ends else None
    return Moment(begins, ends if ends is not None and ends > begins else None)


def _read_time(text: str) -> int | None:
    """A time in ms."""
    matched = _TIME.fullmatch(text.strip())
    if matched is None:
        return None
    part = {name: Decimal(value or 0) for name, value in matched.groupdict().items()}
    if matched["clock_minutes"] and part["clock_seconds"] >= 60:
        return None
    if matched["clock_hours"] and part["clock_minutes"] >= 60:
        return None
    hours, minutes, seconds = (part[f"clock_{name}"] + part[name] for name in ("hours", "minutes", "seconds"))
    time = int((hours * 3600 + minutes * 60 + seconds) * 1000)
    return time if time <= _LONGEST_MS else None


def read_number(text: str | None) -> int | None:
    """The `r` of an address; None where it is no number of a recording."""
    return int(text) if text and re.fullmatch(r"0*[1-9][0-9]{0,5}", text) else None


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
