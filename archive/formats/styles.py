"""References in the styles of the humanities, as lines of text with what is set in italics.

Sources: The Chicago Manual of Style, 17th edition, chapter 14 (notes and bibliography; unpublished interviews
that an archive holds); MLA Handbook, 9th edition, chapter 5 (with "Interview by" as a supplemental element
after the title); Publication Manual of the APA, 7th edition, chapter 10, and the APA's own page on archival
documents. Their words are English in every language of the interface.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.formats.cited import Cited, capitalised, listed
from archive.formats.styled_dates import Write, american, day_first, year_first, years


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one style of type."""

    text: str
    italic: bool = False


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Styled:
    """A reference in one style; `in_text` is what stands where it is used, where a style has that."""

    style: str
    entry: Line
    in_text: Line | None = None


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
    what = f"“{_titled(source, ',')}” " if source.title else ""
    parts = [
        f"{who}{what}{source.act if who or what else capitalised(source.act)}",
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
        f"“{_titled(source, '.')}”" if source.title else None,
        capitalised(source.act),
        capitalised(_chicago_date(source)),
        source.identifier,
        capitalised(source.material) if source.material else None,
        f"{source.collection}, {source.archive}",
        source.address,
    ]
    return (Run(_sentences(parts)),)


def mla(source: Cited) -> Line:
    """An entry of a list of works cited; the collection is the container."""
    before = _sentences(
        [
            _mla_names(source.told_by),
            f"“{_titled(source, '.')}”" if source.title else None,
            capitalised(source.act),
        ]
    )
    within = [source.identifier, source.place, source.archive, _mla_date(source), source.address]
    after = f", {', '.join(part for part in within if part)}."
    last = f" {capitalised(source.material)}." if source.material else ""
    return (Run(f"{before} "), Run(source.collection, italic=True), Run(after + last))


def mla_in_text(source: Cited) -> Line:
    """What stands in brackets in the text: who, and from when to when."""
    who = listed(source.told_by) if len(source.told_by) < 3 else f"{source.told_by[0]} et al."
    # A time follows the name at once, as a page would; what begins with a word is set off by a comma.
    comma = "," if source.recording is not None else ""
    first = f"“{_titled(source, comma)}”" if source.title and not who else None
    parts = [first or f"{who or capitalised(source.act)}{comma}", source.place]
    return (Run(f"({' '.join(part for part in parts if part)})"),)


def apa(source: Cited) -> Line:
    """An entry of a reference list."""
    interviewers = f" ({_apa_names(source.interviewers)}, {_role(source.interviewers)})"
    asked = interviewers if source.interviewers and source.title else ""
    described = capitalised(source.material or source.act)
    if source.title:
        work: Line = (Run(source.title, italic=True), Run(f"{asked} [{described}]"))
    else:
        work = (
            Run(capitalised(source.act), italic=True),
            Run(f" [{capitalised(source.material)}]" if source.material else ""),
        )
    date = f"({_apa_date(source)})."
    number = f" ({source.identifier})" if source.identifier else ""
    held = f"{source.collection}{number}, {_ended(source.archive)}"
    told_by = _apa_names(source.told_by)
    tail = Run(f" {held} {source.address}")
    if told_by:
        return _joined([Run(f"{_ended(told_by)} {date} "), *work, Run("."), tail])
    return _joined([*work, Run(f". {date}"), tail])


def apa_in_text(source: Cited) -> Line:
    """What stands in brackets in the text: who, which year, and from when to when."""
    who = " & ".join(source.told_by) if len(source.told_by) < 3 else f"{source.told_by[0]} et al."
    rest = ", ".join(part for part in (_apa_year(source), source.place) if part)
    if source.title and not who:  # set as in the list
        return (Run("("), Run(source.title, italic=True), Run(f", {rest})"))
    return (Run(f"({who or capitalised(source.act)}, {rest})"),)


def _role(names: Sequence[str]) -> str:
    return "Interviewer" if len(names) == 1 else "Interviewers"


def _all_or_first(names: Sequence[str], most: int) -> str | None:
    return (listed(names) if len(names) <= most else f"{', '.join(names[:7])}, et al.") or None


def _mla_names(names: Sequence[str]) -> str | None:
    return (" and ".join(names) if len(names) < 3 else f"{names[0]}, et al.") or None


def _apa_names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, & {names[-1]}" if names else ""


# Dates.


def _chicago_date(source: Cited) -> str:
    return _said(source, american) or source.date or "n.d."


def _apa_date(source: Cited) -> str:
    return _said(source, year_first) or source.date or "n.d."


def _apa_year(source: Cited) -> str:
    return _said(source, years) or source.date or "n.d."


def _mla_date(source: Cited) -> str:
    return _said(source, day_first, about="circa") or source.date


def _said(source: Cited, write: Write, about: str = "ca.") -> str:
    when = source.issued
    if when is None:
        return ""
    said = write(when.begin, when.end)
    said = f"{about} {said}" if when.about else said
    return f"[{said}?]" if when.perhaps else said


# Signs.


_QUOTED = (
    (re.compile("„([^„“”]*)([“”])"), lambda found: f"‚{found[1]}{'‘' if found[2] == '“' else '’'}"),
    (re.compile("“([^“”]*)”"), lambda found: f"‘{found[1]}’"),
    (re.compile('"([^"]*)"'), lambda found: f"‘{found[1]}’"),
)
"""Pairs of quotation marks, German, Polish and English, and what they become within others."""


def _titled(source: Cited, mark: str) -> str:
    """A title within quotation marks: its own become single ones. The mark that follows stands within all of
    them, as Americans set it; a full stop is left out after another end of a sentence."""
    text = (source.title or "").rstrip(" ,;:")
    for pair, single in _QUOTED:
        text = pair.sub(single, text)
    inner = text.rstrip("’‘")
    ended = mark == "." and inner.endswith((".", "!", "?", "…"))
    return text if ended else f"{inner}{mark}{text[len(inner) :]}"


def _ended(text: str) -> str:
    return text if text.rstrip("”’‘").endswith((".", "!", "?", "…")) else f"{text}."


def _sentences(parts: Iterable[str | None]) -> str:
    return " ".join(_ended(part) for part in parts if part)


def _joined(runs: Iterable[Run]) -> Line:
    return tuple(run for run in runs if run.text)
