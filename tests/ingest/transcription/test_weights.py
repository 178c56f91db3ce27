"""Weights are found in order, checked whole, and come into the cache whole or not at all."""

import hashlib
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.errors import ChecksumMismatch, ProgramMissing
from archive.settings import Settings
from ingest.transcription import cache, converted
from ingest.transcription.weights import find_weights

PARTS = (b"first half of a model, ", b"second half")
SMALL_FILES = {"config.json": b"{}", "tokenizer.json": b"[]", "vocabulary.txt": b"bread\n"}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two small packages in place of the real ones, and their digests."""
    names = ("a_small_part1", "a_small_part2")
    for number, (name, part) in enumerate(zip(names, PARTS, strict=True), 1):
        data = tmp_path / "site" / name / "data"
        data.mkdir(parents=True)
        (data.parent / "__init__.py").write_text("raise RuntimeError('not to be imported')\n")
        (data / f"model.bin.part{number}").write_bytes(part)
        if number == 1:
            for file, content in SMALL_FILES.items():
                (data / file).write_bytes(content)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setattr(converted, "_PACKAGES", names)
    monkeypatch.setattr(converted, "_PACKAGED_FILES", {k: sha256(v) for k, v in SMALL_FILES.items()})
    monkeypatch.setattr(converted, "_KNOWN_SHA256", {"base": sha256(b"".join(PARTS))})
    return tmp_path / "site"


@pytest.fixture
def no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converted, "_PACKAGES", ("no_such_part1", "no_such_part2"))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], list[str]]:
    """`hub(files or exception)`: what the hub answers; the list of models that it was asked for."""

    def answer(with_: Any) -> list[str]:
        asked: list[str] = []

        def download(repository: str, cache_dir: str, **_: Any) -> str:
            asked.append(repository.removeprefix("Systran/faster-whisper-"))
            if isinstance(with_, Exception):
                raise with_
            folder = Path(cache_dir) / "snapshot"
            folder.mkdir(parents=True)
            for name, content in with_.items():
                (folder / name).write_bytes(content)
            return str(folder)

        monkeypatch.setattr("huggingface_hub.snapshot_download", download)
        return asked

    return answer


def settings(tmp_path: Path, **changes: Any) -> Settings:
    return Settings(models=tmp_path / "models", model=changes.pop("model", "base"), **changes)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "SHA256SUMS"}


def test_the_parts_are_joined_once(tmp_path: Path, packages: Path) -> None:
    folder = find_weights(settings(tmp_path))
    assert folder == tmp_path / "models" / "base"
    assert content(folder) == SMALL_FILES | {"model.bin": b"".join(PARTS)}
    before = (folder / "model.bin").stat()
    assert find_weights(settings(tmp_path)) == folder
    assert (folder / "model.bin").stat().st_ino == before.st_ino
    assert sorted(path.name for path in folder.parent.iterdir()) == [".lock", "base"]


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json", "SHA256SUMS"])
@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_a_damaged_cache_is_noticed_and_renewed(
    name: str, damage: str, tmp_path: Path, packages: Path
) -> None:
    folder = find_weights(settings(tmp_path))
    whole = content(folder)
    victim, times = folder / name, (folder / name).stat()
    if damage == "gone":
        victim.unlink()
    else:
        old = victim.read_bytes()
        victim.write_bytes(old[:1] if damage == "cut" else bytes([old[0] ^ 1]) + old[1:])
        os.utime(victim, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert find_weights(settings(tmp_path)) == folder
    assert content(folder) == whole
    assert sorted(path.name for path in folder.parent.iterdir()) == [".lock", "base"]


def test_a_package_with_other_bytes_is_refused(tmp_path: Path, packages: Path) -> None:
    (packages / "a_small_part2" / "data" / "model.bin.part2").write_bytes(b"something else")
    with pytest.raises(ChecksumMismatch) as caught:
        find_weights(settings(tmp_path))
    assert caught.value.expected == sha256(b"".join(PARTS))
    assert [path.name for path in (tmp_path / "models").iterdir()] == [".lock"]


def test_a_folder_comes_before_all_else(tmp_path: Path, packages: Path) -> None:
    own = tmp_path / "mine"
    own.mkdir()
    (own / "model.bin").write_bytes(b"a model of our own")
    assert find_weights(settings(tmp_path, model=str(own))) == own
    assert not (tmp_path / "models").exists()


def test_a_folder_that_bears_a_known_name_is_checked(tmp_path: Path, packages: Path) -> None:
    own = tmp_path / "base"
    own.mkdir()
    (own / "model.bin").write_bytes(b"not what it says")
    with pytest.raises(ChecksumMismatch):
        find_weights(settings(tmp_path, model=str(own)))


def test_a_folder_that_is_not_there_is_not_looked_for_elsewhere(tmp_path: Path, packages: Path) -> None:
    with pytest.raises(ProgramMissing, match=r"no model\.bin"):
        find_weights(settings(tmp_path, model=str(tmp_path / "nowhere")))


def test_other_models_come_from_the_hub_and_are_remembered(
    tmp_path: Path, packages: Path, hub: Callable[[Any], list[str]]
) -> None:
    asked = hub({"model.bin": b"a small model", "config.json": b"{}"})
    folder = find_weights(settings(tmp_path, model="small"))
    assert content(folder) == {"model.bin": b"a small model", "config.json": b"{}"}
    find_weights(settings(tmp_path, model="small"))
    assert asked == ["small"]
    (folder / "model.bin").write_bytes(b"a small_model")
    find_weights(settings(tmp_path, model="small"))
    assert asked == ["small", "small"]
    assert content(folder)["model.bin"] == b"a small model"


def test_the_hubs_base_has_to_be_the_one_that_is_known(
    tmp_path: Path, no_packages: None, hub: Callable[[Any], list[str]]
) -> None:
    hub({"model.bin": b"another base"})
    with pytest.raises(ChecksumMismatch):
        find_weights(settings(tmp_path))
    assert not (tmp_path / "models" / "base").exists()


def test_without_packages_and_hub_it_says_what_to_do(
    tmp_path: Path, no_packages: None, hub: Callable[[Any], list[str]]
) -> None:
    hub(ConnectionError("no route\nand more"))
    with pytest.raises(ProgramMissing) as caught:
        find_weights(settings(tmp_path))
    sentence = str(caught.value)
    assert "extra `weights`" in sentence
    assert "TESTIMONY_MODEL" in sentence
    assert "no route" in sentence
    assert "and more" not in sentence
    hub(ConnectionError("no route"))
    with pytest.raises(ProgramMissing) as caught:
        find_weights(settings(tmp_path, model="small"))
    assert "extra" not in str(caught.value)


def test_a_model_that_does_not_exist_is_named(tmp_path: Path, packages: Path) -> None:
    with pytest.raises(ProgramMissing, match="'enormous'; there are tiny"):
        find_weights(settings(tmp_path, model="enormous"))


def test_what_a_killed_process_left_is_swept(tmp_path: Path, packages: Path) -> None:
    left = tmp_path / "models" / ".fetching-left"
    left.mkdir(parents=True)
    (left / "model.bin").write_bytes(b"half")
    find_weights(settings(tmp_path))
    assert not left.exists()


def test_a_cache_that_cannot_be_written_is_said(tmp_path: Path, packages: Path) -> None:
    (tmp_path / "models").write_text("a file where a folder should be")
    with pytest.raises(ProgramMissing, match="TESTIMONY_MODELS"):
        find_weights(settings(tmp_path))


def test_no_room_is_said(tmp_path: Path, packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_FREE_AFTER", 2**60)
    with pytest.raises(ProgramMissing, match="no room"):
        find_weights(settings(tmp_path))


def _find(models: Path, fetched: Path, site: Path, replaced: dict[str, Any]) -> None:
    """In a process of its own: find the weights among the small packages, and note each fetching."""
    sys.path.insert(0, str(site))
    for name, value in replaced.items():
        setattr(converted, name, value)
    fetch = cache._fetch

    def slowly(*arguments: Any, bars: bool) -> None:
        (fetched / str(os.getpid())).touch()
        time.sleep(0.5)
        fetch(*arguments, bars=bars)

    cache._fetch = slowly
    assert (find_weights(Settings(models=models, model="base")) / "model.bin").is_file()


@pytest.mark.slow
def test_of_processes_at_once_one_fetches(tmp_path: Path, packages: Path) -> None:
    context = multiprocessing.get_context("spawn")
    (tmp_path / "fetched").mkdir()
    replaced = {name: getattr(converted, name) for name in ("_PACKAGES", "_PACKAGED_FILES", "_KNOWN_SHA256")}
    arguments = (tmp_path / "models", tmp_path / "fetched", packages, replaced)
    processes = [context.Process(target=_find, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert len(list((tmp_path / "fetched").iterdir())) == 1
    assert (tmp_path / "models" / "base" / "model.bin").read_bytes() == b"".join(PARTS)


@pytest.mark.slow
@pytest.mark.whisper
def test_the_real_packages_give_the_known_model(tmp_path: Path) -> None:
    folder = find_weights(settings(tmp_path))
    assert (folder / "model.bin").stat().st_size == 145_217_532
    assert sha256((folder / "model.bin").read_bytes()) == converted.ConvertedWeights().known("base")
