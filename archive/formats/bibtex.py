"""BibTeX: a reference for LaTeX. `@misc`, which every style has; the fields are those of the BibTeX manual
(Patashnik, "BibTeXing", 1988, section 3) and `url`, which all of today's styles print."""

from archive.formats.cited import Cited, capitalised
from archive.formats.issued import Issued

MEDIA_TYPE = "application/x-bibtex"

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# Braces count for BibTeX even behind a backslash, so they go by name.
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}


def write(source: Cited) -> str:
    """One entry. Names stand in braces of their own: BibTeX takes no part of them for a family's."""
    # A date in words is no year that entries could be sorted by.
    date = None if source.issued else source.date
    place = [date, source.identifier, source.place, source.material]
    fields = {
        "author": " and ".join(f"{{{_escape(name)}}}" for name in source.told_by),
        "title": f"{{{_escape(source.title or capitalised(source.act))}}}",
        "howpublished": _escape(f"{source.collection}, {source.archive}"),
        "year": _escape(_year(source.issued)),
        "note": _escape("; ".join([capitalised(source.act), *(part for part in place if part)])),
        "url": source.address.replace("{", "%7B").replace("}", "%7D"),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value.strip("{}")]
    if source.issued and source.issued.end is None and len(source.issued.begin) > 1:
        lines.insert(len(lines) - 2, f"  month = {_month(source.issued)}")
    return f"@misc{{{source.key},\n" + ",\n".join(lines) + "\n}\n"


def _year(issued: Issued | None) -> str:
    if issued is None:
        return ""
    begin, end = issued.begin[0], issued.end[0] if issued.end else None
    said = str(begin) if end in (None, begin) else f"{begin}--{end}"
    said = f"ca. {said}" if issued.about else said
    return f"{said}?" if issued.perhaps else said


def _month(issued: Issued) -> str:
    name = _MONTHS[issued.begin[1] - 1]
    # As the manual has it: a day is joined to the month's own abbreviation.
    return f'"{issued.begin[2]}~" # {name}' if len(issued.begin) > 2 else name


def _escape(text: str) -> str:
    return "".join(_SPECIAL.get(sign, sign) for sign in text)
