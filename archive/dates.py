"""A clock that notes what has come by it (docs/decisions/clock.md).

What is open of a testimony changes at the dates of its access statements and at no other moment. So it is
enough to keep of each testimony the latest of its dates that has come: a clock that is set back behind it is
seen through (`archive.statements.judged_at`). Whoever judges by a moment notes which dates have come by it;
that costs one short look, and a write where one has.
"""

import time
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from sqlalchemy import Engine

import archive.clock
from archive.changes import dates as changes
from archive.database import reading, writing
from archive.queries import dates

BATCH = 50
"""How many testimonies are noted in one transaction: other writers wait for a quarter of a second. On the
anniversaries that embargoes like to end on there may be thousands."""

_GIVE_WAY_SECONDS = 0.1
"""Between two of them. On SQLite whoever waits looks only so often whether the lock is free."""


def _give_way() -> None:
    time.sleep(_GIVE_WAY_SECONDS)


class WatchedClock:
    """The clock by which a command judges access: who asks waits until what has come is noted (a site's
    clock: `web.clock`). May be asked by several threads."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] | None = None) -> None:
        self._engine = engine
        self._clock = clock or archive.clock.now
        self._looked_at: datetime | None = None
        self._lock = Lock()

    def __call__(self) -> datetime:
        """The present moment. All dates that have come by it are noted.

        Access is stated in whole seconds (`archive.changes.access.state`), so within one nothing comes, and
        one look is enough for all that ask in it: with a look for each, fifty listeners waited for one
        another.
        """
        with self._lock:  # before the clock is asked: who waited is not behind who looked meanwhile
            now = self._clock()
            second = now.replace(microsecond=0)
            if self._looked_at is None or second > self._looked_at:
                note_dates(self._engine, self._looked_at, second)
            # Set back as well: what is said meanwhile may have dates that were passed before.
            self._looked_at = second
        return now


def note_dates(
    engine: Engine, since: datetime | None, now: datetime, between: Callable[[], object] = _give_way
) -> None:
    """Note dates that came after `since` (None: ever) and not after `now`. Where there are many, `between` is
    called after each batch; what it raises ends the work, and what was noted by then stays noted."""
    with reading(engine) as session:
        news = dates.unnoted(session, since, now)
    for start in range(0, len(news), BATCH):
        if start:
            between()
        with writing(engine) as session:
            changes.reach_all(session, news[start : start + BATCH], now)
