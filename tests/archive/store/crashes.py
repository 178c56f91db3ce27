"""Processes that write to one store and die: `python -m tests.archive.store.crashes SCENARIO FOLDER AMOUNT`.

A process of its own, because it forks (and so it imports but once)."""

import logging
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from archive.store import StoredFile
from archive.store.ocfl_store import OcflStore
from tests.archive.store.soundness import validate, validate_objects

AUDITED = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "fcntl.flock"}


def in_child(act: Callable[[], None]) -> int:
    """Run `act` in a forked child; gives the child's process id."""
    child = os.fork()
    if child:
        return child
    try:
        act()
        os._exit(0)
    finally:  # whatever happened, the child must not go on as a second parent
        traceback.print_exc()
        os._exit(1)


def die_at(call: int) -> None:
    """Kill this process before its `call`-th call that touches the file system."""
    left = [call]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(event: str, _arguments: object) -> None:
        if event in AUDITED:
            count()

    os.fsync = lambda _descriptor: count()
    sys.addaudithook(audit)


def points(folder: Path, step: int) -> None:
    """Die at every single point (every `step`-th, from a random one) of adding a new object, and of adding a
    version, one after the other; prints how many points there are.

    After each death every reader finds the old state or the new, whole; and the next write goes through and
    leaves a sound store.
    """
    for existing in (False, True):
        call = random.randrange(step)
        while True:
            call += step
            root = folder / f"{existing}-{call}"
            store = OcflStore(root)
            if existing:
                store.add("bcdfgh2345", {"a.txt": StoredFile(b"bread")}, message="first", agent="tests")
            before = store.newest("bcdfgh2345")

            def write(call: int = call, store: OcflStore = store) -> None:
                die_at(call)
                files = {"x/b.txt": StoredFile(b"butter"), "c.txt": StoredFile(b"jam")}
                store.add("bcdfgh2345", files, message="second", agent="tests")

            _, status = os.waitpid(in_child(write), 0)
            after = store.newest("bcdfgh2345")
            if after != before:
                assert after is not None
                assert after.message == "second"
                assert store.path("bcdfgh2345", "x/b.txt").read_bytes() == b"butter"
            assert store.add("jkmnpq6789", {"a.txt": StoredFile(b"jam")}, message="other", agent="tests")
            version = store.add("bcdfgh2345", {"d.txt": StoredFile(b"salt")}, message="third", agent="tests")
            assert "d.txt" in version.sha512
            if existing:
                assert store.path("bcdfgh2345", "a.txt").read_bytes() == b"bread"
            validate(root)
            if os.WIFEXITED(status):
                assert os.WEXITSTATUS(status) == 0
                assert after != before
                break
            assert os.WTERMSIG(status) == signal.SIGKILL
        sys.stdout.write(f"{call}\n")


def kills(folder: Path, rounds: int) -> None:
    """Kill two writers at a random moment, again and again; prints how many versions they had added.

    No version that was acknowledged is missing, and in the end the store is sound.
    """
    root = folder / "store"
    acknowledged: dict[str, set[str]] = {}
    count = 0
    for round_ in range(rounds):
        reading, writing = os.pipe()

        def write(round_: int = round_, writing: int = writing) -> None:
            store = OcflStore(root)
            for number in range(1000):
                object_id = f"object{random.randrange(3)}"
                path = f"{round_}-{os.getpid()}-{number}.bin"
                content = random.randbytes(random.choice([10, 3_000_000]))
                store.add(object_id, {path: StoredFile(content)}, message="a test", agent="tests")
                os.write(writing, f"{object_id} {path}\n".encode())

        children = [in_child(write), in_child(write)]
        os.close(writing)
        time.sleep(random.uniform(0.02, 0.25))
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)
        with os.fdopen(reading) as lines:
            for line in lines:
                object_id, path = line.split()
                acknowledged.setdefault(object_id, set()).add(path)
                count += 1
        store = OcflStore(root)
        for object_id, paths in acknowledged.items():
            newest = store.newest(object_id)
            assert newest is not None
            assert paths <= set(newest.sha512), f"lost: {paths - set(newest.sha512)}"
    store = OcflStore(root)
    for object_id in store.object_ids():
        store.add(object_id, {"last.txt": StoredFile(b"salt")}, message="last", agent="tests")
    validate(root)
    sys.stdout.write(f"{count}\n")


def crowd(folder: Path, rounds: int) -> None:
    """Four processes add a few versions each, to one object and to two others, on a store that is new."""
    root = folder / "store"

    def write(number: int) -> None:
        store = OcflStore(root)
        for round_ in range(rounds):
            path = f"{number}-{round_}.txt"
            object_id = "shared" if round_ % 3 else f"own{number % 2}"
            store.add(object_id, {path: StoredFile(path.encode())}, message="a test", agent="tests")
            newest = store.newest(object_id)
            assert newest is not None
            assert path in newest.sha512

    children = [in_child(partial(write, number)) for number in range(4)]
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    validate_objects(root)
    validate(root)
    store = OcflStore(root)
    newest = store.newest("shared")
    assert newest is not None
    shared = {f"{number}-{round_}.txt" for number in range(4) for round_ in range(rounds) if round_ % 3}
    assert newest.number == len(shared)
    assert set(newest.sha512) == shared
    assert set(store.object_ids()) == {"shared", "own0", "own1"}


if __name__ == "__main__":
    # ocfl-py must not have set logging up behind our back, see `archive.store.ocfl_library`.
    assert logging.getLogger().handlers == []
    # What a process has written outlives it without fsync; tests of the order of syncs are elsewhere.
    os.fsync = lambda _descriptor: None
    {"points": points, "kills": kills, "crowd": crowd}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
