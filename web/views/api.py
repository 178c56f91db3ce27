"""What the API answers on a testimony, and the page that lists its operations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from archive.formats.citation import cite
from archive.reading import OpenRecording, Reading, Stream
from schemas.api import (
    ChapterAnswer,
    CollectionAnswer,
    PersonAnswer,
    RecordingAnswer,
    TestimonyAnswer,
    TranscriptAnswer,
)
from web import urls
from web.pages import Page
from web.views.about import formats_of


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    place: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API, as the page lists it."""

    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]


def answer_testimony(reading: Reading, taken: Reading, page: Page) -> TestimonyAnswer:
    """A testimony as the API gives it: `reading` is what may be known, `taken` what may be taken away."""
    address = page.absolute(urls.testimony(reading.id))
    return TestimonyAnswer(
        id=reading.id,
        url=address,
        title=reading.title,
        identifier=reading.accession_number,
        kind=reading.kind,
        collection=CollectionAnswer(
            slug=reading.collection_slug,
            name=reading.collection_name,
            url=page.absolute(urls.collection(reading.collection_slug)),
        ),
        date=reading.date,
        languages=reading.languages,
        places=reading.places,
        subjects=reading.subjects,
        summary=reading.summary,
        rights=reading.rights,
        people=tuple(PersonAnswer(role=person.role, name=person.name) for person in reading.people),
        description=reading.description,
        citation=cite(reading, archive=page.site_name, address=address, gettext=page.wording.gettext),
        duration_ms=reading.duration_ms,
        recordings=tuple(_recording(recording, page) for recording in reading.recordings),
        transcripts=tuple(_transcript(reading, stream, taken, page) for stream in reading.streams),
        chapters=tuple(
            ChapterAnswer(
                id=chapter.id,
                recording=chapter.recording,
                start_ms=chapter.start_ms,
                end_ms=chapter.end_ms,
                title=chapter.title,
                synopsis=chapter.synopsis,
                keywords=chapter.keywords,
                places=chapter.places,
            )
            for chapter in reading.chapters
        ),
    )


def list_operations(document: Mapping[str, Any]) -> tuple[Operation, ...]:
    """The operations of an OpenAPI document, in its order."""
    return tuple(
        Operation(
            method=method.upper(),
            path=path,
            summary=operation.get("description") or operation.get("summary", ""),
            parameters=tuple(
                Parameter(
                    name=parameter["name"],
                    place=parameter["in"],
                    required=parameter.get("required", False),
                    description=parameter.get("description", ""),
                )
                for parameter in operation.get("parameters", ())
            ),
        )
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    )


def _recording(recording: OpenRecording, page: Page) -> RecordingAnswer:
    return RecordingAnswer(
        number=recording.number,
        id=recording.id,
        media=page.absolute(urls.media(recording.id)) if recording.media == "open" else None,
        media_type=recording.media_type,
        state=recording.media,
        duration_ms=recording.duration_ms,
        video=recording.video,
        poster=page.absolute(urls.poster(recording.id)) if recording.poster else None,
    )


def _transcript(reading: Reading, stream: Stream, taken: Reading, page: Page) -> TranscriptAnswer:
    downloads = {
        extension: page.absolute(urls.transcript(reading.id, extension, text=stream.translated_into))
        for other in taken.streams
        if other.id == stream.id
        for extension in formats_of(other)
    }
    return TranscriptAnswer(
        kind=cast(Any, stream.kind),
        language=stream.language,
        revision=stream.revision,
        status=cast(Any, stream.status),
        author=stream.author,
        machine=stream.machine,
        engine=stream.engine,
        downloads=downloads,
    )
