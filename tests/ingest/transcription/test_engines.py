"""What each engine can compute with is known before it is asked; what it can't is said in words."""

from typing import get_args

import ctranslate2
import pytest

from archive.errors import ProgramMissing, WrongInput
from archive.settings import Settings
from ingest.transcription.engines import ENGINES, EngineKind, model_name, settle_compute_type
from ingest.transcription.weights import FORMS


@pytest.mark.parametrize(
    ("engine", "device", "best"),
    [
        ("faster-whisper", "cpu", "int8"),
        ("faster-whisper", "cuda", "float16"),
        ("openai-whisper", "cpu", "float32"),
        ("openai-whisper", "cuda", "float16"),
    ],
)
def test_by_default_each_computes_with_what_it_does_best(engine: str, device: str, best: str) -> None:
    assert settle_compute_type(Settings.model_validate({"engine": engine, "device": device})) == best


def test_every_engine_that_can_be_set_is_known() -> None:
    settable = get_args(Settings.model_fields["engine"].annotation)
    assert set(settable) == set(ENGINES) == set(FORMS)
    for kind in ENGINES.values():
        assert set(kind.compute_types) == set(get_args(Settings.model_fields["device"].annotation))


def test_what_is_set_is_taken() -> None:
    assert settle_compute_type(Settings(compute_type="float32")) == "float32"


@pytest.mark.parametrize(
    ("engine", "device", "asked", "sentence"),
    [
        ("openai-whisper", "cpu", "int8", "float32; faster-whisper has int8"),
        ("openai-whisper", "cpu", "float16", "float32; float16 needs TESTIMONY_DEVICE=cuda"),
        ("openai-whisper", "cuda", "int8", "float16 or float32; faster-whisper has int8"),
        ("faster-whisper", "cpu", "float16", "int8 or .* or float32; float16 needs TESTIMONY_DEVICE=cuda"),
        ("faster-whisper", "cpu", "int4", "does not compute with int4 on cpu, but with int8 or .*float32$"),
    ],
)
def test_what_an_engine_does_not_have_is_said(engine: str, device: str, asked: str, sentence: str) -> None:
    settings = Settings.model_validate({"engine": engine, "device": device, "compute_type": asked})
    with pytest.raises(WrongInput, match=sentence):
        settle_compute_type(settings)


def test_what_faster_whisper_has_is_what_its_library_has() -> None:
    supported = ctranslate2.get_supported_compute_types("cpu")
    assert set(ENGINES["faster-whisper"].compute_types["cpu"]) >= supported & {"int8", "float32"}
    assert "float16" not in supported


def test_an_engine_that_is_not_installed_says_what_to_install() -> None:
    absent = EngineKind("no-such-engine", "no-such-extra", {})
    assert not absent.installed
    with pytest.raises(ProgramMissing, match=r"pip install 'testimony-archive\[no-such-extra\]'"):
        absent.require()
    assert ENGINES["faster-whisper"].installed


@pytest.mark.parametrize(
    ("set_as", "called"),
    [("base", "base"), ("large-v3", "large-v3"), ("/models/rivers", "rivers"), ("~/base.pt", "base")],
)
def test_a_model_is_called_by_its_size_or_place(set_as: str, called: str) -> None:
    assert model_name(Settings(model=set_as)) == called
