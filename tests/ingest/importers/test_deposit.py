"""What a deposit comes to: grouping, pairing, and everything wrong with it before work starts."""

import os
from pathlib import Path

import pytest

from ingest.importers.deposit import Deposit, plan_deposit
from tests.ingest.importers.conftest import VTT, Write

GROUP = "recordings: [{file: 1.wav}, {file: 2.wav}]\n"


def shape(deposit: Deposit, folder: Path) -> list[tuple[str | None, list[str]]]:
    """Each testimony as (its sidecar, its media in order)."""

    def name(path: Path) -> str:
        return path.relative_to(folder).as_posix()

    return [
        (name(t.sidecar) if t.sidecar else None, [name(recording.path) for recording in t.recordings])
        for t in deposit.testimonies
    ]


def errors(deposit: Deposit, folder: Path) -> list[str]:
    return [str(error).replace(f"{folder}/", "") for error in deposit.errors]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.wav": "", "a.yaml": "title: x"}, [("a.yaml", ["a.wav"])]),
        ({"A.WAV": "", "A.YML": "title: x"}, [("A.YML", ["A.WAV"])]),
        ({"a.mp4": "", "a.json": "{}", "b.flac": ""}, [("a.json", ["a.mp4"]), (None, ["b.flac"])]),
        ({"1.wav": "", "2.wav": "", "x.yaml": GROUP}, [("x.yaml", ["1.wav", "2.wav"])]),
        (
            {
                "1.wav": "",
                "2.wav": "",
                "x.yaml": "recordings: [{file: 1.wav, number: 2}, {file: 2.wav, number: 1}]",
            },
            [("x.yaml", ["2.wav", "1.wav"])],
        ),
        ({"a.wav": "", "a.mp3": ""}, [(None, ["a.mp3"]), (None, ["a.wav"])]),
        (
            {"a.wav": "", "a.mp3": "", "a.wav.yaml": "title: x"},
            [(None, ["a.mp3"]), ("a.wav.yaml", ["a.wav"])],
        ),
        ({"t/a.wav": "", "t/a.yaml": "{}", "a.wav": ""}, [(None, ["a.wav"]), ("t/a.yaml", ["t/a.wav"])]),
        ({"Lo\u0301dz.wav": "", "L\u00f3dz.yaml": "title: x"}, [("L\u00f3dz.yaml", ["Lo\u0301dz.wav"])]),
    ],
)
def test_grouping(
    deposit: Write, files: dict[str, str], expected: list[tuple[str | None, list[str]]]
) -> None:
    folder = deposit(files)
    planned = plan_deposit([folder])
    assert errors(planned, folder) == []
    assert shape(planned, folder) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"tape.wav": "", "tapes.yaml": "title: x"},
            [
                "tapes.yaml: expected a medium or a text (txt) of the same name beside it (did you mean "
                "tape?), or recordings or texts that name its files"
            ],
        ),
        (
            {"1.wav": "", "x.yaml": GROUP},
            [
                "x.yaml: recordings.2.file: expected the name of a medium beside it (did you mean 1.wav?), "
                "found '2.wav'"
            ],
        ),
        (
            {"a.wav": "", "a.mp3": "", "a.yaml": "title: x"},
            [
                "a.yaml: recordings: expected it to say which file is which recording, "
                "since there are a.mp3, a.wav"
            ],
        ),
        (
            {"a.wav": "", "a.yaml": "title: x", "a.json": "{}"},
            ["a.yaml: expected a.wav to be described once; a.json does too"],
        ),
        (
            {"1.wav": "", "2.wav": "", "1.yaml": "title: x", "x.yaml": GROUP},
            ["x.yaml: expected 1.wav to be described once; 1.yaml does too"],
        ),
        (
            {"a.wav": "", "a.yaml": "accession_number: 7", "b.wav": "", "b.json": '{"accession_number": 7}'},
            ["b.json: accession_number: expected a number of its own, found '7' in a.yaml too"],
        ),
        (
            {
                "a.wav": "",
                "a.yaml": "people: {role: speaker, id: P, published_name: (name)}",
                "b.wav": "",
                "b.yaml": "people: [{role: speaker}, {role: translator, id: P}]",
            },
            ["b.yaml: people.2.published_name: expected '(name)', as P has it in a.yaml, found nothing"],
        ),
        ({"b.wav": "", "a.vtt": VTT}, ["a.vtt: expected a medium of the same name beside it"]),
        (
            {"a.wav": "", "a.mp3": "", "a.vtt": VTT},
            ["a.vtt: expected one medium of this name, found a.mp3, a.wav; say which, as in a.mp3.vtt"],
        ),
        (
            {"a.wav": "", "a.vtt": VTT, "a.wav.vtt": VTT},
            ["a.wav.vtt: expected one WebVTT of what is said, found a.vtt too"],
        ),
        ({"a.wav": "", "a.vtt": "WEBVTT"}, ["a.vtt: line 1: expected at least one cue with text"]),
        (
            {
                "a.wav": "",
                "a.yaml": "date: spring\naccess: [",
                "b.wav": "",
                "b.yaml": "kind: film\naccess: pubic",
            },
            [
                "a.yaml: expected YAML; it breaks off in line 2, column 10: expected the node content, "
                "but found '<stream end>'",
                "b.yaml: kind: expected one of testimony, interview, conversation, statement, speech, "
                "court testimony, reading, found 'film' (line 1)",
                "b.yaml: access: expected public, registered, reading room, restricted or withdrawn "
                "(did you mean public?), found 'pubic' (line 2)",
            ],
        ),
    ],
)
def test_what_is_wrong(deposit: Write, files: dict[str, str], expected: list[str]) -> None:
    folder = deposit(files)
    assert errors(plan_deposit([folder]), folder) == expected


def test_the_description_is_handed_on(deposit: Write) -> None:
    folder = deposit(
        {
            "1.wav": "",
            "2.wav": "",
            "x.yaml": f"languages: de\nrecordings: [{{file: 1.wav, offset: -1.5, checksum: {'ab' * 32}}}, "
            "{file: 2.wav, language: yi, number: 5}]",
            "a.wav": "",
            "a.yaml": f"checksum: sha512:{'cd' * 64}",
        }
    )
    group, single = plan_deposit([folder]).testimonies
    [recording] = single.recordings
    assert recording.checksum
    assert (recording.number, recording.checksum.algorithm, recording.language) == (1, "sha512", None)
    one, two = group.recordings
    assert one.checksum
    assert (one.number, one.offset_ms, one.checksum.digest, one.language) == (1, -1500, "ab" * 32, "de")
    assert (two.number, two.offset_ms, two.checksum, two.language) == (5, 0, None, "yi")
    assert group.metadata
    assert group.metadata.languages == ("de",)


def test_an_undescribed_medium_does_not_go_in_while_a_description_is_broken(deposit: Write) -> None:
    folder = deposit({"a.wav": "", "x.yaml": "access: restricted\nrecordings: [{file: a.wav}", "t/b.wav": ""})
    planned = plan_deposit([folder])
    assert len(planned.errors) == 1
    assert shape(planned, folder) == [(None, ["t/b.wav"])]


@pytest.mark.parametrize(
    ("languages", "names", "captions", "translations"),
    [
        ("", ["a.vtt"], "a.vtt", {}),
        ("", ["a.wav.vtt"], "a.wav.vtt", {}),
        ("de", ["a.vtt", "a.en.vtt"], "a.vtt", {"en": "a.en.vtt"}),
        ("de", ["a.en.vtt", "a.pl.vtt"], None, {"en": "a.en.vtt", "pl": "a.pl.vtt"}),
        ("de-AT", ["a.ger.vtt", "a.en.vtt"], "a.ger.vtt", {"en": "a.en.vtt"}),
        ("de, yi", ["a.en.vtt"], None, {"en": "a.en.vtt"}),
        ("de, yi", ["a.vtt", "a.de.vtt"], "a.vtt", {"de": "a.de.vtt"}),
        ("", ["a.vtt", "a.en.vtt"], "a.vtt", {"en": "a.en.vtt"}),
    ],
)
def test_captions(
    deposit: Write, languages: str, names: list[str], captions: str | None, translations: dict[str, str]
) -> None:
    folder = deposit({"a.wav": "", "a.yaml": f"languages: [{languages}]", **dict.fromkeys(names, VTT)})
    planned = plan_deposit([folder])
    assert errors(planned, folder) == []
    [recording] = planned.testimonies[0].recordings
    texts = planned.testimonies[0].texts
    assert [t.path.name for t in texts if not t.translation] == ([captions] if captions else [])
    assert {t.language: t.path.name for t in texts if t.translation} == translations
    assert {t.runs_over for t in texts} == {((recording.number, 0),)}


@pytest.mark.parametrize("languages", ["", "de, yi"])
def test_captions_that_may_be_either_are_an_error(deposit: Write, languages: str) -> None:
    folder = deposit({"a.wav": "", "a.yaml": f"languages: [{languages}]", "a.yi.vtt": VTT})
    assert errors(plan_deposit([folder]), folder) == [
        "a.yi.vtt: expected a description that tells from its languages whether this is what is said or a "
        "translation; if it is what is said, name it a.vtt"
    ]


def test_two_translations_into_one_language_are_an_error(deposit: Write) -> None:
    folder = deposit({"a.wav": "", "a.yaml": "languages: de", "a.en.vtt": VTT, "a.eng.vtt": VTT})
    assert errors(plan_deposit([folder]), folder) == [
        "a.eng.vtt: expected one translation in a language, found a.en.vtt too"
    ]


@pytest.mark.parametrize("asked", ["1.wav", "x.yaml", "1.vtt", "2.wav"])
def test_any_file_of_a_testimony_brings_the_whole(deposit: Write, asked: str) -> None:
    folder = deposit(
        {
            "1.wav": "",
            "1.vtt": VTT,
            "2.wav": "",
            "x.yaml": GROUP,
            "b.wav": "",
            "b.yaml": "kind: film",
            "c.vtt": "",
        }
    )
    planned = plan_deposit([folder / asked])
    assert errors(planned, folder) == []
    assert shape(planned, folder) == [("x.yaml", ["1.wav", "2.wav"])]
    assert [(text.path, text.runs_over) for text in planned.testimonies[0].texts] == [
        (folder / "1.vtt", ((1, 0),))
    ]
    assert planned.passed_over == ()


def test_a_broken_description_of_a_lone_medium_is_found(deposit: Write) -> None:
    folder = deposit({"1.wav": "", "x.yaml": "kind: film\n" + GROUP})
    planned = plan_deposit([folder / "1.wav"])
    assert len(planned.errors) == 1
    assert planned.testimonies == ()


def test_a_description_written_with_escapes_is_found(deposit: Write) -> None:
    folder = deposit({"\u0141.wav": "", "x.json": '{"recordings": [{"file": "\\u0141.wav"}]}', "y.wav": ""})
    assert shape(plan_deposit([folder / "\u0141.wav"]), folder) == [("x.json", ["\u0141.wav"])]


def test_files_are_taken_once_however_they_are_given(deposit: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = deposit({"a.wav": "", "a.yaml": "{}"})
    monkeypatch.chdir(folder)
    planned = plan_deposit([Path("a.wav"), folder, folder / "a.yaml", Path()])
    assert planned.errors == ()
    assert [[r.path for r in t.recordings] for t in planned.testimonies] == [[Path("a.wav")]]


def test_nothing_is_passed_over_in_silence(deposit: Write) -> None:
    folder = deposit(
        {
            "a.wav": "",
            "a.srt": "",
            "notes.txt": "",
            ".DS_Store": "",
            "._a.wav": "",
            "Thumbs.db": "",
            ".git/a.wav": "",
        }
    )
    planned = plan_deposit([folder])
    assert planned.debris == 4
    assert planned.passed_over == (
        (folder / "a.srt", "SubRip captions are not read; WebVTT (.vtt) is"),
        (folder / "notes.txt", "a text that no description names; it may be notes"),
    )
    assert shape(planned, folder) == [(None, ["a.wav"])]


def test_links_in_a_folder_are_not_followed(deposit: Write, tmp_path: Path) -> None:
    folder = deposit({"in/a.wav": "", "out/b.wav": "", "out/c.txt": ""})
    (folder / "in" / "b.wav").symlink_to(folder / "out" / "b.wav")
    (folder / "in" / "c.txt").symlink_to(folder / "out" / "c.txt")
    (folder / "in" / "loop").symlink_to(folder / "in")
    os.mkfifo(folder / "in" / "pipe.wav")
    planned = plan_deposit([folder / "in"])
    assert errors(planned, folder) == ["in/b.wav: expected the file itself, found a link"]
    assert planned.passed_over == (
        (folder / "in" / "c.txt", "not a regular file"),
        (folder / "in" / "loop", "a link to a folder, which is not followed"),
        (folder / "in" / "pipe.wav", "not a regular file"),
    )
    assert plan_deposit([folder / "in" / "b.wav"]).errors == ()


def test_what_was_given_must_be_there_and_be_of_use(deposit: Write) -> None:
    folder = deposit({"notes.doc": "", "notes.txt": ""})
    given = [folder / name for name in ("notes.doc", "none", "notes.txt")]
    assert errors(plan_deposit(given), folder) == [
        "notes.doc: expected a medium (wav, flac, mp3, m4a, ogg, opus, mp4, mov, mkv, webm), "
        "a sidecar (yaml, yml, json) or a text (vtt, txt)",
        "none: expected a file or folder that exists",
        "notes.txt: expected a description beside it: a sidecar of the same name, or one that names it in "
        "texts; a text by itself may be notes",
    ]


def test_a_name_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/br\xf6tchen.wav")).touch()
    except OSError:
        pytest.skip("this file system takes no such names")
    [error] = plan_deposit([tmp_path]).errors
    assert str(error) == f"{tmp_path}/br\N{REPLACEMENT CHARACTER}tchen.wav: expected a file name in UTF-8"


@pytest.mark.parametrize(
    ("text", "asked", "expected_errors"),
    [
        ("title: x", ["1.wav"], []),
        (GROUP, ["1.wav", "2.wav"], []),
        (
            "title: x",
            ["1.wav", "2.wav"],
            ["recordings: expected it to say which file is which recording, since there are 1.wav, 2.wav"],
        ),
        (
            "recordings: [{file: 1.wav}]",
            ["1.wav", "2.wav"],
            ["recordings: expected 2.wav among recordings, since this description is for all that was given"],
        ),
        (
            GROUP,
            ["1.wav"],
            [
                "recordings.2.file: expected the name of a medium beside it (did you mean 1.wav?), "
                "found '2.wav'"
            ],
        ),
    ],
)
def test_a_description_from_elsewhere(
    deposit: Write, text: str, asked: list[str], expected_errors: list[str]
) -> None:
    folder = deposit({"m/1.wav": "", "m/2.wav": "", "m/3.wav": "", "d/x.yaml": text})
    planned = plan_deposit([folder / "m" / name for name in asked], metadata=folder / "d" / "x.yaml")
    assert errors(planned, folder) == [f"d/x.yaml: {sentence}" for sentence in expected_errors]
    if not expected_errors:
        assert shape(planned, folder) == [("d/x.yaml", [f"m/{name}" for name in asked])]


def test_a_description_from_elsewhere_is_for_one_folder_and_against_none(deposit: Write) -> None:
    folder = deposit({"a/1.wav": "", "b/1.wav": "", "x.yaml": "title: x", "b/1.yaml": "title: y"})
    assert errors(plan_deposit([folder / "a", folder / "b"], metadata=folder / "x.yaml"), folder) == [
        "x.yaml: expected the files of one testimony in one folder, found files in 2 folders"
    ]
    assert errors(plan_deposit([folder / "b"], metadata=folder / "x.yaml"), folder) == [
        "b/1.yaml: expected 1.wav to be described once; x.yaml does too"
    ]
