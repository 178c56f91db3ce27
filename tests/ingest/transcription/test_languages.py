"""Whisper's languages and ours."""

import langcodes
import pytest

from archive.errors import LanguageUnknown
from ingest.transcription.languages import from_tag, to_tag

CODES = ["de", "en", "he", "jw", "no", "nn", "tl", "yi", "zh", "yue", "haw", "pl"]


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("iw", "he"),
        ("he", "he"),
        ("jv", "jw"),
        ("nb", "no"),
        ("no", "no"),
        ("nn", "nn"),
        ("fil", "tl"),
        ("tl", "tl"),
        ("ji", "yi"),
        ("ydd", "yi"),
        ("zh-Hant", "zh"),
        ("cmn", "zh"),
        ("yue", "yue"),
    ],
)
def test_a_tag_becomes_the_engines_code(tag: str, code: str) -> None:
    assert from_tag(tag, CODES) == code


@pytest.mark.parametrize("tag", ["und", "mul", "rom", "lad", "not a tag!", ""])
def test_what_the_engine_does_not_hear_is_said(tag: str) -> None:
    with pytest.raises(LanguageUnknown):
        from_tag(tag, CODES)


def test_codes_become_valid_tags() -> None:
    assert [to_tag(code) for code in ("jw", "iw", "pl")] == ["jv", "he", "pl"]
    assert all(langcodes.tag_is_valid(to_tag(code)) for code in CODES)
