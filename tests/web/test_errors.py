import logging

import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.testclient import TestClient

from archive.errors import (
    ArchiveError,
    ChangedMeanwhile,
    IndexDiffers,
    IndexUnusable,
    MediaError,
    NotFound,
    ObjectNotFound,
    ProgramMissing,
    SearchUnavailable,
    StoreDamaged,
    WorkerRunning,
)
from tests.web.sites import Site
from web.errors import ClosedTestimony, status_of

SECRET = "a name that nobody may know"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound(SECRET), 404),
        (ClosedTestimony("In the reading room."), 403),
        (MediaError("x", "y"), 400),
        (RequestValidationError([]), 400),
        (ChangedMeanwhile(SECRET), 409),
        (SearchUnavailable(SECRET), 503),
        (IndexUnusable(SECRET), 503),
        (IndexDiffers(SECRET), 503),
        (ObjectNotFound(SECRET), 503),
        (StoreDamaged(SECRET), 503),
        (ProgramMissing(SECRET), 500),
        (WorkerRunning(SECRET), 500),
        (ArchiveError(SECRET), 500),
        (ZeroDivisionError(SECRET), 500),
    ],
)
def test_the_nearest_base_decides(error: Exception, status: int) -> None:
    assert status_of(error) == status


@pytest.fixture
def failing(site: Site) -> TestClient:
    """A site with an address that raises whatever it is asked to."""
    errors: dict[str, Exception] = {
        "NotFound": NotFound(SECRET),
        "SearchUnavailable": SearchUnavailable(SECRET),
        "ObjectNotFound": ObjectNotFound(SECRET),
        "ZeroDivisionError": ZeroDivisionError(SECRET),
        "ProgramMissing": ProgramMissing(SECRET),
    }
    app = site.client.app
    assert isinstance(app, FastAPI)

    @app.get("/api/fail/{name}")
    @app.get("/fail/{name}")
    def fail(name: str) -> None:
        raise errors[name]

    # Addresses of before are asked for last, and would take these for such.
    routes = app.router.routes
    routes[:] = [*routes[-2:], *routes[:-2]]
    return site.client


@pytest.mark.parametrize(
    "name", ["NotFound", "SearchUnavailable", "ObjectNotFound", "ZeroDivisionError", "ProgramMissing"]
)
def test_no_answer_repeats_what_an_exception_says(failing: TestClient, name: str) -> None:
    for address in (f"/fail/{name}", f"/api/fail/{name}"):
        answer = failing.get(address)
        assert SECRET not in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["content-security-policy"]


def test_every_json_error_has_one_shape(failing: TestClient) -> None:
    for address in (
        "/api/fail/NotFound",
        "/api/fail/SearchUnavailable",
        "/api/fail/ZeroDivisionError",
        "/api/v1/search?page=x",
        "/api/v1/testimonies/nothing",
        "/api/nothing",
    ):
        answer = failing.get(address)
        assert set(answer.json()) == {"error"}
        assert set(answer.json()["error"]) == {"status", "code", "message", "fields"}
        assert answer.json()["error"]["status"] == answer.status_code


def test_who_accepts_json_alone_gets_it_anywhere(failing: TestClient) -> None:
    assert failing.get("/nowhere", headers={"accept": "application/json"}).json()["error"]["status"] == 404
    assert failing.get("/nowhere", headers={"accept": "text/html, application/json"}).text.startswith(
        "<!doctype"
    )
    assert failing.get("/nowhere").text.startswith("<!doctype")


def test_an_unknown_exception_is_noted_down(failing: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "web.errors"):
        assert failing.get("/fail/ZeroDivisionError").status_code == 500
    assert "500 at /fail/ZeroDivisionError: ZeroDivisionError" in caplog.text


def test_a_search_that_is_away_says_what_goes_on_and_when_to_try_again(failing: TestClient) -> None:
    answer = failing.get("/fail/SearchUnavailable")
    assert answer.status_code == 503
    assert "Testimonies, recordings and every link to them go on working." in answer.text
    assert answer.headers["retry-after"] == "60"


def test_wrong_input_names_the_field_and_repeats_nothing(library: Site) -> None:
    answer = library.client.get("/api/v1/search?size=%3Cscript%3E")
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == ["size"]
    assert answer.json()["error"]["message"].startswith("A parameter cannot be used")
    assert "script" not in answer.text


def test_only_reading_is_answered(library: Site) -> None:
    answer = library.client.post("/")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert "only for reading" in answer.text
