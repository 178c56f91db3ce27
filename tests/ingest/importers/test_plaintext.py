"""Plain text: paragraphs, and labels only where a description knows them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.importers.errors import MetadataErrors
from ingest.importers.plaintext import read_paragraphs

KNOWN = {"Interviewer", "Ada B."}


def read(text: str) -> list[tuple[str | None, str]]:
    return [(each.speaker, each.text) for each in read_paragraphs(text, "a.txt", KNOWN.__contains__)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.\nTwo.\n", [(None, "One."), (None, "Two.")]),
        ("One\nline.\n\n\nTwo.\r\n", [(None, "One line."), (None, "Two.")]),
        ("One.\fTwo.", [(None, "One."), (None, "Two.")]),
        ("\n\nOne.\nTwo.\n\n", [(None, "One."), (None, "Two.")]),
        (
            "Interviewer: When?\nAda B.: Before the sun does.\nMonday: never.\n\nThe oven is warm.",
            [
                ("Interviewer", "When?"),
                ("Ada B.", "Before the sun does. Monday: never."),
                (None, "The oven is warm."),
            ],
        ),
        ("Interviewer:\nWhen?\n\nNote: it rained.", [("Interviewer", "When?"), (None, "Note: it rained.")]),
        ("Interviewer:\n\nWhen?", [("Interviewer", "When?")]),
        ("At 10:30 it rained.", [(None, "At 10:30 it rained.")]),
        ("interviewer: When?", [(None, "interviewer: When?")]),
        ("\u05d0\u05e0\u05d9 \u05db\u05d0\u05df", [(None, "\u05d0\u05e0\u05d9 \u05db\u05d0\u05df")]),
    ],
)
def test_paragraphs(text: str, expected: list[tuple[str | None, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "a.txt: expected text, found nothing"),
        (" \n\n\t\n", "a.txt: expected text, found nothing"),
        ("One.\nT\x07wo.", "a.txt: line 2: expected text without control characters, found U+0007"),
    ],
)
def test_what_is_no_text(text: str, line: str) -> None:
    with pytest.raises(MetadataErrors) as caught:
        read(text)
    assert str(caught.value) == line


@settings(max_examples=80, deadline=None)
@given(st.text("ab \n.:", max_size=60))
def test_without_known_labels_no_letter_is_lost(text: str) -> None:
    try:
        paragraphs = read_paragraphs(text, Path("a.txt"), lambda _label: False)
    except MetadataErrors:
        assert not text.strip()
        return
    assert " ".join(each.text for each in paragraphs).split() == text.split()
