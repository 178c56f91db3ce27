"""Sound and pictures, with Range; what the gate does not open does not exist."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Response

from archive.access import Viewer
from archive.errors import NotFound
from archive.queries.readings import derivative_of
from web.dependencies import Now, TheServices, TheSession, TheViewer
from web.files import answer_file
from web.opening import OpenedRecording, open_recording
from web.routing import page_router
from web.security import SHARED
from web.streams import Heard

router = page_router()


@dataclass(frozen=True, slots=True)
class Asked:
    """What every answer here is made with."""

    recording_id: str
    request: Request
    session: TheSession
    services: TheServices
    viewer: Viewer
    now: datetime

    def open(self) -> OpenedRecording:
        """The recording, as far as it may be heard and seen. Raises NotFound."""
        return open_recording(self.session, self.recording_id, self.viewer, self.now)


async def gather(
    recording_id: str,
    request: Request,
    session: TheSession,
    services: TheServices,
    viewer: TheViewer,
    now: Now,
) -> Asked:
    """Asks nobody, and so needs no thread: a listener asks for every stretch that is played."""
    return Asked(recording_id, request, session, services, viewer, now)


TheAsked = Annotated[Asked, Depends(gather)]


@router.get("/recordings/{recording_id}/media")
def media(asked: TheAsked) -> Response:
    """The playback copy, or the original where it plays in browsers; cut off where it is closed while it goes
    out."""
    testimony, recording, opened = asked.open()
    services = asked.services
    playback = derivative_of(recording, "playback", opened.closed)
    if opened.media != "open" or playback is None:
        raise NotFound("there is nothing to play")
    if playback.path is not None:
        path = services.settings.derivatives_folder / playback.path
    elif recording.current_file.stored_path is not None:
        path = services.store.path(testimony.public_id, recording.current_file.stored_path)
    else:
        raise NotFound("there is nothing to play yet")
    answer = answer_file(
        asked.request, path, playback.media_type, f"{testimony.public_id}-{recording.number}"
    )
    answer.headers.update(SHARED)
    given = Heard(testimony.id, opened.id, playback.file_id, opened.closed, asked.viewer)
    return services.streams.guard(answer, given)


@router.get("/recordings/{recording_id}/poster")
def poster(asked: TheAsked) -> Response:
    """A still of a video that may be seen."""
    return _answer_picture("poster", asked)


@router.get("/recordings/{recording_id}/waveform")
def waveform(asked: TheAsked) -> Response:
    """How loud a recording that may be heard is, as a picture to seek on."""
    return _answer_picture("waveform", asked)


def _answer_picture(kind: str, asked: Asked) -> Response:
    """A picture that was made of the copy which may be heard and seen."""
    testimony, recording, opened = asked.open()
    picture = derivative_of(recording, kind, opened.closed)
    if picture is None or picture.path is None:
        raise NotFound(f"there is no {kind}")
    path = asked.services.settings.derivatives_folder / picture.path
    answer = answer_file(asked.request, path, picture.media_type, f"{testimony.public_id}-{recording.number}")
    answer.headers.update(SHARED)
    return answer
