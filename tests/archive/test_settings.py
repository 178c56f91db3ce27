"""Every setting is documented, and nothing else is."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from archive.settings import Settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_documented() -> None:
    rows = dict(re.findall(r"^\| `TESTIMONY_(\w+)` \| (.*?) \|", DOCUMENT.read_text(), re.MULTILINE))
    assert set(rows) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if field.default_factory is None and field.default is not None:
            assert rows[name.upper()] == f"`{field.default}`"


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = Settings()
    for name in Settings.model_fields:
        monkeypatch.setenv(f"TESTIMONY_{name.upper()}", "")
    assert Settings() == expected


def test_frozen_and_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TESTIMONY_HOME", str(tmp_path))
    settings = Settings()
    assert settings.home == tmp_path
    with pytest.raises(ValidationError):
        settings.home = tmp_path  # type: ignore[misc]
