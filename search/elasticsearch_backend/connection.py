"""The connection to Elasticsearch, and what its errors mean in words."""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from archive.errors import IndexUnusable, SearchUnavailable
from archive.settings import Settings

ANSWER_SECONDS = 10.0
"""A search that takes longer is given up: nobody waits longer for a page."""

WRITE_SECONDS = 60.0
"""The same for one request that writes (some MB)."""


_CONNECTIONS = 40
"""To one node: as many requests as the site works on at once."""


class Connection:
    """Opened by the first use; a closed one is opened again. For any number of threads."""

    def __init__(self, settings: Settings, *, answer_seconds: float, write_seconds: float) -> None:
        self._settings = settings
        self._answer_seconds, self._write_seconds = answer_seconds, write_seconds
        self._client: Elasticsearch | None = None
        self._lock = threading.Lock()

    @property
    def asking(self) -> Elasticsearch:
        """For what changes nothing: asked once more where the connection breaks, as one that was idle while
        the server was started anew does."""
        return self._opened()

    @property
    def writing(self) -> Elasticsearch:
        """For what changes something: asked once."""
        return self._opened().options(max_retries=0, request_timeout=self._write_seconds)

    def patient(self, seconds: float) -> Elasticsearch:
        """For one request that may take long."""
        return self._opened().options(max_retries=0, request_timeout=seconds)

    def close(self) -> None:
        """Let go of all connections."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    @contextmanager
    def explained(self, what: str = "search index") -> Iterator[None]:
        """An error of ours for whatever the client raises."""
        try:
            yield
        except (ApiError, TransportError, UnsupportedProductError) as error:
            raise self.explain(error, what) from error

    def explain(self, error: Exception, what: str = "search index") -> SearchUnavailable:
        """The error of ours for one of the client's."""
        there = f"Elasticsearch at {self._settings.elasticsearch_url}"
        if isinstance(error, ApiError):
            return read_refusal(there, what, error.status_code, _told(error.body))
        if isinstance(error, ConnectionTimeout):
            return SearchUnavailable(f"{there} did not answer in time.")
        if isinstance(error, TlsError):
            return SearchUnavailable(
                f"{there} has a certificate that is not trusted ({error.message}). See "
                "TESTIMONY_ELASTICSEARCH_CA and TESTIMONY_ELASTICSEARCH_FINGERPRINT."
            )
        if isinstance(error, TransportError):
            return SearchUnavailable(f"{there} cannot be reached: {error.message}")
        return SearchUnavailable(f"What answers at {self._settings.elasticsearch_url} is no Elasticsearch.")

    def _opened(self) -> Elasticsearch:
        with self._lock:
            if self._client is None:
                self._client = self._open()
            return self._client

    def _open(self) -> Elasticsearch:
        # It warns, with a traceback, of each try that failed; what came of them is said by our errors.
        logging.getLogger("elastic_transport").setLevel(logging.ERROR)
        settings = self._settings
        options: dict[str, Any] = {}
        if settings.elasticsearch_api_key is not None:
            options["api_key"] = settings.elasticsearch_api_key.get_secret_value()
        elif settings.elasticsearch_user is not None:
            password = settings.elasticsearch_password
            options["basic_auth"] = (
                settings.elasticsearch_user,
                password.get_secret_value() if password else "",
            )
        if settings.elasticsearch_ca is not None:
            options["ca_certs"] = str(settings.elasticsearch_ca)
        if settings.elasticsearch_fingerprint is not None:
            options["ssl_assert_fingerprint"] = settings.elasticsearch_fingerprint
        return Elasticsearch(
            [url.strip() for url in settings.elasticsearch_url.split(",")],
            request_timeout=self._answer_seconds,
            connections_per_node=_CONNECTIONS,
            max_retries=2,
            retry_on_timeout=False,
            retry_on_status=(),
            **options,
        )


def read_refusal(there: str, what: str, status: int, told: Mapping[str, Any]) -> SearchUnavailable:
    """The error of ours for an answer (or a part of one) of Elasticsearch's with this status, by the type
    and reason that it gives."""
    kind, reason = str(told.get("type", "")), str(told.get("reason", "")) or "no reason was given"
    if kind in ("index_not_found_exception", "aliases_not_found_exception"):
        return IndexUnusable(f"There is no {what}; it has to be built.")
    if kind == "index_closed_exception":
        return IndexUnusable(f"The {what} was closed.")
    if kind == "strict_dynamic_mapping_exception":
        return IndexUnusable(f"The {what} has not the fields that it should have ({reason}).")
    if kind == "cluster_block_exception":
        if "flood-stage" in reason:
            return SearchUnavailable(
                f"{there} has made the {what} read-only because a disk of its own is nearly full."
            )
        return SearchUnavailable(f"{there} lets nobody write the {what}: {reason}")
    if status == 401:
        return SearchUnavailable(
            f"{there} knows neither the API key nor the user and password that it was given."
        )
    if status == 403:
        return SearchUnavailable(f"{there} does not let this user do what the search needs: {reason}")
    if status == 429:
        return SearchUnavailable(f"{there} has too much to do just now.")
    if status in (502, 503, 504):
        return SearchUnavailable(f"{there} is not ready: {reason}")
    return SearchUnavailable(f"{there} refused what it was asked ({status}): {reason}")


def _told(body: Any) -> Mapping[str, Any]:
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, Mapping):
        return error
    return {"reason": str(error or "")}
