from urllib.robotparser import RobotFileParser

from tests.web.sites import Site


def test_crawlers_read_testimonies_and_no_search(library: Site) -> None:
    answer = library.client.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    rules = RobotFileParser()
    rules.parse(answer.text.splitlines())
    assert rules.can_fetch("any", "/testimonies/abc")
    assert rules.can_fetch("any", "/collections/weather")
    for closed in ("/search", "/search?language=de", "/api/v1/search", "/recordings/abc/media"):
        assert not rules.can_fetch("any", closed)
