"""Texts and better transfers as an archivist brings them, in processes of their own. Pictures without sound
need no recogniser."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

Run = Callable[..., "subprocess.CompletedProcess[str]"]
SPECIMENS = Path(__file__).parents[2] / "specimens" / "good"


def silent(path: Path, seconds: int) -> Path:
    source = f"testsrc2=size=160x90:rate=5:duration={seconds}"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", path]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def answer(done: "subprocess.CompletedProcess[str]") -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(done.stdout)
    return {name: ids for name, ids in found.items() if ids}


def test_a_text_alone_is_published_found_and_corrected(testimony: Run, tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "deposit"
    shutil.copytree(SPECIMENS / "texts", folder)
    (folder / "over-two-recordings.vtt").unlink()
    (folder / "shopping.txt").write_text("Milk.")
    done = testimony("ingest", folder, "--json")
    (public_id,) = answer(done)["published"]
    assert answer(done) == {"published": [public_id]}
    assert done.returncode == 0
    assert "shopping.txt: a text that no description names" in done.stderr
    assert answer(testimony("ingest", folder, "--json")) == {"unchanged": [public_id]}
    status = json.loads(testimony("status", "--json").stdout)
    assert (status["counts"], status["texts"]) == ({"testimonies": 1, "recordings": 0}, [])
    assert status["outbox"] == {"index": 0, "store": 0}

    (hit,) = json.loads(testimony("search", "sunday", "--json").stdout)["hits"]
    (segment,) = hit["segments"]
    assert (segment["recording"], segment["start_ms"], segment["speaker"]) == (None, None, "(published name)")
    text = folder / "text-alone.txt"
    text.write_text(text.read_text().replace("Sunday", "Monday"))
    assert answer(testimony("ingest", text, "--json")) == {"updated": [public_id]}
    found = [
        json.loads(testimony("search", word, "--json").stdout)["total"]["testimonies"]
        for word in ("sunday", "monday")
    ]
    assert found == [0, 1]
    assert len(list(home.glob(f"store/**/{public_id}/*/content/texts/*.txt"))) == 2


def test_one_text_over_two_recordings(testimony: Run, tmp_path: Path) -> None:
    folder = tmp_path / "deposit"
    folder.mkdir()
    silent(folder / "1.mp4", 2)
    silent(folder / "2.mp4", 3)
    shutil.copy(SPECIMENS / "texts" / "over-two-recordings.vtt", folder)
    (folder / "x.yaml").write_text(
        "accession_number: A/2\ntitle: Bread\naccess: public\nlanguages: en\n"
        "recordings: [{file: 1.mp4}, {file: 2.mp4}]\n"
        "texts: [{file: over-two-recordings.vtt, recordings: [1, {number: 2, from: 31s}]}]\n"
    )
    done = testimony("ingest", folder, "--json")
    assert list(answer(done)) == ["published"], done.stderr
    (hit,) = json.loads(testimony("search", "water", "--json").stdout)["hits"]
    assert [(s["recording"], s["start_ms"]) for s in hit["segments"]] == [(2, 200)]


def test_a_better_transfer_from_the_command_line(testimony: Run, tmp_path: Path, home: Path) -> None:
    first, better = silent(tmp_path / "1.mp4", 2), silent(tmp_path / "better.mp4", 4)
    sidecar = tmp_path / "1.yaml"
    sidecar.write_text("accession_number: A/1\ntitle: Weather\naccess: public\n")
    (public_id,) = answer(testimony("ingest", first, "--json"))["published"]
    other = testimony("ingest", better, "--transfer-of", "A/1/2", "--json")
    assert other.returncode == 1
    assert "testimony A/1 has no recording 2" in json.loads(other.stdout)["failed"][0]["reason"]
    arguments = ("ingest", better, "--transfer-of", "A/1/1", "--offset", "-1.5", "--json")
    assert answer(testimony(*arguments)) == {"updated": [public_id]}
    assert answer(testimony(*arguments)) == {"unchanged": [public_id]}
    (path,) = home.glob(f"store/**/{public_id}/inventory.json")
    newest = path.parent / json.loads(path.read_text())["head"] / "content" / "descriptor.json"
    files = json.loads(newest.read_text())["recordings"][0]["files"]
    assert [(f["original_name"], f["current"], f["offset_ms"]) for f in files] == [
        ("1.mp4", False, 0),
        ("better.mp4", True, -1_500),
    ]
    # The folder's description is as it was, and takes nothing back.
    assert answer(testimony("ingest", first, "--json")) == {"unchanged": [public_id]}


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.wav", "b.wav", "--transfer-of", "A/1"],
        ["a.wav", "--transfer-of", "A"],
        ["a.wav", "--transfer-of", "A/0"],
        ["a.wav", "--transfer-of", "/1"],
        ["a.wav", "--transfer-of", "A/1", "--offset", "soon"],
        ["a.wav", "--offset", "1"],
        ["a.wav", "--transfer-of", "A/1", "--metadata", "x.yaml"],
    ],
)
def test_wrong_usage(testimony: Run, arguments: list[str]) -> None:
    done = testimony("ingest", *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
