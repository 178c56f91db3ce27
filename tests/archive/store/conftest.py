"""Store tests do without waiting for the disk: what they see does not depend on it. That everything is synced
in the right order is a test of its own (`test_everything_is_synced_before_it_is_renamed...`)."""

import os

import pytest


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
