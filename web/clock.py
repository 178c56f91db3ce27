"""The clock of a site: what has come by it is noted beside the answers and not before them
(docs/decisions/clock.md).

An answer needs no more than the moment. That a date has come is noted for the case alone that the clock is
set back afterwards. So nobody waits for whoever writes to the database just then; and until it is noted what
has come by the moments that were given, none before them is given.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from threading import Condition, Thread

import archive.clock
from archive.errors import ArchiveError, DatabaseUnavailable

log = logging.getLogger(__name__)

_SHORT_SECONDS = 0.25
"""So long the first to ask in a second waits for the noting, where that was up to date: mostly it takes a few
thousandths, and then what is answered can't be forgotten. Where it takes longer, nobody waits after that."""
_SET_BACK_SECONDS = 2.0
"""So long whoever asks by a clock that was set back waits for what was answered before to be noted."""
_RETRY_SECONDS = 2.0
_PAUSE_SECONDS = 0.1
"""Between two batches, for other writers."""


class _Closed(Exception):
    """The site ends: what is not noted yet others will."""


class SiteClock:
    """The clock by which a site judges access. May be asked by several threads. `note` is
    `archive.dates.note_dates` on the archive's database."""

    def __init__(
        self,
        note: Callable[[datetime | None, datetime, Callable[[], None]], None],
        clock: Callable[[], datetime] = archive.clock.now,
    ) -> None:
        self._note_dates = note
        self._clock = clock
        self._changed = Condition()
        """Held for a moment only, never while the database is asked."""
        self._given: datetime | None = None
        """The second of the latest answer, since the clock was last set back."""
        self._noted: datetime | None = None
        """What has come by then is noted."""
        self._noting: Thread | None = None
        self._closed = False
        self._trouble: str | None = None

    def __call__(self) -> datetime:
        """The present moment. Raises DatabaseUnavailable where the clock was set back, and what came before
        cannot be noted just now.

        Access is stated in whole seconds (`archive.changes.access.state`), so within one nothing comes.
        """
        with self._changed:
            now = self._clock()
            second = now.replace(microsecond=0)
            if self._given is None or second > self._given:
                up_to_date = self._noted == self._given
                self._given = second
                self._have_noted()
                if up_to_date:
                    self._wait(_SHORT_SECONDS)
            elif second < self._given:
                if not self._wait(_SET_BACK_SECONDS):
                    raise DatabaseUnavailable(
                        "the clock was set back, and what came before cannot be noted: "
                        + (self._trouble or "the database is busy")
                    )
                # What is said meanwhile may have dates that were passed before.
                self._given = self._noted = second
        return now

    def close(self) -> None:
        """Note nothing any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._noting is not None:
            # No longer than that: where it waits for another writer, it ends with the process.
            self._noting.join(_PAUSE_SECONDS)

    def _wait(self, seconds: float) -> bool:
        """Whether, after `seconds` at most, all is noted that came by the answers."""
        return self._changed.wait_for(lambda: self._noted == self._given, seconds)

    def _have_noted(self) -> None:
        """Have what has come noted, beside."""
        if self._noting is None and not self._closed:
            self._noting = Thread(target=self._go_on_noting, name="dates", daemon=True)
            self._noting.start()
        self._changed.notify_all()

    def _go_on_noting(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._noted != self._given)
                since, until = self._noted, self._given
            if self._closed or until is None:
                return
            try:
                self._note_dates(since, until, self._pause)
            except _Closed:
                return
            except ArchiveError as error:
                if self._is_news(error):
                    log.warning("dates that have come cannot be noted yet: %s", error)
            except Exception as error:
                # Told, and tried again like the others: without this thread nothing would be noted any more.
                if self._is_news(error):
                    log.exception("dates that have come cannot be noted")
            else:
                if self._trouble is not None:
                    log.info("dates that have come are noted again")
                with self._changed:
                    self._noted, self._trouble = until, None
                    self._changed.notify_all()
                continue
            with self._changed:
                self._changed.wait_for(lambda: self._closed, _RETRY_SECONDS)

    def _pause(self) -> None:
        with self._changed:
            if self._changed.wait_for(lambda: self._closed, _PAUSE_SECONDS):
                raise _Closed

    def _is_news(self, error: Exception) -> bool:
        known, self._trouble = self._trouble, str(error)
        return known != self._trouble and not self._closed
