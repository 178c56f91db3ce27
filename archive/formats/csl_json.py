"""CSL-JSON: a reference for citation processors (csl-data.json 1.0.2 of the Citation Style Language)."""

import json
from typing import Any

from archive.formats.cited import Cited, capitalised
from archive.formats.issued import Issued

MEDIA_TYPE = "application/vnd.citationstyles.csl+json"


def write(source: Cited) -> str:
    """A list of one item. Names are literal: no part of them is taken for a family's."""
    place = [source.material, source.place]
    item: dict[str, Any] = {
        "id": source.key,
        "type": "speech" if source.kind == "speech" else "interview",
        "title": source.title,
        "author": [{"literal": name} for name in source.told_by],
        "interviewer": [{"literal": name} for name in source.interviewers],
        "genre": capitalised(source.act),
        "issued": _issued(source.issued) if source.issued else _in_words(source.date),
        "medium": source.medium,
        "archive": source.archive,
        "archive_collection": source.collection,
        "archive_location": source.identifier,
        "publisher": source.archive,
        "language": next(iter(source.languages), None),  # the schema wants one
        "note": "; ".join(part for part in place if part),
        "URL": source.address,
    }
    given = {name: value for name, value in item.items() if value}
    return json.dumps([given], ensure_ascii=False, indent=1) + "\n"


def _issued(when: Issued) -> dict[str, Any]:
    said: dict[str, Any] = {"date-parts": [list(point) for point in (when.begin, when.end) if point]}
    return said | ({"circa": True} if when.about or when.perhaps else {})


def _in_words(date: str) -> dict[str, str] | None:
    return {"literal": date} if date else None
