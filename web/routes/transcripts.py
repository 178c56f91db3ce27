"""Transcripts to be taken away, and the captions of a player. Each asks the gate for its own use: a text that
is for reading here is not given as a file."""

from fastapi import Response

from archive.errors import NotFound
from archive.formats import json as json_format
from archive.formats import plain, subrip, webvtt
from archive.queries.testimonies import find_recording
from archive.reading import Reading, Stream
from web import urls
from web.dependencies import Now, ThePage, TheSession, TheViewer
from web.moments import read_number
from web.opening import find_testimony, open_testimony
from web.routing import page_router

router = page_router()

_FORMATS = {
    "vtt": (webvtt.write, "text/vtt"),
    "srt": (subrip.write, "application/x-subrip"),
    "txt": (plain.write, "text/plain"),
    "json": (json_format.write, "application/json"),
}


@router.get("/testimonies/{testimony_id}/transcript.{extension}")
def transcript(
    testimony_id: str,
    extension: str,
    session: TheSession,
    viewer: TheViewer,
    now: Now,
    page: ThePage,
    r: str | None = None,
    text: str | None = None,
) -> Response:
    """The transcript in one of four formats, of one recording or of all in order."""
    if extension not in _FORMATS:
        raise NotFound("no such format")
    reading = open_testimony(session, find_testimony(session, testimony_id), viewer, "download", now)
    number = read_number(r)
    if r and number not in {recording.number for recording in reading.recordings}:
        raise NotFound("no such recording")
    write, media_type = _FORMATS[extension]
    name = f"{reading.id}-{number}" if number else reading.id
    return Response(
        write(
            reading,
            _stream(reading, text),
            number,
            archive=page.site_name,
            address=page.absolute(urls.testimony(reading.id, recording=number)),
            gettext=page.wording.gettext,
        ),
        media_type=f"{media_type}; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}.{extension}"'},
    )


@router.get("/recordings/{recording_id}/captions.vtt")
def captions(
    recording_id: str,
    session: TheSession,
    viewer: TheViewer,
    now: Now,
    page: ThePage,
    text: str | None = None,
) -> Response:
    """What the player shows over a video; read here, not taken away."""
    found = find_recording(session, recording_id)
    if found is None:
        raise NotFound("no such recording")
    row, recording = found
    reading = open_testimony(session, row, viewer, "read", now)
    if recording.number not in {opened.number for opened in reading.recordings}:
        raise NotFound("no such recording")
    content = webvtt.write(
        reading,
        _stream(reading, text),
        recording.number,
        archive=page.site_name,
        address=page.absolute(urls.testimony(reading.id, recording=recording.number)),
        gettext=page.wording.gettext,
    )
    return Response(content, media_type="text/vtt; charset=utf-8")


def _stream(reading: Reading, text: str | None) -> Stream:
    """The original, or the translation into the language `text`. Raises NotFound."""
    for stream in reading.streams:
        if (stream.kind == "original" and not text) or (
            stream.kind == "translation" and stream.language == text
        ):
            return stream
    raise NotFound("no such text")
