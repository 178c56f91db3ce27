"""From exceptions to answers: one table of statuses, one page for people, one JSON shape for programs.

What a viewer may not know of and what does not exist raise the same `NotFound` and get the same bytes: no
address, no message of the exception is repeated in an answer.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from archive.errors import (
    ArchiveError,
    Busy,
    Conflict,
    DatabaseUnavailable,
    IndexUnusable,
    NoMoreClips,
    NotFound,
    NotQuotable,
    SearchUnavailable,
    StoreError,
    WrongInput,
)
from schemas.api import ErrorAnswer, ErrorDetail
from web import urls
from web.security import FRAMED, secure
from web.wording import Wording

log = logging.getLogger(__name__)


class ClosedTestimony(ArchiveError):
    """A testimony of which the public may know no more than one sentence, its notice."""

    def __init__(self, notice: str) -> None:
        self.notice = notice
        super().__init__(notice)


class WithoutTimes(NotFound):
    """Captions of a text that has no times; the text itself can be had."""


STATUSES: Mapping[type[Exception], int] = {
    NotFound: 404,
    ClosedTestimony: 403,
    WrongInput: 400,
    RequestValidationError: 400,
    Conflict: 409,
    Busy: 429,
    SearchUnavailable: 503,
    StoreError: 503,
    DatabaseUnavailable: 503,
    ArchiveError: 500,
    Exception: 500,
}
"""The nearest base class of an exception decides."""

_CODES = {
    400: "wrong input",
    403: "closed",
    404: "not found",
    405: "method not allowed",
    409: "conflict",
    429: "too many",
    501: "not implemented",
    503: "unavailable",
}

_RETRY_AFTER = {"retry-after": "60"}


@dataclass(frozen=True, slots=True)
class ErrorView:
    """What the page says: what happened, what is safe, what to do."""

    title: str
    sentences: tuple[str, ...]
    search: bool = True
    """Whether a search box may help."""


def status_of(error: Exception) -> int:
    """The status of an exception."""
    if isinstance(error, HTTPException):
        return error.status_code
    return next(STATUSES[base] for base in type(error).__mro__ if base in STATUSES)


def handle_errors(app: FastAPI) -> None:
    """Answer every exception from here."""
    for exception in (ArchiveError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(exception, answer_error)


async def answer_error(request: Request, error: Exception) -> Response:
    """The answer to an exception, in the form that was asked for."""
    status = status_of(error)
    if status >= 500 and status != 501 and not isinstance(error, SearchUnavailable):
        # The server's own log has the traceback of an unknown exception, once.
        known = isinstance(error, ArchiveError)
        log.error("%s at %s: %s", status, request.url.path, error if known else type(error).__name__)
    elif status == 503:
        log.warning("search is away: %s", error)
    page = request.app.state.services.pages.answering(request)
    view = view_error(error, status, page.wording)
    headers = _headers(error, status)
    response: Response
    if wants_json(request):
        message = " ".join((view.title, *view.sentences))
        if isinstance(error, RequestValidationError):
            message = page.wording.gettext(
                "A parameter cannot be used; `fields` names it and says what was expected."
            )
        detail = ErrorDetail(
            status=status, code=_CODES.get(status, "error"), message=message, fields=_fields(error)
        )
        answer = ErrorAnswer(error=detail)
        response = JSONResponse(answer.model_dump(), status, {"vary": "Accept, Accept-Language", **headers})
    else:
        headers["vary"] = "Accept, Accept-Language"
        framed = request.url.path.startswith(f"{urls.EMBED}/")
        if framed:  # a frame that shows nothing would look broken
            headers |= FRAMED
        template = _template(error, framed)
        response = page.render(template, {"view": view}, status=status, headers=headers)
    # An unknown exception is answered outside all middleware.
    secure(response.headers)
    return response


def _template(error: Exception, framed: bool) -> str:
    if framed:
        return "embed_error.html"
    return "closed.html" if isinstance(error, ClosedTestimony) else "error.html"


def wants_json(request: Request) -> bool:
    """Whether a program asks: under /api whoever does not want HTML, elsewhere who wants JSON alone."""
    accept = request.headers.get("accept", "")
    if request.url.path.startswith("/api/"):
        return "text/html" not in accept
    return "application/json" in accept and "text/html" not in accept


def view_error(error: Exception, status: int, wording: Wording) -> ErrorView:
    """The words for an error."""
    _ = wording.gettext
    if isinstance(error, ClosedTestimony):
        return ErrorView(_("This testimony is closed."), (error.notice,), search=False)
    if isinstance(error, WithoutTimes):
        return ErrorView(
            _("This text has no times, so there are no captions of it."),
            (_("It can be had as TXT or JSON."),),
            search=False,
        )
    if isinstance(error, SearchUnavailable):
        being_made = isinstance(error, IndexUnusable)
        return ErrorView(
            _("The search is being made anew.") if being_made else _("The search cannot answer just now."),
            (
                _("Testimonies, recordings and every link to them go on working."),
                _("Try again in a few minutes."),
            ),
            search=False,
        )
    if isinstance(error, DatabaseUnavailable):
        return ErrorView(
            _("The archive cannot answer just now."),
            (_("Nothing is lost. Try again in a few minutes."),),
            search=False,
        )
    if isinstance(error, NotQuotable):
        return ErrorView(
            _("No clip can be made of this stretch."),
            (_("There are no words in it that may be quoted, or it is longer than ten minutes."),),
            search=False,
        )
    if isinstance(error, NoMoreClips):
        return ErrorView(
            _("There are as many clips of this testimony as there may be."),
            (_("Links to the same words can be given all the same."),),
            search=False,
        )
    views = {
        404: ErrorView(
            _("There is nothing to see at this address."),
            (_("It may have been mistyped. Perhaps a search finds what you are looking for."),),
        ),
        503: ErrorView(
            _("This recording cannot be reached just now."),
            (_("Nothing is lost. Try again later."),),
            search=False,
        ),
        400: ErrorView(
            _("This address cannot be understood."),
            (_("Part of it is not what was expected. Perhaps it was cut off when it was copied."),),
        ),
        429: ErrorView(
            _("As many were made in the last hour as may be."),
            (_("Try again later. Links to the same words can be given meanwhile."),),
            search=False,
        ),
        403: ErrorView(
            _("This can only be asked for from the archive's own pages."),
            (_("Open the testimony, and choose the words there."),),
            search=False,
        ),
        501: ErrorView(_("It cannot be had in the form that was asked for."), (), search=False),
        405: ErrorView(_("This address is only for reading."), (), search=False),
        500: ErrorView(
            _("Something went wrong here."),
            (
                _("The mistake is ours, not yours, and was noted down. Nothing in the archive was changed."),
                _("Try again, or go back to the page before."),
            ),
            search=False,
        ),
    }
    usual = views[500] if status >= 500 and status != 501 else ErrorView(_("This cannot be answered."), ())
    return views.get({409: 400, 422: 400}.get(status, status), usual)


def _fields(error: Exception) -> dict[str, str]:
    """Which parameters could not be used. What was given is not repeated."""
    if not isinstance(error, RequestValidationError):
        return {}
    return {".".join(str(step) for step in found["loc"][1:]): str(found["msg"]) for found in error.errors()}


def _headers(error: Exception, status: int) -> dict[str, str]:
    if isinstance(error, Busy):
        return {"retry-after": "600"}
    if status == 503:
        return dict(_RETRY_AFTER)
    if isinstance(error, HTTPException):
        # Routes for GET and HEAD are two, and the first that refuses knows only itself.
        return {"allow": "GET, HEAD"} if status == 405 else dict(error.headers or {})
    return {}
