"""RIS: a reference for Zotero, EndNote and others ("RIS Format Specifications", Research Information Systems,
2001): lines of a tag of two signs, two spaces, a hyphen, a space and the value, ended by CR and LF."""

from collections.abc import Iterator

from archive.formats.cited import Cited, capitalised
from archive.formats.issued import Issued

MEDIA_TYPE = "application/x-research-info-systems"


def write(source: Cited) -> str:
    """One reference."""
    return "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in _fields(source)) + "ER  - \r\n"


def _fields(source: Cited) -> Iterator[tuple[str, str]]:
    yield "TY", {"video recording": "VIDEO", "audio recording": "SOUND"}.get(source.medium or "", "GEN")
    yield "ID", source.key
    for name in source.told_by:
        yield "AU", _name(name)
    for name in source.interviewers:
        yield "A2", _name(name)
    yield "TI", source.title or capitalised(source.act)
    yield "T2", source.collection
    yield "PB", source.archive
    if source.issued:
        year, month, day, *_ = (*(f"{part:02}" for part in source.issued.begin), "", "")
        yield "PY", year
        if _is_exact(source.issued):
            yield "DA", f"{year}/{month}/{day}/"
    if source.date and not (source.issued and _is_exact(source.issued)):
        yield "N1", f"Date: {source.date}"
    if source.identifier:
        yield "AN", source.identifier
    for language in source.languages:
        yield "LA", language
    yield "M3", capitalised(source.act)
    if source.material:
        yield "N1", capitalised(source.material)
    if source.place:
        yield "N1", capitalised(source.place)
    yield "UR", source.address


def _is_exact(when: Issued) -> bool:
    return when.end is None and not when.about and not when.perhaps


def _name(name: str) -> str:
    # A comma would part the family's name from the others.
    return name.replace(",", "")
