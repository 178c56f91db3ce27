"""Sound and pictures, with Range; what the gate does not open does not exist."""

from fastapi import Request, Response

from archive.errors import NotFound
from archive.queries.readings import derivative_of
from web.dependencies import Now, TheServices, TheSession, TheViewer
from web.files import answer_file
from web.opening import open_recording
from web.routing import page_router
from web.security import SHARED
from web.streams import Heard

router = page_router()


@router.get("/recordings/{recording_id}/media")
def media(
    recording_id: str,
    request: Request,
    session: TheSession,
    services: TheServices,
    viewer: TheViewer,
    now: Now,
) -> Response:
    """The playback copy, or the original where it plays in browsers; cut off where it is closed while it goes
    out."""
    testimony, recording, opened = open_recording(session, recording_id, viewer, now)
    playback = derivative_of(recording, "playback", opened.closed)
    if opened.media != "open" or playback is None:
        raise NotFound("there is nothing to play")
    if playback.path is not None:
        path = services.settings.derivatives_folder / playback.path
    elif recording.current_file.stored_path is not None:
        path = services.store.path(testimony.public_id, recording.current_file.stored_path)
    else:
        raise NotFound("there is nothing to play yet")
    answer = answer_file(request, path, playback.media_type, f"{testimony.public_id}-{recording.number}")
    answer.headers.update(SHARED)
    heard = Heard(testimony.id, recording_id, playback.file_id, opened.closed, viewer)
    return services.streams.guard(answer, heard)


@router.get("/recordings/{recording_id}/poster")
def poster(
    recording_id: str,
    request: Request,
    session: TheSession,
    services: TheServices,
    viewer: TheViewer,
    now: Now,
) -> Response:
    """A still of a video that may be seen."""
    return _answer_picture("poster", recording_id, request, session, services, viewer, now)


@router.get("/recordings/{recording_id}/waveform")
def waveform(
    recording_id: str,
    request: Request,
    session: TheSession,
    services: TheServices,
    viewer: TheViewer,
    now: Now,
) -> Response:
    """How loud a recording that may be heard is, as a picture to seek on."""
    return _answer_picture("waveform", recording_id, request, session, services, viewer, now)


def _answer_picture(
    kind: str,
    recording_id: str,
    request: Request,
    session: TheSession,
    services: TheServices,
    viewer: TheViewer,
    now: Now,
) -> Response:
    """A picture that was made of the copy which may be heard and seen."""
    testimony, recording, opened = open_recording(session, recording_id, viewer, now)
    picture = derivative_of(recording, kind, opened.closed)
    if picture is None or picture.path is None:
        raise NotFound(f"there is no {kind}")
    path = services.settings.derivatives_folder / picture.path
    answer = answer_file(request, path, picture.media_type, f"{testimony.public_id}-{recording.number}")
    answer.headers.update(SHARED)
    return answer
