"""References in the styles of the humanities, as lines of text with what is set in italics.

Sources: The Chicago Manual of Style, 17th edition (notes and bibliography: 14.219 on interviews that an
archive holds, 14.267 on multimedia online, 14.44 on dates that are missing or approximate); MLA Handbook,
9th edition (chapter 5, with "Interview by" as a supplemental element after the title); Publication Manual of
the APA, 7th edition (chapter 10), and the APA's own page on archival documents. Their words are English in
every language of the interface.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from archive.formats.cited import Cited, listed
from archive.formats.issued import Issued, Point

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MLA_MONTHS = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one style of type."""

    text: str
    italic: bool = False


Line = tuple[Run, ...]

_Write = Callable[[Point], str]
"""Writes a point of time in a style."""


@dataclass(frozen=True, slots=True)
class Styled:
    """A reference in one style; `in_text` is what stands where it is used, where a style has that."""

    style: str
    entry: Line
    in_text: str | None = None


def style_all(source: Cited) -> tuple[Styled, ...]:
    """A source in every style."""
    return (
        Styled("Chicago, note", chicago_note(source)),
        Styled("Chicago, bibliography", chicago_bibliography(source)),
        Styled("MLA", mla(source), mla_in_text(source)),
        Styled("APA", apa(source), apa_in_text(source)),
    )


def plain(line: Line) -> str:
    """A line without its italics."""
    return "".join(run.text for run in line)


def chicago_note(source: Cited) -> Line:
    """One sentence, its parts between commas, as Chicago cites an interview that an archive holds."""
    head = listed(source.told_by) if len(source.told_by) < 4 else f"{source.told_by[0]} et al."
    who = f"{head}, " if head else ""
    # The comma that follows a title stands within its quotation marks.
    what = f"“{_inner(source.title)},” " if source.title else ""
    parts = [
        f"{who}{what}{source.act if who or what else _capital(source.act)}",
        _chicago_date(source),
        source.identifier,
        source.material,
        source.place,
        source.collection,
        source.archive,
    ]
    return (Run(f"{', '.join(part for part in parts if part)}, {source.address}."),)


def chicago_bibliography(source: Cited) -> Line:
    """The same, its parts between full stops: the whole testimony, or the address of the stretch."""
    parts = [
        _all_or_first(source.told_by, 10),
        f"“{_ended(_inner(source.title))}”" if source.title else None,
        _capital(source.act),
        _capital(_chicago_date(source)),
        source.identifier,
        _capital(source.material) if source.material else None,
        f"{source.collection}, {source.archive}",
        source.address,
    ]
    return (Run(_sentences(parts)),)


def mla(source: Cited) -> Line:
    """An entry of a list of works cited; the collection is the container."""
    before = _sentences(
        [
            _mla_names(source.told_by),
            f"“{_ended(_inner(source.title))}”" if source.title else None,
            _capital(source.act),
        ]
    )
    within = [source.identifier, source.place, source.archive, _mla_date(source), source.address]
    after = f", {', '.join(part for part in within if part)}."
    last = f" {_capital(source.material)}." if source.material else ""
    return (Run(f"{before} "), Run(source.collection, italic=True), Run(after + last))


def mla_in_text(source: Cited) -> str:
    """What stands in brackets in the text: who, and from when to when."""
    who = listed(source.told_by) if len(source.told_by) < 3 else f"{source.told_by[0]} et al."
    # A time follows the name at once, as a page would; what begins with a word is set off by a comma.
    comma = "," if source.recording is not None else ""
    return f"({' '.join(part for part in (_first(source, who, comma), source.place) if part)})"


def apa(source: Cited) -> Line:
    """An entry of a reference list."""
    interviewers = f" ({_apa_names(source.interviewers)}, {_role(source.interviewers)})"
    asked = interviewers if source.interviewers and source.title else ""
    described = _capital(source.material or source.act)
    if source.title:
        work: Line = (Run(source.title, italic=True), Run(f"{asked} [{described}]"))
    else:
        work = (
            Run(_capital(source.act), italic=True),
            Run(f" [{_capital(source.material)}]" if source.material else ""),
        )
    date = f"({_apa_date(source)})."
    number = f" ({source.identifier})" if source.identifier else ""
    held = f"{source.collection}{number}, {_ended(source.archive)}"
    told_by = _apa_names(source.told_by)
    tail = Run(f" {held} {source.address}")
    if told_by:
        return _joined([Run(f"{_ended(told_by)} {date} "), *work, Run("."), tail])
    return _joined([*work, Run(f". {date}"), tail])


def apa_in_text(source: Cited) -> str:
    """What stands in brackets in the text: who, which year, and from when to when."""
    who = " & ".join(source.told_by) if len(source.told_by) < 3 else f"{source.told_by[0]} et al."
    rest = ", ".join(part for part in (_apa_year(source), source.place) if part)
    return f"({_first(source, who, ',')} {rest})"


def _role(names: Sequence[str]) -> str:
    return "Interviewer" if len(names) == 1 else "Interviewers"


def _first(source: Cited, who: str, comma: str) -> str:
    """What stands first in brackets. A comma that follows a title stands within its quotation marks."""
    if who or not source.title:
        return f"{who or _capital(source.act)}{comma}"
    return f"“{_inner(source.title)}{comma}”"


def _all_or_first(names: Sequence[str], most: int) -> str | None:
    return (listed(names) if len(names) <= most else f"{', '.join(names[:7])}, et al.") or None


def _mla_names(names: Sequence[str]) -> str | None:
    return (" and ".join(names) if len(names) < 3 else f"{names[0]}, et al.") or None


def _apa_names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, & {names[-1]}" if names else ""


# Dates.


def _chicago_date(source: Cited) -> str:
    return _said(source, _american) or source.date or "n.d."


def _apa_date(source: Cited) -> str:
    return _said(source, _year_first) or source.date or "n.d."


def _apa_year(source: Cited) -> str:
    return _said(source, lambda point: str(point[0])) or source.date or "n.d."


def _mla_date(source: Cited) -> str:
    return _said(source, _day_first, about="circa") or source.date


def _said(source: Cited, write: _Write, about: str = "ca.") -> str:
    when = source.issued
    if when is None:
        return ""
    said = write(when.begin) if when.end is None else _span(when, write)
    said = f"{about} {said}" if when.about else said
    return f"[{said}?]" if when.perhaps else said


def _span(when: Issued, write: _Write) -> str:
    assert when.end is not None  # noqa: S101 - asked for spans alone
    begin, end = write(when.begin), write(when.end)
    if begin == end:
        return begin
    # Between years a bare dash; where a part has spaces of its own, spaces set it apart from the others.
    return f"{begin}–{end}" if len(when.begin) == len(when.end) == 1 else f"{begin} – {end}"


def _american(point: Point) -> str:
    year, *rest = point
    if not rest:
        return str(year)
    month = _MONTHS[rest[0] - 1]
    return f"{month} {rest[1]}, {year}" if len(rest) == 2 else f"{month} {year}"


def _year_first(point: Point) -> str:
    year, *rest = point
    if not rest:
        return str(year)
    return f"{year}, {_MONTHS[rest[0] - 1]}{f' {rest[1]}' if len(rest) == 2 else ''}"


def _day_first(point: Point) -> str:
    year, *rest = point
    if not rest:
        return str(year)
    return f"{f'{rest[1]} ' if len(rest) == 2 else ''}{_MLA_MONTHS[rest[0] - 1]} {year}"


# Signs.


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _inner(title: str | None) -> str:
    """A title within quotation marks: its own become single ones."""
    marks = str.maketrans({"“": "‘", "”": "’", '"': "'"})
    return (title or "").translate(marks)


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…", ".”", "?”", "!”")) else f"{text}."


def _sentences(parts: Iterable[str | None]) -> str:
    return " ".join(_ended(part) for part in parts if part)


def _joined(runs: Iterable[Run]) -> Line:
    return tuple(run for run in runs if run.text)
