"""References held to the patterns of the style guides, with our own material in them."""

from dataclasses import replace
from typing import Any

import pytest

from archive.formats.cited import Cited, cited
from archive.formats.styles import (
    apa,
    apa_in_text,
    chicago_bibliography,
    chicago_note,
    mla,
    mla_in_text,
    plain,
    style_all,
)
from archive.reading import UNTITLED, PersonInRole, Stream
from tests.archive.formats.samples import ADDRESS, passage, reading, stream

HAND = stream(passage("The oven is hot.", 0, 4_000))
MACHINE = stream(passage("The bread rises.", 0, 4_000, machine=True), status="machine")
PEOPLE = (
    PersonInRole("interviewee", "A. B."),
    PersonInRole("Interviewer", "C. Baker"),
    PersonInRole("translator", "E. F."),
    PersonInRole("interviewee", None),
)
STRETCH: dict[str, Any] = {"recording": 2, "start_ms": 57_200, "end_ms": 82_100}


def source(text: Stream | None = HAND, *, stretch: bool = False, **changes: Any) -> Cited:
    shown = () if text is None else (text,)
    given = {"title": "On bread", "date": "1996-05-16", "people": PEOPLE} | changes
    whole = replace(reading(*shown, durations=(60_000, 90_000)), **given)
    address = f"{ADDRESS}?r=2&t=57.2,82.1" if stretch else ADDRESS
    return cited(whole, text, archive="The archive", address=address, **(STRETCH if stretch else {}))


def told_by(*names: str) -> dict[str, tuple[PersonInRole, ...]]:
    return {"people": tuple(PersonInRole("interviewee", name) for name in names)}


def test_a_note_of_chicago() -> None:
    """Who, interview by whom, date, number, medium, collection, repository."""
    assert plain(chicago_note(source(title=UNTITLED))) == (
        "A. B., interview by C. Baker, May 16, 1996, 2024-17, audio recording and transcript, "
        f"The bakery talks, The archive, {ADDRESS}."
    )


def test_a_note_of_chicago_on_a_stretch() -> None:
    assert plain(chicago_note(source(MACHINE, stretch=True))) == (
        "A. B., “On bread,” interview by C. Baker, May 16, 1996, 2024-17, "
        "audio recording and unchecked machine transcript, recording 2, 00:00:57–00:01:23, "
        f"The bakery talks, The archive, {ADDRESS}?r=2&t=57.2,82.1."
    )


def test_an_entry_of_chicagos_bibliography() -> None:
    assert plain(chicago_bibliography(source(title="What is “bread”?"))) == (
        "A. B. “What is ‘bread’?” Interview by C. Baker. May 16, 1996. 2024-17. "
        f"Audio recording and transcript. The bakery talks, The archive. {ADDRESS}."
    )


def test_an_entry_of_mla() -> None:
    entry = mla(source(MACHINE))
    assert plain(entry) == (
        "A. B. “On bread.” Interview by C. Baker. The bakery talks, 2024-17, The archive, 16 May 1996, "
        f"{ADDRESS}. Audio recording and unchecked machine transcript."
    )
    assert [run.text for run in entry if run.italic] == ["The bakery talks"]
    assert plain(mla_in_text(source(stretch=True))) == "(A. B., recording 2, 00:00:57–00:01:23)"
    alone = replace(source(stretch=True), recording=None)
    assert plain(mla_in_text(alone)) == "(A. B. 00:00:57–00:01:23)"


def test_an_entry_of_apa() -> None:
    entry = apa(source(MACHINE))
    assert plain(entry) == (
        "A. B. (1996, May 16). On bread (C. Baker, Interviewer) "
        "[Audio recording and unchecked machine transcript]. "
        f"The bakery talks (2024-17), The archive. {ADDRESS}"
    )
    assert [run.text for run in entry if run.italic] == ["On bread"]
    assert plain(apa_in_text(source(stretch=True))) == "(A. B., 1996, recording 2, 00:00:57–00:01:23)"


def test_an_entry_of_apa_without_a_title() -> None:
    assert plain(apa(source(title=UNTITLED))) == (
        "A. B. (1996, May 16). Interview by C. Baker [Audio recording and transcript]. "
        f"The bakery talks (2024-17), The archive. {ADDRESS}"
    )


def test_a_title_that_is_the_name_is_said_once() -> None:
    assert "B., interview by" in plain(chicago_note(source(title="A. B.")))


@pytest.mark.parametrize(
    ("title", "quoted"),
    [
        ('On "bread"', "“On ‘bread.’”"),
        ("On “bread” and salt", "“On ‘bread’ and salt.”"),
        ("Über „Brot“ und Salz", "“Über ‚Brot‘ und Salz.”"),
        ("O „chlebie” i soli", "“O ‚chlebie’ i soli.”"),
        ("On bread,", "“On bread.”"),
        ("Is it bread?", "“Is it bread?”"),
        ("Is it “bread?”", "“Is it ‘bread?’”"),
    ],
)
def test_quotation_marks_within_others(title: str, quoted: str) -> None:
    assert f"A. B. {quoted} Interview by" in plain(mla(source(title=title)))


def test_where_nobody_was_named_the_title_comes_first() -> None:
    nobody = source(people=(PersonInRole("interviewee", None),), kind="statement", date=None)
    assert plain(chicago_note(nobody)).startswith("“On bread,” statement, n.d., 2024-17,")
    assert plain(chicago_bibliography(nobody)).startswith("“On bread.” Statement. N.d. 2024-17.")
    assert plain(mla(nobody)).startswith(
        "“On bread.” Statement. The bakery talks, 2024-17, The archive, http"
    )
    assert plain(apa(nobody)).startswith("On bread [Audio recording and transcript]. (n.d.). The bakery")
    assert plain(mla_in_text(nobody)) == "(“On bread”)"
    assert plain(mla_in_text(replace(nobody, recording=2))) == "(“On bread,” recording 2)"
    assert plain(apa_in_text(nobody)) == "(On bread, n.d.)"
    assert [run.text for run in apa_in_text(nobody) if run.italic] == ["On bread"]
    bare = source(None, people=(), title=UNTITLED, kind="speech", recordings=(), accession_number=None)
    assert plain(chicago_note(bare)) == f"Speech, May 16, 1996, The bakery talks, The archive, {ADDRESS}."
    assert plain(apa(bare)) == f"Speech. (1996, May 16). The bakery talks, The archive. {ADDRESS}"
    assert plain(mla(bare)) == f"Speech. The bakery talks, The archive, 16 May 1996, {ADDRESS}."


@pytest.mark.parametrize(
    ("names", "note", "bibliography", "of_mla", "of_apa", "in_text"),
    [
        (("A", "B"), "A and B", "A and B", "A and B", "A, & B", "A & B"),
        (("A", "B", "C"), "A, B, and C", "A, B, and C", "A, et al", "A, B, & C", "A et al."),
        (("A", "B", "C", "D"), "A et al.", "A, B, C, and D", "A, et al", "A, B, C, & D", "A et al."),
    ],
)
def test_several_who_tell(
    names: tuple[str, ...], note: str, bibliography: str, of_mla: str, of_apa: str, in_text: str
) -> None:
    given = source(**told_by(*names))
    assert plain(chicago_note(given)).startswith(f"{note}, “On")
    assert plain(chicago_bibliography(given)).startswith(f"{bibliography}. “On")
    assert plain(mla(given)).startswith(f"{of_mla}. “On")
    assert plain(apa(given)).startswith(f"{of_apa}. (1996")
    assert plain(apa_in_text(given)) == f"({in_text}, 1996)"


@pytest.mark.parametrize(
    ("date", "chicago", "of_mla", "of_apa"),
    [
        ("1996", "1996", "1996", "1996"),
        ("1996-09", "September 1996", "Sept. 1996", "1996, September"),
        ("1996~", "ca. 1996", "circa 1996", "ca. 1996"),
        ("1996?", "[1996?]", "[1996?]", "[1996?]"),
        ("1996/1997", "1996–1997", "1996–1997", "1996–1997"),
        ("1996-05-16/1996-05-18", "May 16–18, 1996", "16–18 May 1996", "1996, May 16–18"),
        ("1996-05-30/1996-06-01", "May 30–June 1, 1996", "30 May–1 June 1996", "1996, May 30–June 1"),
        (
            "1996-12-30/1997-01-02",
            "December 30, 1996–January 2, 1997",
            "30 Dec. 1996–2 Jan. 1997",
            "1996, December 30–1997, January 2",
        ),
        ("1996-05/1996-06", "May–June 1996", "May–June 1996", "1996, May–June"),
        ("1996-05-30/1996-06", "May 30, 1996–June 1996", "30 May 1996–June 1996", "1996, May 30–1996, June"),
        ("194X", "194X", "194X", "194X"),
    ],
)
def test_dates(date: str, chicago: str, of_mla: str, of_apa: str) -> None:
    given = source(date=date)
    assert f"Baker, {chicago}, 2024-17" in plain(chicago_note(given))
    assert f"The archive, {of_mla}, http" in plain(mla(given))
    assert f"A. B. ({of_apa}). " in plain(apa(given))


def test_what_a_text_is_called() -> None:
    mixed = stream(passage("A."), passage("B.", machine=True), status="reviewed")
    for text, said in (
        (None, "Audio recording."),
        (HAND, "Audio recording and transcript."),
        (replace(MACHINE, status="reviewed"), "Audio recording and machine transcript."),
        (replace(MACHINE, kind="translation"), "Audio recording and unchecked machine translation."),
        (mixed, "Audio recording and partly machine-made transcript."),
    ):
        assert plain(mla(source(text))).endswith(f". {said}")
    german = cited(
        reading(),
        replace(HAND, kind="translation"),
        archive="a",
        address="b",
        translation="German translation",
    )
    assert german.material == "audio recording and German translation"
    filmed = replace(reading(), recordings=tuple(replace(r, video=True) for r in reading().recordings))
    assert cited(filmed, None, archive="a", address="b").material == "video recording"


def test_the_act_is_named_after_the_kind() -> None:
    assert source(kind="conversation").act == "conversation with C. Baker"
    assert source(kind="court testimony").act == "court testimony, interview by C. Baker"
    assert source(kind="testimony").act == "interview by C. Baker"
    assert source(kind="testimony", **told_by("A")).act == "testimony"


def test_every_style_names_the_archive_and_the_address() -> None:
    given = source(MACHINE)
    for styled in style_all(given):
        said = plain(styled.entry)
        assert all(words in said for words in ("The archive", "The bakery talks", ADDRESS, "machine"))
        assert "  " not in said
        assert ".." not in said


def test_the_recording_that_is_cited_says_what_it_is_and_which() -> None:
    whole = reading(durations=(60_000, 60_000))
    first, second = whole.recordings
    mixed = replace(whole, recordings=(first, replace(second, video=True)))
    at = {"archive": "a", "address": "b", "start_ms": 0}
    assert cited(mixed, None, recording=1, **at).medium == "audio recording"
    assert cited(mixed, None, recording=2, **at).medium == "video recording"
    assert cited(mixed, None, archive="a", address="b").medium == "video recording"
    # Only the second is open today; the first may be tomorrow.
    alone = replace(whole, recordings=(second,))
    assert cited(alone, None, recording=2, **at).place == "recording 2, 00:00:00"
