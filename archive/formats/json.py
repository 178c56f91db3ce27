"""JSON: a transcript for programs, with all that is known of each word."""

import json
from dataclasses import asdict, replace
from typing import Any

from archive.formats import Gettext
from archive.formats.citation import cite
from archive.formats.provenance import chosen, confidence, notice
from archive.reading import Passage, Reading, Stream


def write(
    reading: Reading,
    stream: Stream,
    recording: int | None,
    *,
    archive: str,
    address: str,
    gettext: Gettext = str,
) -> str:
    """A stream as JSON (see `archive.formats`): times in milliseconds of each recording, offsets in Unicode
    code points of a passage's text, probabilities from 0 to 1; `machine` says of each passage whether a
    machine made it."""
    passages = chosen(stream, recording)
    document: dict[str, Any] = {
        "testimony": {
            "id": reading.id,
            "title": reading.title,
            "identifier": reading.accession_number,
            "kind": reading.kind,
            "collection": {"slug": reading.collection_slug, "name": reading.collection_name},
            "archive": archive,
            "address": address,
            "date": reading.date,
            "languages": list(reading.languages),
            "people": [asdict(person) for person in reading.people],
            "rights": reading.rights,
            "citation": cite(
                reading, archive=archive, address=address, stream=stream, recording=recording, gettext=gettext
            ),
        },
        "transcript": {
            "id": stream.id,
            "kind": stream.kind,
            "language": stream.language,
            "revision": stream.revision,
            "status": stream.status,
            "author": stream.author,
            "machine": any(passage.machine for passage in passages),
            "engine": stream.engine,
            "confidence": confidence(passages),
            "notice": notice(stream, passages, gettext),
        },
        "recordings": [
            {"number": each.number, "id": each.id, "duration_ms": each.duration_ms}
            for each in reading.recordings
            if recording in (None, each.number)
        ],
        "passages": [_passage(passage) for passage in passages],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _passage(passage: Passage) -> dict[str, Any]:
    fields = asdict(replace(passage, words=tuple(passage.words)))  # of a tuple alone it takes the parts apart
    del fields["gap_before"]  # it would tell that something is closed there
    return fields
