"""Texts that a description names, and those that are all there is."""

from pathlib import Path

import pytest

from ingest.importers.deposit import plan_deposit, plan_transfer
from tests.ingest.importers.conftest import VTT, Write
from tests.ingest.importers.test_deposit import errors, shape

LONG = "WEBVTT\n\n00:01.000 --> 00:02.000\nFlour.\n\n31:03.000 --> 31:04.000\nBread.\n"
TWO = {"1.wav": "", "2.wav": ""}
GROUP = "recordings: [{file: 1.wav}, {file: 2.wav}]\n"
WHOLE = GROUP + "texts: [{file: whole.vtt, author: A typist, recordings: [1, {number: 2, from: '31:02'}]}]"


def test_a_text_without_a_recording(deposit: Write) -> None:
    folder = deposit({"a.yaml": "title: Bread\nlanguages: en", "a.txt": "Flour.", "notes.txt": "Milk."})
    planned = plan_deposit([folder])
    assert errors(planned, folder) == []
    [testimony] = planned.testimonies
    assert testimony.recordings == ()
    [text] = testimony.texts
    assert (text.path, text.runs_over, text.translation) == (folder / "a.txt", (), False)
    assert planned.passed_over == (
        (folder / "notes.txt", "a text that no description names; it may be notes"),
    )


@pytest.mark.parametrize("asked", [["a.yaml"], ["a.txt"], ["a.yaml", "a.txt"]])
def test_either_file_brings_the_other(deposit: Write, asked: list[str]) -> None:
    folder = deposit({"a.yaml": "title: Bread", "a.txt": "Flour.", "b.wav": "", "b.txt": "Milk."})
    planned = plan_deposit([folder / name for name in asked])
    assert errors(planned, folder) == []
    assert [text.path.name for t in planned.testimonies for text in t.texts] == ["a.txt"]
    assert planned.passed_over == ()


def test_texts_of_a_testimony_without_a_recording_may_be_several(deposit: Write) -> None:
    text = "languages: pl\ntexts: [{file: said.vtt}, {file: english.txt, language: en, author: A translator}]"
    folder = deposit({"x.yaml": text, "said.vtt": VTT, "english.txt": "Bread."})
    planned = plan_deposit([folder])
    assert errors(planned, folder) == []
    [testimony] = planned.testimonies
    assert [(t.path.name, t.language, t.translation, t.author) for t in testimony.texts] == [
        ("said.vtt", None, False, None),
        ("english.txt", "en", True, "A translator"),
    ]


def test_one_text_runs_over_several_recordings(deposit: Write) -> None:
    folder = deposit({**TWO, "x.yaml": WHOLE, "whole.vtt": LONG})
    planned = plan_deposit([folder])
    assert errors(planned, folder) == []
    assert shape(planned, folder) == [("x.yaml", ["1.wav", "2.wav"])]
    [text] = planned.testimonies[0].texts
    assert (text.runs_over, text.author) == (((1, 0), (2, 1_862_000)), "A typist")
    # Any of the files brings all of them.
    for name in ("2.wav", "whole.vtt", "x.yaml"):
        assert plan_deposit([folder / name]).testimonies == planned.testimonies


def test_plain_text_runs_over_all_recordings_unless_told(deposit: Write) -> None:
    folder = deposit({**TWO, "x.yaml": GROUP + "texts: {file: all.txt}", "all.txt": "Bread."})
    [text] = plan_deposit([folder]).testimonies[0].texts
    assert text.numbers == {1, 2}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"x.yaml": "texts: [{file: b.txt}]", "a.txt": "Bread."},
            [
                "x.yaml: texts.1.file: expected the name of a text (vtt, txt) beside it, found 'b.txt'; "
                "there are a.txt"
            ],
        ),
        (
            {
                "a.yaml": "chapters: {title: x, start: 1}\naccess: [public, "
                "{level: restricted, start: 1, end: 2}]"
            }
            | {"a.txt": "Bread."},
            [
                "a.yaml: chapters.1: expected none, since there is no recording",
                "a.yaml: access.2: expected a level for the whole testimony, since there is no recording "
                "that has stretches",
            ],
        ),
        (
            {"a.yaml": "texts: {file: a.txt, recordings: 1}", "a.txt": "Bread."},
            ["a.yaml: texts.1.recordings: expected none, since there is no recording"],
        ),
        ({"a.yaml": "title: x", "a.txt": ""}, ["a.txt: expected text, found nothing"]),
        (
            {"a.yaml": "title: x", "a.vtt": VTT},
            [
                "a.yaml: expected a medium or a text (txt) of the same name beside it, or recordings or "
                "texts that name its files",
                "a.vtt: expected a medium of the same name beside it",
            ],
        ),
        (
            {**TWO, "x.yaml": GROUP + "texts: {file: w.vtt}", "w.vtt": LONG},
            [
                "x.yaml: texts.1.recordings: expected where on its time line each recording begins (from), "
                "since it runs over 1, 2"
            ],
        ),
        (
            {**TWO, "x.yaml": WHOLE.replace("31:02", "31:03.500"), "whole.vtt": LONG},
            [
                "whole.vtt: line 6: expected a cue within one recording; recording 2 begins at "
                "00:31:03.500, and "
                "this cue ends at 00:31:04.000"
            ],
        ),
        (
            {**TWO, "x.yaml": WHOLE, "whole.vtt": LONG, "1.vtt": VTT},
            ["whole.vtt: expected one WebVTT of what is said, found 1.vtt too"],
        ),
        (
            {
                **TWO,
                "x.yaml": "languages: [de, yi]\n" + GROUP + "texts: {file: w.txt, language: de}",
                "w.txt": "x",
            },
            [
                "x.yaml: texts.1.translation: expected a description that tells from its languages whether "
                "this is what is said or a translation; say translation: yes or no"
            ],
        ),
        (
            {"a.yaml": "texts: {file: t.txt}", "b.yaml": "texts: {file: t.txt}", "t.txt": "Bread."},
            ["b.yaml: expected t.txt to be described once; a.yaml does too"],
        ),
    ],
)
def test_what_is_wrong_with_texts(deposit: Write, files: dict[str, str], expected: list[str]) -> None:
    folder = deposit(files)
    assert errors(plan_deposit([folder]), folder) == expected


def test_a_better_transfer_beside_the_first(deposit: Write) -> None:
    text = (
        "recordings:\n- {file: 1.wav}\n- {file: 1-2k.wav, number: 1, transfer: yes, offset: -2.5}\n"
        "- {file: 2.wav}\n"
    )
    folder = deposit({**TWO, "1-2k.wav": "", "x.yaml": text})
    planned = plan_deposit([folder])
    assert errors(planned, folder) == []
    [testimony] = planned.testimonies
    assert [(r.path.name, r.number, r.transfer, r.offset_ms) for r in testimony.recordings] == [
        ("1.wav", 1, False, 0),
        ("1-2k.wav", 1, True, -2_500),
        ("2.wav", 2, False, 0),
    ]


def test_a_transfer_by_itself(deposit: Write, tmp_path: Path) -> None:
    folder = deposit({"b.wav": "", "b.yaml": "kind: film", "b.txt": ""})
    [testimony] = plan_transfer(folder / "b.wav", "A/1", 2, offset_ms=500).testimonies
    [recording] = testimony.recordings
    assert (testimony.belongs_to, recording.number, recording.offset_ms, recording.transfer) == (
        "A/1",
        2,
        500,
        True,
    )
    for name in ("none.wav", "b.txt"):
        [error] = plan_transfer(folder / name, "A/1", 2, offset_ms=0).errors
        assert str(error) == f"{tmp_path / name}: expected a medium that exists"
