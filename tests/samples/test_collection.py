"""The sample collection can be ingested, is small, says what it is, and its captions say what is said."""

from pathlib import Path

import pytest

from ingest.importers.deposit import Deposit, plan_deposit
from ingest.importers.webvtt import read_captions
from samples.texts import COLLECTION, Text, read_all

TEXTS = read_all()


@pytest.fixture(scope="module")
def deposit() -> Deposit:
    return plan_deposit([COLLECTION])


def test_nothing_is_wrong_with_it(deposit: Deposit) -> None:
    assert deposit.errors == ()
    assert deposit.passed_over == ()
    assert len(deposit.testimonies) == 5


def test_it_has_what_there_is_to_show(deposit: Deposit) -> None:
    described = [testimony.metadata for testimony in deposit.testimonies if testimony.metadata]
    assert {tag for metadata in described for tag in metadata.languages} == {"en", "de", "pl"}
    assert sorted(len(testimony.recordings) for testimony in deposit.testimonies) == [1, 1, 1, 1, 2]
    assert any(len(metadata.people) == 2 for metadata in described)
    paths = [recording.path for testimony in deposit.testimonies for recording in testimony.recordings]
    assert {path.suffix for path in paths} == {".mp4", ".m4a", ".mp3", ".ogg"}
    assert {path.name for path in paths} == {text.file for text in TEXTS}
    translated = [
        text.language for testimony in deposit.testimonies for text in testimony.texts if text.translation
    ]
    assert translated == ["en", "en"]


def test_every_testimony_is_public_and_says_that_its_voice_is_synthetic(deposit: Deposit) -> None:
    synthetic = ("Synthetic voice", "Künstliche Stimme", "Głos syntetyczny")
    for testimony in deposit.testimonies:
        metadata = testimony.metadata
        assert metadata is not None
        assert metadata.accession_number
        assert metadata.accession_number.startswith("SAMPLE-")
        assert [statement.level for statement in metadata.statements] == ["public"]
        assert metadata.source
        assert "synthetic" in metadata.source
        assert metadata.people
        for person in metadata.people:
            assert person.published_name
            assert person.published_name.startswith(synthetic)


def test_it_is_small_enough_to_live_here() -> None:
    sizes = [path.stat().st_size for path in COLLECTION.iterdir()]
    assert max(sizes) < 1_000_000
    assert sum(sizes) < 4_000_000


def captioned() -> list[tuple[Text, Path]]:
    return [(text, (COLLECTION / text.file).with_suffix(".vtt")) for text in TEXTS if text.captions]


@pytest.mark.parametrize(("text", "path"), captioned(), ids=lambda value: getattr(value, "name", ""))
def test_captions_are_what_is_said(text: Text, path: Path) -> None:
    cues = read_captions(path).cues
    assert [(cue.speaker, cue.text) for cue in cues] == [(each.speaker, each.text) for each in text.sentences]
    ends = [0, *(cue.end_ms for cue in cues)]
    assert all(before <= cue.start_ms < cue.end_ms for before, cue in zip(ends, cues, strict=False))
    english = path.with_suffix(".en.vtt")
    assert english.exists() == (text.language != "en")
    if english.exists():
        translated = read_captions(english).cues
        assert [cue.text for cue in translated] == [each.english for each in text.sentences]
        assert [cue.start_ms for cue in translated] == [cue.start_ms for cue in cues]


def test_a_text_with_a_speaker_who_has_no_voice_is_refused(tmp_path: Path) -> None:
    from samples.texts import read

    path = tmp_path / "text.yaml"
    path.write_text(
        "file: a.ogg\nlanguage: en\nvoices: {a: {engine: flite, name: slt}}\n"
        "sentences: [{speaker: b, text: It may rain.}]\n"
    )
    with pytest.raises(ValueError, match="b has no voice"):
        read(path)
