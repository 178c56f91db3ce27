import pytest
from jinja2 import UndefinedError

from tests.web.sites import Site, make_page
from web.errors import ErrorView

HOSTILE = '<script>alert("x")</script>'


def test_templates_escape_and_tolerate_nothing_undefined() -> None:
    html = bytes(make_page().render("error.html", {"view": ErrorView(HOSTILE, (HOSTILE,))}).body).decode()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    with pytest.raises(UndefinedError):
        make_page().render("error.html", {})


@pytest.mark.slow
def test_whatever_was_described_or_said_is_text_and_never_markup(site: Site) -> None:
    public_id = site.add(
        HOSTILE,
        [[f"It {HOSTILE} rained."]],
        summary=HOSTILE,
        rights=HOSTILE,
        places=[HOSTILE],
        subjects=[HOSTILE],
        people=((HOSTILE, HOSTILE),),
        kind=HOSTILE,
        accession_number=HOSTILE,
        date="1996",
    )
    for address in (
        "/",
        "/search?q=rained",
        f"/search?q={HOSTILE}",
        f"/search?place={HOSTILE}",
        f"/testimonies/{public_id}?q=rained",
        f"/testimonies/{public_id}?q={HOSTILE}&t={HOSTILE}&text={HOSTILE}",
        "/collections/weather",
    ):
        answer = site.client.get(address)
        assert answer.status_code == 200, address
        assert "<script>alert" not in answer.text, address


def test_addresses_that_leave_the_site_begin_where_it_is_reached() -> None:
    assert make_page().absolute("/x") == "https://archive.example/x"


def test_a_page_says_its_language(library: Site) -> None:
    answer = library.client.get("/", headers={"accept-language": "de"})
    assert answer.headers["content-language"] == "en"
    assert "Accept-Language" in answer.headers["vary"]
    assert '<html lang="en" dir="ltr">' in answer.text
