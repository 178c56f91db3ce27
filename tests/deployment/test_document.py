"""What docs/deploying.md tells people to type and to write is understood."""

import re

import pytest

from archive.settings import Settings
from tests.deployment.composed import FILE as COMPOSE
from tests.deployment.composed import ROOT, SECRETS
from tests.deployment.document import FILE, blocks, commands
from tests.deployment.programs import check_command

TEXT = FILE.read_text(encoding="utf-8")


def test_every_command_is_one() -> None:
    assert ["reindex"] in commands()
    for arguments in commands():
        check_command(arguments)


@pytest.mark.parametrize("heading", ["One server", "Three servers"])
def test_every_setting_is_one(heading: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (written,) = blocks(heading, "ini")
    said = dict(line.split("=", 1) for line in written.splitlines())
    ours = {name: value.strip('"') for name, value in said.items() if name.startswith("TESTIMONY_")}
    assert ours.keys() <= {f"TESTIMONY_{field.upper()}" for field in Settings.model_fields}
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert str(settings.home) == ours["TESTIMONY_HOME"]


def test_the_variables_of_the_compose_file_are_told() -> None:
    asked = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text(encoding="utf-8")))
    assert set(SECRETS) < asked
    for name in asked:
        assert name in TEXT


def test_the_versions_are_those_of_the_compose_file() -> None:
    written = COMPOSE.read_text(encoding="utf-8")
    for image in re.findall(r"imagetools\s+inspect (\S+?)`", TEXT):
        assert f"image: {image}" in written
    version = re.search(r"image: elasticsearch:(\d+\.\d+)", written)
    assert version
    assert f"Elasticsearch {version[1]}" in TEXT


def test_what_it_leads_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)", TEXT):
        assert (ROOT / "docs" / target).exists()
