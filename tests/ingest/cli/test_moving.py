"""`testimony import --addresses`: taken over as a whole or not at all."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ingest.cli import app
from tests.archives import SmallArchive
from tests.databases import enter

pytestmark = pytest.mark.slow


@pytest.fixture
def rain(archive: SmallArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    enter(monkeypatch, tmp_path / "archive")
    return archive.add("Rain", [["It rained."], ["Sun."]], accession_number="R/1")


def call(table: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["import", "--addresses", str(table), *arguments])


def test_taken_over_kept_in_the_store_and_changed_again(
    archive: SmallArchive, rain: str, tmp_path: Path
) -> None:
    table = tmp_path / "old.csv"
    table.write_text(
        "address,testimony,recording,start,end\n"
        f"https://old.example/interview.php?id=12#top,{rain},,,\n"
        "/tape/2,R/1,2,1m3s,1:10\n"
    )
    shown = call(table, "--dry-run")
    assert shown.exit_code == 0, shown.stderr
    assert "/tape/2 leads to" in shown.stdout
    assert "dry run" in shown.stderr
    assert "old_addresses" not in json.dumps(json.loads(call(table, "--dry-run", "--json").stdout))
    made = json.loads(call(table, "--json").stdout)
    assert made["addresses"] == [
        {"address": "/interview.php?id=12", "to": rain},
        {"address": "/tape/2", "to": f"{rain}, recording 2, 00:01:03.000 to 00:01:10.000"},
    ]
    descriptor = json.loads(archive.store.path(rain, "descriptor.json").read_text())
    assert [each["address"] for each in descriptor["old_addresses"]] == ["/interview.php?id=12", "/tape/2"]
    again = call(table)
    assert again.exit_code == 0
    assert "0 of 2 changed" in again.stderr
    other = archive.add("Sun", [["The sun came."]])
    table.write_text(f"address,testimony\n/tape/2,{other}\n")
    assert "1 of 1 changed" in call(table).stderr
    for public_id, expected in ((rain, ["/interview.php?id=12"]), (other, ["/tape/2"])):
        descriptor = json.loads(archive.store.path(public_id, "descriptor.json").read_text())
        assert [each["address"] for each in descriptor["old_addresses"]] == expected


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_changed(rain: str, tmp_path: Path) -> None:
    table = tmp_path / "old.csv"
    table.write_text(
        "address,testimony,recording,start,end\n"
        f"/a,{rain},,,\n"
        f"old/b,{rain},,,\n"
        f"/search?q=x,{rain},,,\n"
        "/c,nobody,,,\n"
        f"/d,{rain},7,soon,\n"
        f"/e,{rain},1,5,2\n"
        f"/a,{rain},,,\n"
    )
    refused = call(table)
    assert refused.exit_code == 1
    for said in (
        "row 3, address: expected an address such as",
        "row 4, address: expected an address that this archive does not use itself",
        "row 5, testimony: expected a public id or accession number",
        "row 6, start: expected a time",
        f"row 6, recording: testimony {rain} has no recording 7",
        "row 7, end: expected an end after a start",
        "row 8, address: expected each address once",
    ):
        assert said in refused.stderr
    table.write_text(f"address,testimony\n/a,{rain}\n")
    assert "1 of 1 changed" in call(table).stderr
