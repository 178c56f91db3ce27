"""Texts as they lie in tests/specimens: each is taken, or refused for what it is called after."""

from pathlib import Path

import pytest

from ingest.importers.deposited import TextFile
from ingest.importers.errors import MetadataErrors
from ingest.importers.texts import read_text_file

SPECIMENS = Path(__file__).parents[2] / "specimens"
OVER_TWO = ((1, 0), (2, 31_000))
BAD = {
    "control-character.txt": "line 2: expected text without control characters, found U+0007",
    "cue-over-two-recordings.vtt": "line 3: expected a cue within one recording; recording 2 begins at "
    "00:00:31.000, and this cue ends at 00:00:31.500",
    "not-utf-8.txt": "expected text in UTF-8; line 1 is not: save the file again as UTF-8",
    "nothing.txt": "expected text, found nothing",
}


def test_every_specimen_has_its_reason() -> None:
    assert set(BAD) == {path.name for path in (SPECIMENS / "bad" / "texts").iterdir()}


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_texts(name: str) -> None:
    path = SPECIMENS / "bad" / "texts" / name
    with pytest.raises(MetadataErrors) as caught:
        read_text_file(TextFile(path, OVER_TWO))
    assert str(caught.value) == f"{path}: {BAD[name]}"


@pytest.mark.parametrize("name", ["over-two-recordings.vtt", "text-alone.txt"])
def test_good_texts(name: str) -> None:
    path = SPECIMENS / "good" / "texts" / name
    assert read_text_file(TextFile(path, OVER_TWO)) == path.read_bytes()
