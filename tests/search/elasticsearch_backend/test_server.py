"""A server that is started anew, killed in the middle of a write, or asks for a password; and what lies in
its files after a closing.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from archive.changes.access import NewStatement
from archive.errors import SearchUnavailable
from schemas.query import INDEXES
from search.backend import create_backend
from search.elasticsearch_backend import spool
from servers.elasticsearch import LocalElasticsearch
from tests.engines import lent, own_server
from tests.search.elasticsearch_backend.proxies import Exchange, Proxy
from tests.search.elasticsearch_backend.test_faults import agree, found, said
from tests.web.sites import Site

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[LocalElasticsearch]:
    with own_server() as made:
        yield made


def test_started_anew(tmp_path: Path, server: LocalElasticsearch, caplog: pytest.LogCaptureFixture) -> None:
    with lent(server.url) as settings:
        site = Site(tmp_path / "home", **settings)
        site.add("Weather", [["It rained all day."]])
        server.stop()
        assert "cannot be reached" in said(site, caplog)
        site.archive.add("Ice", [["It rained on the ice."]])
        with pytest.raises(SearchUnavailable):
            site.index()
        server.start()
        assert found(site) == 1
        assert agree(site)
        assert found(site) == 2
        site.close()


def test_killed_in_mid_bulk(
    tmp_path: Path, server: LocalElasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch goes in several requests; the server dies while the second is on its way to it."""
    monkeypatch.setattr(spool, "_TOGETHER", 2_000)
    requests: list[str] = []

    def strike(exchange: Exchange) -> None:
        if not exchange.bulk:
            return
        requests.append(exchange.path)
        if len(requests) == 2:
            server.kill()

    with Proxy(server.url) as proxy, lent(server.url, elasticsearch_url=proxy.url) as settings:
        site = Site(tmp_path / "home", **settings)
        site.add("Weather", [["It rained all day.", "Then it stopped."]])
        site.archive.add("Ice", [[f"It rained on the ice, {n} times." for n in range(40)]])
        proxy.fault = strike
        with pytest.raises(SearchUnavailable):
            site.index()
        assert len(requests) == 2
        proxy.fault = None
        server.kill()
        server.start()
        assert agree(site)
        assert found(site) == 2
        site.close()


def test_a_closed_word_is_gone_from_the_files(tmp_path: Path, server: LocalElasticsearch) -> None:
    with lent(server.url) as settings:
        site = Site(tmp_path / "home", **settings)
        site.add("Weather", [["It rained zymurgically all day."]])
        closed = site.add("Ice", [["The ice was quixotically blue."]])
        words = {
            index: dictionary(settings["elasticsearch_url"], site.backend.live(index)) for index in INDEXES
        }
        assert all({"zymurgically", "quixotically"} <= held for held in words.values())
        site.archive.state(closed, NewStatement("withdrawn"))
        site.index()
        for index in INDEXES:
            held = dictionary(settings["elasticsearch_url"], site.backend.live(index))
            assert "zymurgically" in held
            assert "quixotically" not in held
        # Neither the log of writes nor anything else that lies on the disk plain has it.
        kept = [path for path in server.data.rglob("*") if path.is_file()]
        assert kept
        assert not [path for path in kept if b"quixotically" in path.read_bytes()]
        assert agree(site)
        site.close()


def test_a_password(tmp_path: Path) -> None:
    options = {"xpack.security.enabled": "true"}
    with own_server(options, password="rain-and-fog") as guarded:
        site = Site(
            tmp_path / "home",
            search="elasticsearch",
            elasticsearch_url=guarded.url,
            elasticsearch_user="elastic",
            elasticsearch_password="rain-and-fog",
        )
        site.add("Weather", [["It rained all day."]])
        assert found(site) == 1
        site.close()
        for wrong in ({"elasticsearch_password": None}, {"elasticsearch_user": "nobody"}):
            backend = create_backend(site.archive.settings.model_copy(update=wrong))
            with pytest.raises(SearchUnavailable, match="knows neither the API key nor the user"):
                backend.check("public")
            backend.close()


def dictionary(url: str, index: str) -> set[str]:
    """Every word in the dictionaries of the exact forms, those of deleted documents among them: the engine
    tells which words a prefix that all have would be looked up as."""
    words = set[str]()
    with Elasticsearch(url) as client:
        client.indices.refresh(index=index)
        for field in ("whole_exact", "passage_exact"):
            anything = {"prefix": {field: {"value": "", "rewrite": "scoring_boolean"}}}
            told = client.indices.validate_query(index=index, query=anything, explain=True, rewrite=True)
            explanation = told["explanations"][0]["explanation"]
            words |= {term.partition(":")[2] for term in explanation.split()}
    return words
