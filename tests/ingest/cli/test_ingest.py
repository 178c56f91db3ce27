"""`testimony ingest` as an archivist runs it: real files, real ffmpeg, real recognition."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.whisper]

Run = Callable[..., "subprocess.CompletedProcess[str]"]
FIELDS = {"published", "updated", "unchanged", "failed"}


def words(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum() or letter == " ")


@pytest.fixture
def folder(speech: Path, tmp_path: Path) -> Path:
    """A described recording, a bare one with captions, a damaged one and a text that is nobody's."""
    folder = tmp_path / "deposit"
    folder.mkdir()
    shutil.copy(speech / "jfk.flac", folder / "address.flac")
    (folder / "address.yaml").write_text(
        "accession_number: A/1\ntitle: An inaugural address\nkind: speech\ndate: 1961-01-20\n"
        "places: [Washington]\naccess: public\nrights: public domain\n"
    )
    shutil.copy(speech / "librivox_0870.wav", folder / "reading.wav")
    (folder / "reading.vtt").write_text(
        "WEBVTT\n\n00:00.000 --> 00:07.000\n<v Reader>And Mr. John Dashwood had then leisure to consider.\n"
    )
    (folder / "broken.mp3").write_bytes(b"this is no sound" * 100)
    (folder / "notes.txt").write_text("not for the archive")
    return folder


def test_from_a_folder_to_what_is_found(testimony: Run, folder: Path, home: Path) -> None:
    done = testimony("ingest", folder, "--access", "public", "--json")
    answer = json.loads(done.stdout)
    assert set(answer) == FIELDS
    assert len(answer["published"]) == 2, done.stderr
    assert [Path(failure["path"]).name for failure in answer["failed"]] == ["broken.mp3"]
    assert done.returncode == 1
    assert "notes.txt" in done.stderr

    found = json.loads(testimony("search", "country", "--json").stdout)
    assert found["total"] == {"testimonies": 1}
    (hit,) = found["hits"]
    assert hit["testimony"]["identifier"] == "A/1"
    heard = words(" ".join(segment["text"] for segment in hit["segments"]))
    assert "ask not what your country can do for you" in heard
    segment = hit["segments"][0]
    assert segment["machine"]
    assert 0 < segment["play_ms"] < 11_000

    # The captions are shown; what the machine heard stands beside them, in a revision of its own.
    found = json.loads(testimony("search", "Dashwood", "--json").stdout)
    (hit,) = found["hits"]
    assert [segment["machine"] for segment in hit["segments"]] == [False]
    assert hit["testimony"]["title"] == "Untitled testimony"
    descriptors = [json.loads(path.read_text()) for path in home.glob("store/**/descriptor.json")]
    by_id = {each["public_id"]: each for each in descriptors if each["transcripts"]}
    statuses = [r["status"] for r in by_id[hit["testimony"]["id"]]["transcripts"][0]["revisions"]]
    assert statuses == ["machine", "in review"]

    again = testimony("ingest", folder, "--access", "public", "--json")
    second = json.loads(again.stdout)
    assert (second["published"], second["updated"]) == ([], [])
    assert sorted(second["unchanged"]) == sorted(answer["published"])

    sidecar = folder / "address.yaml"
    sidecar.write_text(sidecar.read_text().replace("access: public", "access: restricted"))
    changed = json.loads(testimony("ingest", folder, "--json").stdout)
    assert len(changed["updated"]) == 1
    assert json.loads(testimony("search", "country", "--json").stdout)["total"] == {"testimonies": 0}

    status = json.loads(testimony("status", "--json").stdout)
    assert status["counts"] == {"testimonies": 2, "recordings": 2}
    assert status["outbox"] == {"index": 0, "store": 0}
    assert {recording["step"] for recording in status["recordings"]} == {"done"}


def test_a_bad_description_is_refused_before_any_work(testimony: Run, folder: Path, home: Path) -> None:
    (folder / "address.yaml").write_text("titel: An inaugural address\ndate: last winter\n")
    done = testimony("ingest", folder, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert answer["published"] == []
    reasons = " ".join(failure["reason"] for failure in answer["failed"])
    assert "titel" in reasons
    assert "did you mean title?" in reasons
    assert "EDTF" in reasons
    assert not (home / "store").exists()


@pytest.mark.parametrize("arguments", [["ingest"], ["ingest", ".", "--access", "open"], ["ingset"]])
def test_wrong_usage(testimony: Run, arguments: list[str]) -> None:
    assert testimony(*arguments).returncode == 2


def test_nothing_to_ingest(testimony: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = testimony("ingest", tmp_path / "empty")
    assert done.returncode == 1
    assert "no media or described texts found" in done.stdout
