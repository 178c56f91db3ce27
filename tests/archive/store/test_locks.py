from pathlib import Path
from threading import Event, Thread

import pytest

from archive.store.locks import hold, hold_if_free, is_held


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert not is_held(lock)
    with hold_if_free(lock) as first:
        assert first
        assert is_held(lock)
        with hold_if_free(lock) as second:
            assert not second
        assert is_held(lock)  # the failed try took nothing away
    assert not is_held(lock)
    with hold(lock):
        assert is_held(lock)


def test_a_lock_leaves_no_file(tmp_path: Path) -> None:
    with hold(tmp_path / "lock"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_left_by_the_dead_locks_nothing(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    assert not is_held(tmp_path / "lock")
    with hold_if_free(tmp_path / "lock") as held:
        assert held


def test_an_error_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), hold(tmp_path / "lock"):
        raise ValueError("inside")
    assert not is_held(tmp_path / "lock")


def test_those_who_wait_come_in_one_by_one(tmp_path: Path) -> None:
    """Each holder removes the file that the others wait on; still never two are inside."""
    inside: list[int] = []
    most: list[int] = []
    go = Event()

    def work(number: int) -> None:
        go.wait()
        for _ in range(40):
            with hold(tmp_path / "lock"):
                inside.append(number)
                most.append(len(inside))
                inside.remove(number)

    threads = [Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()
    assert len(most) == 240
    assert max(most) == 1
