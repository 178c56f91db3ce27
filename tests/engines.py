"""A real Elasticsearch for tests: one that TESTIMONY_ELASTICSEARCH_URL names, else one that is started here
and ended again. Each test has names of its own in it."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from servers import distribution
from servers.elasticsearch import LocalElasticsearch, running


@contextmanager
def lent(url: str, **more: Any) -> Iterator[dict[str, Any]]:
    """Settings (by name) for an archive that searches with this Elasticsearch; what it left there goes at the
    end. `more` are others, such as the address of a proxy."""
    prefix = f"test_{secrets.token_hex(5)}"
    yield {"search": "elasticsearch", "elasticsearch_url": url, "elasticsearch_prefix": prefix, **more}
    with Elasticsearch(url) as client:
        for name in client.indices.get(index=f"{prefix}-*", expand_wildcards="all").body:
            client.indices.delete(index=name)


@contextmanager
def own_server(*args: Any, **options: Any) -> Iterator[LocalElasticsearch]:
    """A server for one test or module, which it may end, stop and break. Where there can be none the test is
    skipped; where CI=true it fails."""
    try:
        distribution.find_java()
        distribution.fetch()
    except distribution.ServerMissing as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))
    with running(*args, **options) as server:
        yield server


@contextmanager
def any_server() -> Iterator[str]:
    """The address of a server that tests share."""
    if url := os.environ.get("TESTIMONY_ELASTICSEARCH_URL"):
        yield url
        return
    with own_server() as server:
        yield server.url
