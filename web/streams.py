"""Answers that take long, such as hours of sound: the gate is asked again while they go out, and what is
closed meanwhile is cut off in mid-stream, however slowly it is read.

All that are under way are looked at together, in one short read a second, in a thread of its own: the cost
grows with the number of testimonies that are listened to, not with the number of listeners.
"""

import logging
from asyncio import Event, Task, create_task, get_running_loop, sleep, wait
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from archive.access import Viewer
from archive.database import reading
from archive.queries import testimonies
from archive.queries.readings import may_hear_on

log = logging.getLogger(__name__)

SECONDS = 1.0
"""How often the gate is asked."""

ABORT = "testimony.abort"
"""ASGI extension: a function that breaks the connection off (see `web.serving`)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody is being given: a copy of a recording, made from a file, in which `closed` is closed."""

    testimony_id: int
    recording_id: str
    file_id: int
    closed: str
    viewer: Viewer


@dataclass(eq=False, slots=True)
class _Stream:
    heard: Heard
    cut: Event = field(default_factory=Event)


class Streams:
    """The long answers of one site that are under way."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock
        self._streams: set[_Stream] = set()
        self._watch: Task[None] | None = None
        # Of its own: the threads that read files for slow readers must not keep the gate from being asked.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="streams")

    def guard(self, response: Response, heard: Heard) -> Response:
        """The response, to be cut off once `heard` may no longer be given."""
        return _Guarded(self, response, heard)

    def close(self) -> None:
        """Look after nothing any more."""
        if self._watch is not None:
            self._watch.cancel()
        self._thread.shutdown()

    def enter(self, heard: Heard) -> _Stream:
        """Look after a stream from now on."""
        stream = _Stream(heard)
        self._streams.add(stream)
        if self._watch is None or self._watch.done():
            self._watch = create_task(self._look_on())
        return stream

    def leave(self, stream: _Stream) -> None:
        """It is done, or gone."""
        self._streams.discard(stream)

    async def _look_on(self) -> None:
        """Once a second, as long as there is anything to look after."""
        while True:
            await sleep(SECONDS)
            if not self._streams:
                return
            asked = {stream.heard for stream in self._streams}
            try:
                open_still = await get_running_loop().run_in_executor(self._thread, self._ask, asked)
            except Exception:
                # Whether it is still open can't be known, so it is closed; a player asks again by itself.
                log.exception("the gate could not be asked: what was being heard is cut off")
                open_still = set()
            for stream in list(self._streams):
                if stream.heard in asked and stream.heard not in open_still:
                    stream.cut.set()

    def _ask(self, asked: Collection[Heard]) -> set[Heard]:
        now = self._clock()
        with reading(self._engine) as session:
            loaded = testimonies.load_heard(session, {heard.testimony_id for heard in asked})
        rows = {row.id: row for row in loaded}
        return {
            heard
            for heard in asked
            if heard.testimony_id in rows
            and may_hear_on(
                rows[heard.testimony_id],
                heard.recording_id,
                heard.viewer,
                now,
                file_id=heard.file_id,
                closed=heard.closed,
            )
        }


class _Guarded(Response):
    """A response under watch. It is the inner one to everybody who looks at its status and headers."""

    def __init__(self, streams: Streams, inner: Response, heard: Heard) -> None:
        self.status_code = inner.status_code
        self.raw_headers = inner.raw_headers
        self.background = None
        self._streams = streams
        self._inner = inner
        self._heard = heard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer on, until it is done or cut off."""
        stream = self._streams.enter(self._heard)

        async def send_on(message: Message) -> None:
            if not stream.cut.is_set():
                await send(message)

        sending = create_task(self._inner(scope, receive, send_on))
        cutting = create_task(stream.cut.wait())
        try:
            await wait((sending, cutting), return_when="FIRST_COMPLETED")
        finally:
            self._streams.leave(stream)
            cutting.cancel()
            done = sending.done()
            sending.cancel()
            await wait((sending,))
        if done and not sending.cancelled():
            sending.result()
            return
        abort = scope.get("extensions", {}).get(ABORT)
        if abort is not None:
            # Not closed but broken off: what was written and not sent yet isn't sent, and nobody takes what
            # arrived for all of it.
            abort()
            await sleep(0)
