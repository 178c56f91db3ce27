"""EDTF dates in words that people use: what is about, perhaps or open stays so, nothing is made exact."""

import re
from datetime import date
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_skeleton
from babel.lists import format_list

from web.wording import Wording

_SEASONS = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}
_POINT = re.compile(r"(-?\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def describe_date(edtf: str | None, wording: Wording) -> str:
    """`1996`, `May 1996`, `4 May 1996`, `about 1944`, `between 1941 and 1943`; a form without words of its
    own is given as it was written."""
    if not edtf:
        return ""
    try:
        return _describe(_parse(edtf), wording) or edtf
    except (AttributeError, TypeError, ValueError):
        # Slips inside the library: a date that it cannot take apart is still shown, as it was written.
        return edtf


@lru_cache(maxsize=4096)  # 4 ms a date, more than all the rest of a testimony in a page of results
def _parse(edtf: str) -> Any | None:
    """None where the library cannot take it apart."""
    # It builds its grammar when it is imported, a third of a second that only dates should cost.
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

    try:
        return parse_edtf(edtf)
    except EDTFParseException:
        return None


def _describe(parsed: Any, wording: Wording) -> str | None:
    _ = wording.gettext
    match type(parsed).__name__:
        case "Date":
            return _point(str(parsed), wording)
        case "DateAndTime":
            return _point(str(parsed.date), wording)
        case "UncertainOrApproximate":
            return _doubtful(_describe(parsed.date, wording), str(parsed.ua or ""), wording)
        case "PartialUncertainOrApproximate":
            # 1944~-05: which part is in doubt is more than a line of description can carry.
            return _doubtful(_point(re.sub("[?~%()]", "", str(parsed)), wording), str(parsed), wording)
        case "Unspecified":
            return _unspecified(str(parsed), wording)
        case "Season":
            return _season(parsed, wording)
        case "Interval" | "Level1Interval" | "Level2Interval":
            return _interval(parsed, wording)
        case "OneOfASet":
            return _listed(parsed.objects, wording, style="or", span=_("between %(first)s and %(last)s"))
        case "MultipleDates":
            return _listed(parsed.objects, wording, style="standard", span=_("%(first)s to %(last)s"))
    return None


def _point(text: str, wording: Wording) -> str | None:
    matched = _POINT.fullmatch(text)
    if matched is None:
        return None
    year, month, day = matched.groups()
    if month is None:
        return year
    if day is None:
        return str(format_skeleton("yMMMM", date(int(year), int(month), 1), locale=wording.locale))
    return str(format_date(date(int(year), int(month), int(day)), "long", locale=wording.locale))


def _doubtful(words: str | None, marks: str, wording: Wording) -> str | None:
    _ = wording.gettext
    if words is None:
        return None
    perhaps, about = "?" in marks or "%" in marks, "~" in marks or "%" in marks
    if perhaps and about:
        return _("perhaps about %(date)s") % {"date": words}
    if perhaps:
        return _("perhaps %(date)s") % {"date": words}
    return _("about %(date)s") % {"date": words} if about else words


def _unspecified(text: str, wording: Wording) -> str | None:
    """A month or day that nobody knows is left out; a decade or century is given by its ends."""
    _ = wording.gettext
    known = text
    while known.endswith("-XX"):
        known = known.removesuffix("-XX")
    if "X" not in known:
        return _point(known, wording)
    if re.fullmatch(r"\d{2,3}X{1,2}", known):
        ends = {"first": known.replace("X", "0"), "last": known.replace("X", "9")}
        return _("between %(first)s and %(last)s") % ends
    return None


def _season(parsed: Any, wording: Wording) -> str | None:
    _ = wording.gettext
    sentences = {
        "spring": _("spring %(year)s"),
        "summer": _("summer %(year)s"),
        "autumn": _("autumn %(year)s"),
        "winter": _("winter %(year)s"),
    }
    name = _SEASONS.get(str(parsed.season))
    return sentences[name] % {"year": str(parsed).split("-")[0]} if name else None


def _interval(parsed: Any, wording: Wording) -> str | None:
    _ = wording.gettext
    ends = []
    for end in (parsed.lower, parsed.upper):
        words = None if type(end).__name__ == "UnspecifiedIntervalSection" else _describe(end, wording)
        ends.append(words)
    first, last = ends
    if first and last:
        return first if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}
    if first:
        open_end = str(parsed.upper) == ".."
        return (_("from %(date)s on") if open_end else _("from %(date)s to an unknown date")) % {
            "date": first
        }
    if last:
        return _("until %(date)s") % {"date": last}
    return None


def _listed(objects: Any, wording: Wording, *, style: Any, span: str) -> str | None:
    _ = wording.gettext
    parts = []
    for part in objects:
        match type(part).__name__:
            case "Consecutives":
                ends = {"first": _describe(part.lower, wording), "last": _describe(part.upper, wording)}
                parts.append(span % ends if all(ends.values()) else None)
            case "EarlierConsecutives":
                parts.append(_("%(date)s or earlier") % {"date": str(part.upper)})
            case "LaterConsecutives":
                parts.append(_("%(date)s or later") % {"date": str(part.lower)})
            case _:
                parts.append(_describe(part, wording))
    known = [part for part in parts if part]
    return str(format_list(known, style=style, locale=wording.locale)) if len(known) == len(parts) else None
