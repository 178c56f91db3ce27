import pytest

from tests.web.sites import Site

ADDRESSES = [
    "/",
    "/search?q=bread",
    "/collections/weather",
    "/api/v1/search",
    "/api/docs",
    "/healthz",
    "/robots.txt",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_is_answered_wherever_get_is(library: Site, address: str) -> None:
    got, headed = library.client.get(address), library.client.head(address)
    assert headed.status_code == got.status_code == 200
    for name in ("content-type", "cache-control", "content-security-policy"):
        assert headed.headers[name] == got.headers[name]


def test_the_openapi_document_names_each_operation_once(library: Site) -> None:
    document = library.client.get("/api/openapi.json").json()
    assert {path: list(operations) for path, operations in document["paths"].items()} == {
        "/api/v1/search": ["get"],
        "/api/v1/testimonies/{testimony_id}": ["get"],
    }


def test_the_openapi_document_promises_only_answers_that_are_given(library: Site) -> None:
    document = library.client.get("/api/openapi.json").json()
    answers = {path: set(operations["get"]["responses"]) for path, operations in document["paths"].items()}
    assert answers["/api/v1/search"] == {"200", "400", "503", "default"}
    assert answers["/api/v1/testimonies/{testimony_id}"] == {"200", "404", "default"}
