"""A raw Elasticsearch, asked directly: what the archive's own answers are measured beside.

It is asked the usual way: passages alone, each with what its testimony is filtered by; a search collapses
them by testimony, with the best three of each as inner hits, and counts testimonies with cardinalities (which
are approximate). Words are analysed by the engine. A question of two words wants both in one passage, and an
exclusion leaves out passages: what this way can answer.
"""

import http.client
import json
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode, urlsplit

from elasticsearch import Elasticsearch

from archive.settings import Settings
from bench.generated import GeneratedTestimony
from bench.users import Question, Request
from search.backend import create_backend
from search.find import ask
from servers.elasticsearch import LocalElasticsearch

_INDEX = "usual"
_BULK = 1_000
_FACETS = ("collection", "language", "place", "year", "kind")
_KEYWORDS = ("testimony", "id", *_FACETS)


class _Server(LocalElasticsearch):
    """As it is started for good: a test's lives too short for a compiler that takes pains."""

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {"ES_JAVA_OPTS": "-Xms1g -Xmx1g"}


@contextmanager
def elasticsearch() -> Iterator[LocalElasticsearch]:
    """A server of one node with a heap of 1 GiB, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="testimony-bench-"))
    server = _Server(folder, {})
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


def pids_of(server: LocalElasticsearch) -> list[int]:
    """The server's processes, which all name its folder."""
    folder = str(server.data.parent).encode()
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                named = folder in (process / "cmdline").read_bytes()
            except OSError:
                continue
            if named:
                found.append(int(process.name))
    return found


def load_usual(url: str, testimonies: Iterable[GeneratedTestimony]) -> tuple[int, float]:
    """Load all passages; how many, and the seconds that the engine took for them."""
    engine = _Direct(url)
    properties: dict[str, Any] = {name: {"type": "keyword"} for name in _KEYWORDS}
    properties["text"] = {"type": "text"}
    settings = {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "-1"}
    mapping = {"dynamic": "strict", "properties": properties}
    engine.send("PUT", f"/{_INDEX}", {"settings": settings, "mappings": mapping})
    count, seconds = 0, 0.0
    lines: list[str] = []
    for row in _rows(testimonies):
        lines += (json.dumps({"index": {"_id": row["id"]}}), json.dumps(row, ensure_ascii=False))
        count += 1
        if len(lines) == 2 * _BULK:
            seconds += engine.bulk(lines)
            lines.clear()
    if lines:
        seconds += engine.bulk(lines)
    began = time.perf_counter()
    engine.send("POST", f"/{_INDEX}/_refresh")
    return count, seconds + time.perf_counter() - began


def size_of(url: str, index: str) -> int:
    """Bytes of an index on disk."""
    told = _Direct(url).send("GET", f"/{index}/_stats/store")
    return int(told["_all"]["primaries"]["store"]["size_in_bytes"])


def usual_questions(kind: str, queries: list[str]) -> list[Question]:
    """What the engine is asked the usual way, for queries as people type them."""
    return [[Request(f"/{_INDEX}/_search", json.dumps(_usual(kind, query)).encode())] for query in queries]


def same_questions(settings: Settings, queries: list[str]) -> list[Question]:
    """The very requests that the archive's own backend makes for each query."""
    backend = create_backend(settings)
    questions: list[Question] = []
    for query in queries:
        with _recorded() as requests:
            backend.search(ask(query))
        questions.append(requests)
    backend.close()
    return questions


@contextmanager
def _recorded() -> Iterator[list[Request]]:
    """All that the client sends while the block lasts."""
    sent: list[Request] = []
    perform = Elasticsearch.perform_request

    def record(client: Elasticsearch, method: str, path: str, **given: Any) -> Any:
        params = {name: str(value).lower() for name, value in (given.get("params") or {}).items()}
        address = f"{path}?{urlencode(params)}" if params else path
        body = given.get("body")
        sent.append(Request(address, None if body is None else json.dumps(body).encode()))
        return perform(client, method, path, **given)

    with patch.object(Elasticsearch, "perform_request", record):
        yield sent


def _rows(testimonies: Iterable[GeneratedTestimony]) -> Iterator[dict[str, Any]]:
    for made in testimonies:
        known = {
            "testimony": str(made.number),
            "collection": made.collection,
            "language": made.language,
            "place": made.places,
            "year": str(made.year),
            "kind": made.kind,
        }
        passages = (passage for recording in made.recordings for passage in recording)
        for place, passage in enumerate(passages):
            yield {"id": f"{made.number}-{place}", "text": passage.text, **known}


def _usual(kind: str, query: str) -> dict[str, Any]:
    return {
        "size": 20,
        "_source": False,
        "track_total_hits": False,
        "query": _query(kind, query),
        "collapse": {
            "field": "testimony",
            "inner_hits": {"name": "best", "size": 3, "_source": ["id"], "track_scores": True},
        },
        "aggs": {
            "testimonies": {"cardinality": {"field": "testimony"}},
            **{
                name: {
                    "terms": {"field": name, "size": 50},
                    "aggs": {"testimonies": {"cardinality": {"field": "testimony"}}},
                }
                for name in _FACETS
            },
        },
    }


def _query(kind: str, query: str) -> dict[str, Any]:
    if kind.startswith("phrase"):
        return {"match_phrase": {"text": query.strip('"')}}
    if kind == "exclusion":
        wanted, unwanted = query.split(" -")
        return {"bool": {"must": {"match": {"text": wanted}}, "must_not": {"match": {"text": unwanted}}}}
    return {"match": {"text": {"query": query, "operator": "and"}}}


class _Direct:
    """Plain HTTP to the engine."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=300)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The answer. Raises RuntimeError where it says that something is wrong."""
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        self._connection.request(method, path, content, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {told[:500]!r}")
        return json.loads(told)

    def bulk(self, lines: list[str]) -> float:
        """Send what is to be indexed; the seconds that took."""
        content = "".join(f"{line}\n" for line in lines).encode()
        began = time.perf_counter()
        told = self.send("POST", f"/{_INDEX}/_bulk", content)
        took = time.perf_counter() - began
        if told["errors"]:
            raise RuntimeError(f"bulk: {json.dumps(told)[:500]}")
        return took
