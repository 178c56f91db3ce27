"""Official checkpoints: named, found where a person said, fetched whole or not at all."""

import hashlib
import io
import sys
import urllib.error
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from archive.errors import ChecksumMismatch, ProgramMissing
from archive.settings import Settings
from ingest.transcription import checkpoints
from ingest.transcription.checkpoints import Checkpoints
from ingest.transcription.engines import EngineKind
from ingest.transcription.weights import find_weights

CONTENT = b"a small checkpoint"


class Answer(io.BytesIO):
    """What a server answers."""

    headers = {"Content-Length": str(len(CONTENT))}  # noqa: RUF012 - as the client's


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], list[str]]:
    """`publisher(bytes or exception)`: what comes from where checkpoints are published; what was asked for.
    The library itself need not be here."""
    monkeypatch.setattr(EngineKind, "installed", True)
    monkeypatch.setattr(checkpoints, "KNOWN_SHA256", {"base": hashlib.sha256(CONTENT).hexdigest()})
    library = SimpleNamespace(_MODELS={"base": "https://publisher.invalid/digest/base.pt"})
    monkeypatch.setitem(sys.modules, "whisper", library)

    def answer(with_: Any) -> list[str]:
        asked: list[str] = []

        def urlopen(address: str, timeout: float) -> Answer:
            assert timeout > 0
            asked.append(address)
            if isinstance(with_, Exception):
                raise with_
            return Answer(with_)

        monkeypatch.setattr(checkpoints.urllib.request, "urlopen", urlopen)
        return asked

    return answer


def settings(tmp_path: Path, model: str = "base") -> Settings:
    return Settings(engine="openai-whisper", models=tmp_path / "models", model=model)


def test_a_checkpoint_is_fetched_once(tmp_path: Path, publisher: Callable[[Any], list[str]]) -> None:
    asked = publisher(CONTENT)
    found = find_weights(settings(tmp_path))
    assert found == tmp_path / "models" / "openai-whisper" / "base" / "model.pt"
    assert found.read_bytes() == CONTENT
    assert find_weights(settings(tmp_path)) == found
    assert asked == ["https://publisher.invalid/digest/base.pt"]
    found.write_bytes(b"a small checkpoin!")
    find_weights(settings(tmp_path))
    assert len(asked) == 2
    assert found.read_bytes() == CONTENT


def test_other_bytes_than_are_known_are_refused(
    tmp_path: Path, publisher: Callable[[Any], list[str]]
) -> None:
    publisher(b"another checkpoint")
    with pytest.raises(ChecksumMismatch):
        find_weights(settings(tmp_path))
    assert [path.name for path in (tmp_path / "models/openai-whisper").iterdir()] == [".lock"]


@pytest.mark.parametrize("trouble", [urllib.error.URLError("no route"), TimeoutError("timed out")])
def test_without_a_connection_it_says_what_to_do(
    trouble: Exception, tmp_path: Path, publisher: Callable[[Any], list[str]]
) -> None:
    publisher(trouble)
    with pytest.raises(ProgramMissing, match=r"\((no route|timed out)\).*\.pt file.*TESTIMONY_MODEL"):
        find_weights(settings(tmp_path))


def test_a_model_that_does_not_exist_is_named(tmp_path: Path, publisher: Callable[[Any], list[str]]) -> None:
    publisher(CONTENT)
    with pytest.raises(ProgramMissing, match="no model 'enormous'; it has base"):
        find_weights(settings(tmp_path, "enormous"))


def test_a_file_or_a_folder_that_a_person_named_is_taken(
    tmp_path: Path, publisher: Callable[[Any], list[str]]
) -> None:
    asked = publisher(CONTENT)
    file, folder = tmp_path / "rivers.pt", tmp_path / "rivers"
    folder.mkdir()
    for path in (file, folder / "model.pt"):
        path.write_bytes(b"of our own")
    assert find_weights(settings(tmp_path, str(file))) == file
    assert find_weights(settings(tmp_path, str(folder))) == folder / "model.pt"
    with pytest.raises(ProgramMissing, match=r"no model\.pt"):
        find_weights(settings(tmp_path, str(tmp_path / "nowhere")))
    assert asked == []


def test_a_file_that_bears_an_official_name_is_checked(
    tmp_path: Path, publisher: Callable[[Any], list[str]]
) -> None:
    publisher(CONTENT)
    (tmp_path / "base.pt").write_bytes(b"not what it says")
    with pytest.raises(ChecksumMismatch):
        find_weights(settings(tmp_path, str(tmp_path / "base.pt")))


def test_the_official_ones_are_known_by_name() -> None:
    names = Checkpoints().names()
    assert {"tiny", "base", "small", "medium", "large-v3", "turbo"} <= set(names)
    assert all(len(Checkpoints().known(name) or "") == 64 for name in names)
