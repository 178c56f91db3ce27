"""`testimony ingest --dry-run`: what would become of a deposit, and not a trace of it."""

import json
import wave
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from archive.errors import ProgramMissing
from archive.settings import Settings
from ingest.cli import app
from ingest.media.commands import find_programs
from tests.archives import SmallArchive
from tests.databases import enter
from tests.ingest.cli.test_importing import archive_bytes

pytestmark = pytest.mark.slow


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    enter(monkeypatch, tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three short recordings of silence, all different, and a table of them."""
    try:
        find_programs(Settings())
    except ProgramMissing as missing:
        pytest.skip(str(missing))
    folder = tmp_path / "deposit"
    folder.mkdir()
    for number in (1, 2, 3):
        with wave.open(str(folder / f"{number}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(bytes(2000 * number))
    return folder


def table(folder: Path, *rows: str) -> list[object]:
    path = folder / "deposit.csv"
    path.write_text("\n".join(["file,accession_number,recording,title,access", *rows]))
    return [folder, "--metadata", path]


def test_where_there_is_no_archive_yet(home: Path, folder: Path) -> None:
    arguments = table(folder, "1.wav,A/1,1,Bread,public", "2.wav,A/1,2,,", "3.wav,,,,")
    done = run("ingest", *arguments, "--dry-run")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "new: A/1, 2 files; collection Testimonies made",
        f"new: {folder}/3.wav; 3.wav: closed, since nobody said who may see it (access in its description, "
        "or --access)",
    ]
    assert not home.exists()


def test_new_updated_unchanged_and_refused(home: Path, folder: Path) -> None:
    archive = SmallArchive(home)
    ids = {}
    for number in (1, 2):
        media = folder / f"{number}.wav"
        ids[number] = archive.add("Bread", [["It rained."]], media=media, accession_number=f"A/{number}")
    archive.close()
    before = archive_bytes(archive)
    arguments = table(folder, "1.wav,A/1,,Weather,public", "2.wav,A/2,,Bread,", "3.wav,A/3,,,restricted")
    answer = json.loads(run("ingest", *arguments, "--dry-run", "--json").stdout)
    assert [(each["id"], each["changes"]) for each in answer["updated"]] == [
        (ids[1], ["access", "accession_number", "recordings", "title"]),
        (ids[2], ["accession_number", "recordings", "title"]),
    ]
    assert [each["accession_number"] for each in answer["new"]] == ["A/3"]
    refused = run("ingest", *table(folder, "1.wav,A/9,,,", "2.wav,A/2,,,", "3.wav,A/3,,,"), "--dry-run")
    assert refused.exit_code == 1
    assert "refused:" in refused.stdout
    assert "already in testimony A/1" in refused.stdout
    assert archive_bytes(archive) == before


def test_sidecars_too(home: Path, folder: Path) -> None:
    (folder / "1.yaml").write_text("title: Bread\naccess: public\n")
    answer = json.loads(run("ingest", folder / "1.wav", "--dry-run", "--json").stdout)
    assert [each["files"] for each in answer["new"]] == [[str(folder / "1.wav")]]
    (folder / "1.yaml").write_text("titel: Bread\n")
    done = run("ingest", folder / "1.wav", "--dry-run", "--json")
    assert done.exit_code == 1
    assert "did you mean title?" in json.loads(done.stdout)["failed"][0]["reason"]
    assert not home.exists()


def test_files_that_cannot_be_used_are_told(home: Path, folder: Path) -> None:
    (folder / "2.wav").write_bytes(b"this is no sound")
    answer = json.loads(run("ingest", folder, "--dry-run", "--json").stdout)
    assert [Path(failure["path"]).name for failure in answer["failed"]] == ["2.wav"]
    assert len(answer["new"]) == 2
    assert not home.exists()
