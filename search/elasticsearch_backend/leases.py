"""The right to do something that one process may do at a time, on whatever machine it runs.

Elasticsearch has no locks that a dead process lets go of. So a right is a document that its holder writes
anew every second. Whoever wants it watches: while it changes, somebody holds it; when it has been the same
for half a minute, the holder is dead or cut off, and one of those who watch takes it over (by the document's
number, which lets one succeed). No two clocks are compared. The holder stops writing when it could not renew
its right for half of that time.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from elastic_transport import TransportError
from elasticsearch import ApiError, BadRequestError, ConflictError, NotFoundError

from archive.errors import SearchUnavailable
from search.elasticsearch_backend.connection import Connection

log = logging.getLogger(__name__)

LEASE_SECONDS = 30.0
BEAT_SECONDS = 1.0

_SAY_EVERY = 10.0
_LOOK_EVERY = 0.1

_MAPPING = {"dynamic": "strict", "properties": {"holder": {"type": "keyword"}, "beat": {"type": "long"}}}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What stands in a right's document, and the number of its last change."""

    holder: str
    number: tuple[int, int]


class Lease:
    """A right that is held, and renewed in a thread of its own until it is let go."""

    def __init__(self, connection: Connection, place: str, right: str, number: tuple[int, int]) -> None:
        self._connection, self._place, self.right = connection, place, right
        self.holder = secrets.token_hex(8)
        self._number = number
        self._renewed = time.monotonic()
        self._renewing = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease {right}", daemon=True)

    def begin(self, holder: str) -> None:
        """Renew it from now on."""
        self.holder = holder
        self._thread.start()

    def insist(self) -> None:
        """Return while the right is surely held; raise SearchUnavailable where another may have it."""
        if time.monotonic() - self._renewed > LEASE_SECONDS / 2:
            raise SearchUnavailable("The right to write the search index could not be renewed in time.")

    def confirm(self) -> None:
        """Return where nobody else had the right up to now; raise SearchUnavailable where somebody may have.

        `insist` goes by a clock that stands still where the machine is frozen; this asks.
        """
        try:
            self._renew(-1)
        except (ConflictError, NotFoundError):
            self._renewed = float("-inf")
            raise SearchUnavailable(
                "Another process took over the right to write the search index."
            ) from None
        except (ApiError, TransportError) as error:
            raise self._connection.explain(error, "index of rights") from error

    def end(self) -> None:
        """Let go of it."""
        self._ended.set()
        self._thread.join()
        term, number = self._number
        try:
            self._connection.writing.delete(
                index=self._place, id=self.right, if_primary_term=term, if_seq_no=number
            )
        except (ApiError, TransportError) as error:
            log.debug("the right %s is let go of by nobody's renewing it: %s", self.right, error)

    def _beat(self) -> None:
        beat = 0
        while not self._ended.wait(BEAT_SECONDS):
            beat += 1
            try:
                self._renew(beat)
            except (ConflictError, NotFoundError):
                self._renewed = float("-inf")  # another has it
                return
            except (ApiError, TransportError) as error:
                log.debug("the right %s is not renewed: %s", self.right, error)

    def _renew(self, beat: int) -> None:
        with self._renewing:
            began = time.monotonic()
            term, number = self._number
            answer = self._connection.patient(LEASE_SECONDS / 2).index(
                index=self._place,
                id=self.right,
                document={"holder": self.holder, "beat": beat},
                if_primary_term=term,
                if_seq_no=number,
                require_alias=False,
            )
            self._number = (answer["_primary_term"], answer["_seq_no"])
            self._renewed = began


class Leases:
    """The rights of one archive, kept in an index of their own."""

    def __init__(self, connection: Connection, prefix: str, *, wait_seconds: float) -> None:
        self._connection, self._place, self._wait_seconds = connection, f"{prefix}-leases", wait_seconds

    @contextmanager
    def held(self, right: str, why: str) -> Iterator[Lease]:
        """Hold a right. Waits while another process has it, and says so; raises SearchUnavailable when that
        lasts too long."""
        began = said = time.monotonic()

        def wait(alive: bool) -> None:
            nonlocal said
            now = time.monotonic()
            if now - began > self._wait_seconds:
                raise SearchUnavailable(f"{why}, and did so for {now - began:.0f} s.")
            if alive and (now - said > _SAY_EVERY or said == began):
                log.info("%s; waiting.", why)
                said = now

        with self._taken(right, wait) as lease:
            yield lease

    @contextmanager
    def held_at_once(self, right: str, why: str) -> Iterator[Lease]:
        """Hold a right. Raises SearchUnavailable as soon as another process is seen to have it."""

        def wait(alive: bool) -> None:
            if alive:
                raise SearchUnavailable(why)

        with self._taken(right, wait) as lease:
            yield lease

    @contextmanager
    def _taken(self, right: str, wait: Callable[[bool], None]) -> Iterator[Lease]:
        holder = secrets.token_hex(8)
        with self._connection.explained("index of rights"):
            number = self._take(right, holder, wait)
        lease = Lease(self._connection, self._place, right, number)
        lease.begin(holder)
        try:
            yield lease
        finally:
            lease.end()

    def _take(self, right: str, holder: str, wait: Callable[[bool], None]) -> tuple[int, int]:
        first: _Seen | None = None
        since = time.monotonic()
        while True:
            seen = self._look(right)
            now = time.monotonic()
            if seen is None or (seen == first and now - since > LEASE_SECONDS):
                number = self._write(right, holder, seen)
                if number is not None:
                    return number
                continue
            if seen != first:
                wait(first is not None)
                first, since = seen, now
            else:
                wait(False)
            time.sleep(_LOOK_EVERY)

    def _look(self, right: str) -> _Seen | None:
        try:
            found = self._connection.asking.get(index=self._place, id=right)
        except NotFoundError:
            return None
        return _Seen(found["_source"]["holder"], (found["_primary_term"], found["_seq_no"]))

    def _write(self, right: str, holder: str, instead_of: _Seen | None) -> tuple[int, int] | None:
        """The number of the change that gave the right to this holder; None where another was faster."""
        document = {"holder": holder, "beat": 0}
        client = self._connection.writing
        try:
            if instead_of is None:
                self._make_place()
                answer = client.create(index=self._place, id=right, document=document)
            else:
                log.warning("Whoever held the right %s is gone; it is taken over.", right)
                term, number = instead_of.number
                answer = client.index(
                    index=self._place, id=right, document=document, if_primary_term=term, if_seq_no=number
                )
        except (ConflictError, NotFoundError):
            return None
        return answer["_primary_term"], answer["_seq_no"]

    def _make_place(self) -> None:
        client = self._connection.writing
        if client.indices.exists(index=self._place):
            return
        settings = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
        try:
            client.indices.create(index=self._place, mappings=_MAPPING, settings=settings)
        except BadRequestError as error:
            if "resource_already_exists" not in str(error):
                raise
