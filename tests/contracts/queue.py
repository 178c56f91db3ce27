"""What every `archive.jobs.Queue` promises; an implementation's tests inherit `QueueContract`."""

import threading
import time
from collections.abc import Callable
from threading import Barrier, Event, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from archive.errors import DatabaseUnavailable, MediaError, WorkerRunning
from archive.jobs import Deferring, Interrupted, InTurn, Job, JobState, Queue

SOON = 20.0
"""Seconds after which a test gives up waiting; on a busy machine threads may take long to be heard."""


def defer(queue: Deferring, engine: Engine, *recordings: int, priority: int = 0) -> None:
    for recording_id in recordings:
        with engine.begin() as connection:
            queue.defer(connection, recording_id, priority=priority)


def do_all(
    queue: Queue,
    handle: Callable[[Job], None] | None = None,
    workers: int = 1,
    idle: Callable[[], None] | None = None,
) -> list[int]:
    """Run all that is due; gives the recordings in the order in which their jobs began."""
    begun = []

    def note(job: Job) -> None:
        begun.append(job.recording_id)
        if handle is not None:
            handle(job)

    queue.run(note, stop=Event(), workers=workers, until_idle=True, idle=idle)
    return begun


class QueueContract:
    """Tests that take the fixtures `engine` (in whose database any number may be a recording) and `queue`."""

    one_worker = False
    """Whether only one worker may be at work on an archive."""

    def test_an_empty_queue_is_idle(self, queue: Queue) -> None:
        assert do_all(queue) == []
        assert queue.states() == []
        assert not queue.running()

    def test_a_job_is_done_once(self, queue: Queue, engine: Engine) -> None:
        defer(queue, engine, 7)
        assert queue.states() == [JobState(7, "waiting", 0, None)]
        assert do_all(queue) == [7]
        assert queue.states() == []
        assert do_all(queue) == []

    def test_a_job_is_due_with_the_transaction_that_defers_it(self, queue: Queue, engine: Engine) -> None:
        with engine.connect() as connection, connection.begin() as transaction:
            queue.defer(connection, 7)
            transaction.rollback()
        assert queue.states() == []

    @pytest.mark.slow
    @settings(
        max_examples=15,
        deadline=None,
        # The suite is every queue's: each class of tests that has it asks for itself.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(st.lists(st.tuples(st.integers(1, 5), st.integers(-1, 2)), max_size=8))
    def test_highest_priority_and_oldest_first(
        self, queue: Queue, engine: Engine, deferrals: list[tuple[int, int]]
    ) -> None:
        """Deferring again keeps the job's place and the higher of the priorities."""
        priorities: dict[int, int] = {}
        for recording_id, priority in deferrals:
            defer(queue, engine, recording_id, priority=priority)
            priorities[recording_id] = max(priority, priorities.get(recording_id, priority))
        expected = sorted(priorities, key=lambda recording_id: -priorities[recording_id])
        assert do_all(queue) == expected

    def test_it_tells_what_is_due_in_the_order_of_the_work(self, queue: Queue, engine: Engine) -> None:
        defer(InTurn(queue), engine, 1, 2)
        defer(queue, engine, 3)
        defer(queue, engine, 4, priority=2)
        defer(queue, engine, 2, priority=1)
        assert [(state.recording_id, state.priority) for state in queue.states()] == [
            (4, 2),
            (2, 1),
            (1, 0),
            (3, 0),
        ]
        assert do_all(queue) == [4, 2, 1, 3]

    @pytest.mark.slow
    def test_a_deposit_of_a_hundred_does_not_keep_one_waiting(self, queue: Queue, engine: Engine) -> None:
        defer(InTurn(queue), engine, *range(1, 101))
        defer(queue, engine, 777)
        begun = []

        def handle(job: Job) -> None:
            begun.append(job.recording_id)
            if job.recording_id == 50:
                defer(queue, engine, 888)

        assert do_all(queue, handle) == begun
        assert begun[:4] == [1, 2, 777, 3]
        assert [each for each in begun if each <= 100] == [*range(1, 101)]
        assert begun.index(888) <= begun.index(50) + 3

    def test_deposits_take_turns(self, queue: Queue, engine: Engine) -> None:
        """Also with one that came when half of the other was done."""
        defer(InTurn(queue), engine, *range(1, 21))
        second = InTurn(queue)

        def handle(job: Job) -> None:
            if job.recording_id == 10:
                defer(second, engine, *range(101, 111))

        begun = do_all(queue, handle)
        assert begun[:11] == [*range(1, 12)]
        assert all(
            {begun[place] > 100, begun[place + 1] > 100} == {True, False} for place in range(11, 29, 2)
        )

    @pytest.mark.slow
    def test_those_that_come_one_by_one_do_not_starve_a_deposit(self, queue: Queue, engine: Engine) -> None:
        """Though another comes whenever one is done: each of the deposit waits for those alone that were
        there when the one before it was begun."""
        defer(InTurn(queue), engine, *range(1, 8))
        done = []

        def handle(job: Job) -> None:
            done.append(job)
            if len(done) < 40:
                defer(queue, engine, 1000 + len(done))

        begun = do_all(queue, handle)
        assert begun.index(7) <= sum(range(1, 8))

    def test_deferring_again_keeps_the_turn(self, queue: Queue, engine: Engine) -> None:
        defer(InTurn(queue), engine, 1, 2, 3)
        defer(queue, engine, 3)
        defer(InTurn(queue), engine, 4, 1)
        assert do_all(queue) == [1, 2, 4, 3]

    def test_what_is_urgent_comes_before_all_turns(self, queue: Queue, engine: Engine) -> None:
        defer(InTurn(queue), engine, 1, 2, 3, 4)
        defer(queue, engine, 4, priority=1)
        assert do_all(queue) == [4, 1, 2, 3]

    def test_a_job_that_fails_keeps_its_reason_and_the_others_go_on(
        self, queue: Queue, engine: Engine, caplog: pytest.LogCaptureFixture
    ) -> None:
        defer(queue, engine, 1, 2, 3, 4)

        def handle(job: Job) -> None:
            if job.recording_id == 1:
                raise MediaError("hum.wav", "no sound in it")
            if job.recording_id == 2:
                raise ZeroDivisionError
            if job.recording_id == 3:
                raise RuntimeError("boiled over")

        assert do_all(queue, handle) == [1, 2, 3, 4]
        assert queue.states() == [
            JobState(1, "failed", 1, "hum.wav: no sound in it"),
            JobState(2, "failed", 1, "ZeroDivisionError"),
            JobState(3, "failed", 1, "boiled over"),
        ]
        assert "Traceback" in caplog.text

    def test_a_database_that_is_away_fails_no_job(self, queue: Queue, engine: Engine) -> None:
        """It waits again as it was, and the worker ends."""
        defer(queue, engine, 7)

        def lose(_: Job) -> None:
            raise DatabaseUnavailable("the database is away")

        with pytest.raises(DatabaseUnavailable):
            do_all(queue, lose)
        assert queue.states() == [JobState(7, "waiting", 0, None)]
        assert do_all(queue) == [7]

    def test_a_failed_job_rests_until_it_is_deferred(self, queue: Queue, engine: Engine) -> None:
        defer(queue, engine, 7)

        def fail(_: Job) -> None:
            raise MediaError("hum.wav", "no sound in it")

        do_all(queue, fail)
        assert do_all(queue) == []
        defer(queue, engine, 7)
        assert queue.states() == [JobState(7, "waiting", 0, None)]
        assert do_all(queue) == [7]
        assert queue.states() == []

    @pytest.mark.parametrize("fails", [False, True])
    def test_deferring_what_runs_makes_it_run_once_more(
        self, queue: Queue, engine: Engine, fails: bool
    ) -> None:
        """However often it is deferred while it runs, and however that run ends."""
        defer(queue, engine, 7)
        runs = []

        def handle(job: Job) -> None:
            runs.append(job)
            if len(runs) == 1:
                defer(queue, engine, 7)
                defer(queue, engine, 7)
                assert queue.states() == [JobState(7, "running", 1, None)]
                if fails:
                    raise MediaError("hum.wav", "no sound in it")

        assert do_all(queue, handle) == [7, 7]
        assert [job.attempts for job in runs] == [0, 0]
        assert queue.states() == []

    def test_deferring_another_from_a_handler(self, queue: Queue, engine: Engine) -> None:
        defer(queue, engine, 1)

        def handle(job: Job) -> None:
            if job.recording_id < 4:
                defer(queue, engine, job.recording_id + 1)

        assert do_all(queue, handle) == [1, 2, 3, 4]

    def test_a_stop_leaves_what_has_not_begun(self, queue: Queue, engine: Engine) -> None:
        defer(queue, engine, 1, 2, 3)
        stop = Event()
        begun = []

        def handle(job: Job) -> None:
            begun.append(job.recording_id)
            stop.set()

        queue.run(handle, stop=stop)
        assert begun == [1]
        assert [state.recording_id for state in queue.states()] == [2, 3]

    def test_a_job_that_sees_the_stop_waits_again_as_it_was(self, queue: Queue, engine: Engine) -> None:
        defer(queue, engine, 7, 8)
        stop = Event()
        both = Barrier(2, action=stop.set)

        def handle(_: Job) -> None:
            both.wait(SOON)
            assert stop.wait(SOON)
            raise Interrupted

        before = queue.states()
        queue.run(handle, stop=stop, workers=2)
        assert queue.states() == before
        assert do_all(queue) == [7, 8]

    def test_a_stop_from_outside_is_noticed_while_there_is_nothing_to_do(self, queue: Queue) -> None:
        stop = Event()
        worker = Thread(target=lambda: queue.run(lambda _: None, stop=stop))
        worker.start()
        stop.set()
        worker.join(SOON)
        assert not worker.is_alive()

    def test_new_work_is_noticed(self, queue: Queue, engine: Engine) -> None:
        stop, done = Event(), Event()
        worker = Thread(target=lambda: queue.run(lambda _: done.set(), stop=stop))
        worker.start()
        try:
            defer(queue, engine, 7)
            assert done.wait(SOON)
        finally:
            stop.set()
            worker.join(SOON)

    def test_as_many_at_a_time_as_there_are_workers(self, queue: Queue, engine: Engine) -> None:
        defer(queue, engine, *range(1, 7))
        together = Barrier(3)
        lock = threading.Lock()
        now_running, most = 0, 0

        def handle(_: Job) -> None:
            nonlocal now_running, most
            with lock:
                now_running += 1
                most = max(most, now_running)
            together.wait(SOON)  # only three that run at once get past here
            with lock:
                now_running -= 1

        assert sorted(do_all(queue, handle, workers=3)) == [1, 2, 3, 4, 5, 6]
        assert queue.states() == []
        assert most == 3

    @pytest.mark.slow
    def test_idle_is_called_by_the_calling_thread_and_at_the_end(self, queue: Queue, engine: Engine) -> None:
        defer(queue, engine, 7)
        calls: list[tuple[threading.Thread, bool]] = []
        ended = Event()

        def handle(_: Job) -> None:
            time.sleep(1.5)
            ended.set()

        def idle() -> None:
            calls.append((threading.current_thread(), ended.is_set()))

        queue.run(handle, stop=Event(), until_idle=True, idle=idle)
        assert {thread for thread, _ in calls} == {threading.current_thread()}
        assert 2 <= len(calls) <= 5
        assert calls[-1][1]

    def test_work_that_idle_makes_due_is_done_too(self, queue: Queue, engine: Engine) -> None:
        done = []
        left = [7]

        def idle() -> None:
            if left:
                defer(queue, engine, left.pop())

        queue.run(lambda job: done.append(job.recording_id), stop=Event(), until_idle=True, idle=idle)
        assert done == [7]

    def test_an_error_of_idle_stops_the_worker_in_order(self, queue: Queue, engine: Engine) -> None:
        defer(queue, engine, 7, 8)
        stop = Event()

        def handle(_: Job) -> None:
            assert stop.wait(SOON)
            raise Interrupted

        def idle() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            queue.run(handle, stop=stop, idle=idle)
        assert [state.status for state in queue.states()] == ["waiting", "waiting"]
        assert not queue.running()
        assert do_all(queue) == [7, 8]

    @pytest.mark.slow
    def test_a_second_worker_beside_one_that_works(self, queue: Queue, engine: Engine) -> None:
        """Where only one may, it is refused; elsewhere it does what the first has no hand free for, and
        nobody does what may be done by one at a time."""
        defer(queue, engine, 7, 8)
        idle: list[str] = []
        refused, helped = [], []

        def handle(job: Job) -> None:
            assert queue.running()
            if job.recording_id == 8:
                return
            assert queue.workers() == 1
            try:
                queue.run(
                    lambda job: helped.append((job.recording_id, queue.workers())),
                    stop=Event(),
                    until_idle=True,
                    idle=lambda: idle.append("second"),
                )
            except WorkerRunning as error:
                refused.append(error)

        begun = do_all(queue, handle, idle=lambda: idle.append("first"))
        assert (len(refused), helped, begun) == ((1, [], [7, 8]) if self.one_worker else (0, [(8, 2)], [7]))
        assert set(idle) == {"first"}
        assert not queue.running()
        assert queue.workers() == 0

    def test_asking_whether_it_runs_keeps_no_worker_out(self, queue: Queue) -> None:
        stop = Event()

        def ask() -> None:
            while not stop.is_set():
                queue.running()

        asking = Thread(target=ask)
        asking.start()
        try:
            for _ in range(5):
                assert do_all(queue) == []
        finally:
            stop.set()
            asking.join()

    def test_after_every_deferral_comes_a_run(self, queue: Queue, engine: Engine) -> None:
        """Several threads defer while the worker works: whatever the moment, a run that begins later sees
        what made the work due. (In which order and how often is left open.)"""
        wanted = dict.fromkeys((1, 2, 11, 12, 21, 22), 0)
        seen = dict(wanted)
        stop = Event()

        def handle(job: Job) -> None:
            seen[job.recording_id] = wanted[job.recording_id]

        def make_due(first: int) -> None:
            for number in range(14):
                wanted[first + number % 2] += 1
                defer(queue, engine, first + number % 2)

        worker = Thread(target=lambda: queue.run(handle, stop=stop, workers=2))
        worker.start()
        makers = [Thread(target=make_due, args=(first,)) for first in (1, 11, 21)]
        for thread in makers:
            thread.start()
        for thread in makers:
            thread.join()
        stop.set()
        worker.join()
        do_all(queue, handle)
        assert seen == wanted
        assert queue.states() == []
