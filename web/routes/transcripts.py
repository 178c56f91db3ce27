"""Transcripts to be taken away, and the captions of a player. Each asks the gate for its own use: a text that
is for reading here is not given as a file."""

from typing import TypedDict

from fastapi import Response

from archive.errors import NotFound
from archive.formats import Gettext, plain, subrip, webvtt
from archive.formats import json as json_format
from archive.formats.provenance import chosen, is_without_times
from archive.reading import OpenRecording, Reading, Stream
from web import urls
from web.dependencies import Now, ThePage, TheSession, TheViewer
from web.errors import WithoutTimes
from web.moments import read_number
from web.opening import find_recording, find_testimony, open_testimony
from web.pages import Page
from web.routing import page_router
from web.security import SHARED

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
    """The transcript in one of four formats, of one recording or of all in order. A text without times makes
    no captions."""
    if extension not in _FORMATS:
        raise NotFound("no such format")
    row = find_testimony(session, testimony_id, viewer, now)
    reading = open_testimony(session, row, viewer, "download", now)
    number = read_number(r)
    if r:
        _check_open(reading, number)
    stream = _stream(reading, text)
    if extension in urls.TIMED_FORMATS and is_without_times(chosen(stream, number)):
        raise WithoutTimes("this text has no times that captions could be shown at")
    write, media_type = _FORMATS[extension]
    name = f"{reading.id}-{number}" if number else reading.id
    return Response(
        write(reading, stream, number, **_named(reading, number, page)),
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
    """What the player shows over a video, in the time of the file that it plays; read here, not taken
    away."""
    row, recording = find_recording(session, recording_id, viewer, now)
    reading = open_testimony(session, row, viewer, "read", now)
    opened = _check_open(reading, recording.number)
    content = webvtt.write(
        reading,
        _stream(reading, text),
        opened.number,
        offset_ms=opened.offset_ms,
        **_named(reading, opened.number, page),
    )
    return Response(content, media_type="text/vtt; charset=utf-8", headers=SHARED)


class _Named(TypedDict):
    """What a file says of where it is from."""

    archive: str
    address: str
    gettext: Gettext


def _named(reading: Reading, number: int | None, page: Page) -> _Named:
    address = page.absolute(urls.testimony(reading.id, recording=number))
    return _Named(archive=page.site_name, address=address, gettext=page.wording.gettext)


def _check_open(reading: Reading, number: int | None) -> OpenRecording:
    """The recording of a number. Raises NotFound where nothing of it is open."""
    for recording in reading.recordings:
        if recording.number == number:
            return recording
    raise NotFound("no such recording")


def _stream(reading: Reading, text: str | None) -> Stream:
    """The original, or the translation into the language `text`. Raises NotFound."""
    for stream in reading.streams:
        if stream.translated_into == (text or None):
            return stream
    raise NotFound("no such text")
