"""An archive whose Elasticsearch is away, slow, full, broken or tampered with: search says in words what is
wrong, everything else goes on, the outbox delivers later, and in the end index and database agree.

Against a real server; what networks and gatekeepers do comes from a proxy before it.
"""

import json
import logging
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from archive.changes.access import NewStatement
from archive.errors import IndexUnusable, SearchUnavailable
from search import indexer
from search.backend import create_backend
from search.elasticsearch_backend import batches, connection
from tests.engines import lent
from tests.search.elasticsearch_backend.proxies import Exchange, Proxy
from tests.search.records import differences
from tests.web.sites import Site

pytestmark = pytest.mark.slow

AWAY = "The search cannot answer just now."
MADE_ANEW = "The search is being made anew."


@pytest.fixture
def proxy(elasticsearch: str) -> Iterator[Proxy]:
    with Proxy(elasticsearch) as made:
        yield made


@pytest.fixture
def site(tmp_path: Path, elasticsearch: str, proxy: Proxy) -> Iterator[Site]:
    """Two testimonies of the weather, found through the proxy."""
    with lent(elasticsearch, elasticsearch_url=proxy.url) as settings:
        site = Site(tmp_path / "home", **settings)
        site.archive.add("Bread", [["The bread was warm.", "Then it rained."]])
        site.archive.add("Weather", [["It rained all day."]])
        site.index()
        yield site
        site.close()


@pytest.fixture
def client(elasticsearch: str) -> Iterator[Elasticsearch]:
    """The server, past the proxy."""
    with Elasticsearch(elasticsearch) as made:
        yield made


def found(site: Site, text: str = "rained") -> int:
    answer = site.client.get("/api/v1/search", params={"q": text})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["total"]["testimonies"])


def said(site: Site, caplog: pytest.LogCaptureFixture) -> str:
    """The reason that the log gives for a page of 503, which says in words that search is away."""
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        answer = site.client.get("/search?q=rained")
    assert answer.status_code == 503
    assert AWAY in answer.text or MADE_ANEW in answer.text
    assert "go on working" in answer.text
    assert site.client.get("/").status_code == 200
    return caplog.text


def agree(site: Site) -> bool:
    """Deliver what waits; count and digest in the engine are then those of the database."""
    indexer.prepare(site.archive.engine, site.backend)
    site.index()
    assert differences(site.archive, site.backend) == []
    return True


def test_away(site: Site, proxy: Proxy, caplog: pytest.LogCaptureFixture) -> None:
    proxy.end()
    assert "cannot be reached" in said(site, caplog)
    third = site.archive.add("Ice", [["It rained on the ice."]])
    assert site.client.get(f"/testimonies/{third}").status_code == 200
    with pytest.raises(SearchUnavailable, match="cannot be reached"):
        site.index()
    proxy.begin()
    assert found(site) == 2
    assert agree(site)
    assert found(site) == 3


def test_a_withdrawal_holds_while_it_is_away(site: Site, proxy: Proxy) -> None:
    withdrawn = site.add("Ice", [["It rained on the ice."]])
    proxy.end()
    site.archive.state(withdrawn, NewStatement("withdrawn"))
    assert site.client.get(f"/testimonies/{withdrawn}").status_code == 404
    with pytest.raises(SearchUnavailable):
        site.index()
    proxy.begin()
    # The index still holds it; no search finds or counts it.
    assert withdrawn in site.backend.ids("public")
    assert found(site, "ice") == 0
    assert found(site) == 2
    assert agree(site)
    assert withdrawn not in site.backend.ids("public")


def test_slow(
    site: Site, proxy: Proxy, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_: Exchange) -> None:
        time.sleep(1.0)

    monkeypatch.setattr(connection.Connection, "asking", property(lambda self: self.patient(0.3)))
    proxy.fault = slow
    assert "did not answer in time" in said(site, caplog)
    proxy.fault = None
    monkeypatch.undo()
    assert found(site) == 2


def test_too_busy_for_a_moment_and_for_long(
    site: Site, proxy: Proxy, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [2]

    def busy(exchange: Exchange) -> None:
        """One document of a request is accepted, the rest is refused; or all of it."""
        if exchange.bulk and refusals[0]:
            refusals[0] -= 1
            exchange.answer(429, {"error": {"type": "es_rejected_execution_exception"}, "status": 429})

    monkeypatch.setattr(batches, "_PAUSES", (0.01, 0.01, 0.01))
    proxy.fault = busy
    site.add("Ice", [["It rained on the ice."]])
    assert refusals == [0]
    assert found(site) == 3
    refusals[0] = 1000
    site.archive.add("Fog", [["It rained in the fog."]])
    with pytest.raises(SearchUnavailable, match="too much to do"):
        site.index()
    assert found(site) == 3
    refusals[0] = 0
    assert agree(site)
    assert found(site) == 4


def test_documents_for_which_there_was_no_room_are_sent_again(
    site: Site, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []

    def busy(exchange: Exchange) -> None:
        if not exchange.bulk:
            return
        lines = exchange.body.splitlines()
        sent.append(len(lines) // 2)
        if len(sent) > 1:
            return
        # The last document of the first request finds no room.
        exchange.body = b"".join(line + b"\n" for line in lines[:-2])
        told: dict[str, Any] = json.loads(exchange.forward()[1])
        full = {"type": "es_rejected_execution_exception", "reason": "queue is full"}
        told["items"].append({"index": {"_id": "x", "status": 429, "error": full}})
        exchange.answer(200, {**told, "errors": True})

    monkeypatch.setattr(batches, "_PAUSES", (0.01,))
    site.archive.add("Ice", [["It rained on the ice.", "Then it froze."]])
    proxy.fault = busy
    site.index()
    assert sent[:2] == [3, 1]
    assert agree(site)


def test_cut_in_the_answer_to_a_search(site: Site, proxy: Proxy, caplog: pytest.LogCaptureFixture) -> None:
    cuts = [1]

    def cut(exchange: Exchange) -> None:
        if cuts[0]:
            cuts[0] -= 1
            exchange.cut(20)

    proxy.fault = cut
    assert found(site) == 2  # asked once more
    cuts[0] = 1000
    assert "cannot be reached" in said(site, caplog)
    cuts[0] = 0
    assert found(site) == 2


@pytest.mark.parametrize("after", [0, 30])
def test_cut_in_the_answer_to_a_write(site: Site, proxy: Proxy, after: int) -> None:
    """It was written, and nobody was told; meanwhile it changes."""

    def cut(exchange: Exchange) -> None:
        if exchange.bulk:
            exchange.cut(after)

    third = site.archive.add("Ice", [["It rained on the ice.", "Then it froze."]])
    proxy.fault = cut
    with pytest.raises(SearchUnavailable, match="cannot be reached"):
        site.index()
    proxy.fault = None
    site.archive.state(third, NewStatement("restricted"))
    assert agree(site)
    assert found(site) == 2
    assert third in site.backend.ids("staff")


def test_read_only_by_flood_stage(site: Site, client: Elasticsearch) -> None:
    names = [site.backend.live("public"), site.backend.live("staff")]
    block = {"index.blocks.read_only_allow_delete": True}
    client.indices.put_settings(index=names, settings=block)
    site.archive.add("Ice", [["It rained on the ice."]])
    for attempt in (site.index, lambda: site.backend.check("public")):
        with pytest.raises(SearchUnavailable, match="read-only because a disk"):
            attempt()
    assert found(site) == 2  # what is in can be found
    client.indices.put_settings(index=names, settings={"index.blocks.read_only_allow_delete": None})
    assert agree(site)
    assert found(site) == 3


def test_deleted_by_hand(site: Site, client: Elasticsearch, caplog: pytest.LogCaptureFixture) -> None:
    before = site.backend.live("public")
    client.indices.delete(index=before)
    assert "has to be built" in said(site, caplog)
    site.archive.add("Ice", [["It rained on the ice."]])
    with pytest.raises(IndexUnusable):
        site.index()
    assert not client.indices.exists(index=before)  # not made by writing
    assert agree(site)
    assert found(site) == 3


def test_rights_deleted_by_hand(site: Site, client: Elasticsearch) -> None:
    client.indices.delete(index=f"{site.archive.settings.elasticsearch_prefix}-leases")
    site.add("Ice", [["It rained on the ice."]])
    assert agree(site)


def test_of_an_older_release(site: Site, client: Elasticsearch, caplog: pytest.LogCaptureFixture) -> None:
    prefix = site.archive.settings.elasticsearch_prefix
    client.indices.delete(index=site.backend.live("public"))
    older = f"{prefix}-public-0-3.0.0-1"
    client.indices.create(
        index=f"{older}-00000000",
        aliases={f"{older}.live": {}},
        mappings={"properties": {"text": {"type": "text"}}},
    )
    assert "of another version" in said(site, caplog)
    assert agree(site)
    assert found(site) == 2
    assert not client.indices.exists(index=f"{older}-00000000")


def test_with_fields_of_another_release(site: Site, client: Elasticsearch) -> None:
    name = site.backend.live("public")
    aliases = client.indices.get_alias(index=name).body[name]["aliases"]
    mapping = client.indices.get_mapping(index=name).body[name]["mappings"]
    del mapping["properties"]["passage_edges"]
    client.indices.delete(index=name)
    client.indices.create(index=name, aliases=aliases, mappings=mapping)
    site.archive.add("Ice", [["It rained on the ice."]])
    with pytest.raises(IndexUnusable, match=r"1 of 2 documents were refused, .* has not the fields"):
        site.index()
    with pytest.raises(IndexUnusable, match="has not the fields"):
        site.backend.check("public")
    assert agree(site)
    assert found(site) == 3


def test_a_key_that_is_refused(tmp_path: Path, elasticsearch: str, caplog: pytest.LogCaptureFixture) -> None:
    """The gatekeeper is a proxy: the distribution that tests can have makes no keys."""

    def keep(exchange: Exchange) -> None:
        if exchange.headers.get("authorization") != "ApiKey cmlnaHQ=":
            told = {"type": "security_exception", "reason": "unable to authenticate"}
            exchange.answer(401, {"error": told, "status": 401})

    with Proxy(elasticsearch) as gate:
        gate.fault = keep
        with lent(elasticsearch, elasticsearch_url=gate.url, elasticsearch_api_key="cmlnaHQ=") as right:
            site = Site(tmp_path / "right", **right)
            site.add("Weather", [["It rained all day."]])
            assert found(site) == 1
            wrong = site.archive.settings.model_copy(update={"elasticsearch_api_key": None})
            site.close()
            backend = create_backend(wrong)
            with pytest.raises(SearchUnavailable, match="knows neither the API key nor the user"):
                backend.check("public")
            backend.close()
    assert "cmlnaHQ=" not in caplog.text


def test_a_certificate_of_its_own(tmp_path: Path, elasticsearch: str) -> None:
    certificate = tmp_path / "certificate.pem"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=search",
            ),
            *(
                "-addext",
                "subjectAltName=IP:127.0.0.1",
                "-keyout",
                certificate,
                "-out",
                tmp_path / "only.pem",
            ),
        ],
        check=True,
        capture_output=True,
    )
    with certificate.open("ab") as file:
        file.write((tmp_path / "only.pem").read_bytes())
    fingerprint = subprocess.run(
        ["openssl", "x509", "-in", tmp_path / "only.pem", "-noout", "-fingerprint", "-sha256"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.partition("=")[2]
    with Proxy(elasticsearch, certificate) as tls, lent(elasticsearch, elasticsearch_url=tls.url) as plain:
        for trusted in (
            {"elasticsearch_ca": tmp_path / "only.pem"},
            {"elasticsearch_fingerprint": fingerprint.strip()},
        ):
            # The second archive finds an index that the first one left, and makes it its own.
            site = Site(tmp_path / next(iter(trusted)), **plain, **trusted)
            site.add("Weather", [["It rained all day."]])
            assert found(site) == 1
            site.close()
        untrusted = site.archive.settings.model_copy(update={"elasticsearch_fingerprint": None})
        backend = create_backend(untrusted)
        with pytest.raises(SearchUnavailable, match="certificate that is not trusted"):
            backend.check("public")
        backend.close()
