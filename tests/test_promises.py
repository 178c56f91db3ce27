"""docs/promises.md names the tests that hold each promise: they are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", (ROOT / "docs/promises.md").read_text())))


def test_tests_are_named() -> None:
    assert len(NAMED) > 20


@pytest.mark.parametrize("named", NAMED)
def test_it_is_there(named: str) -> None:
    path, _, function = named.partition("::")
    written = (ROOT / path).read_text()
    assert f"def {function or 'test_'}" in written
