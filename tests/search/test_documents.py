"""What an index keeps of a reading."""

from dataclasses import replace

from archive.reading import PersonInRole
from search.documents import NEIGHBOURS, make_documents
from tests.search.readings import make_passage, make_reading, make_stream


def test_a_testimony_keeps_runs_with_gaps_between() -> None:
    reading = make_reading(
        "a",
        title="Weather",
        subjects=("Rain", "Snow"),
        people=(PersonInRole("interviewer", "A. Baker"), PersonInRole("interviewee", None)),
        streams=(
            make_stream(
                "o",
                [
                    make_passage("p1", "One two"),
                    make_passage("p2", "three"),
                    make_passage("p3", "four", gap_before=True),
                ],
            ),
            make_stream("t", [make_passage("p4", "Fünf", "de")], "translation"),
        ),
    )
    runs = make_documents(reading, added=1).testimony.runs
    assert [" ".join(run.exacts) for run in runs] == [
        "weather", "rain", "snow", "a baker", "one two three", "four", "funf",
    ]  # fmt: skip
    assert runs[-1].stems == (("de:funf",),)


def test_a_testimony_keeps_what_it_is_counted_by() -> None:
    reading = make_reading(
        "a", places=("Brno", "Brno", ""), languages=("de", "yi"), years=(1945, 1946), kind="statement"
    )
    testimony = make_documents(reading, added=7).testimony
    assert (testimony.id, testimony.added, testimony.kind, testimony.collection) == (
        "a", 7, "statement", "weather",
    )  # fmt: skip
    assert (testimony.places, testimony.languages, testimony.years) == (
        ("Brno",), ("de", "yi"), ("1945", "1946"),
    )  # fmt: skip


def test_passages_know_the_words_around_them_up_to_a_gap() -> None:
    passages = [
        make_passage("p1", " ".join(f"w{n}" for n in range(12))),
        make_passage("p2", "x y"),
        make_passage("p3", "..."),
        make_passage("p4", "z"),
        make_passage("p5", "after the gap", gap_before=True),
    ]
    documents = make_documents(make_reading("a", streams=(make_stream("s", passages),)), added=1)
    by_id = {one.id: one for one in documents.passages}
    assert list(by_id) == ["p1", "p2", "p4", "p5"]
    assert by_id["p2"].before == tuple(f"w{n}" for n in range(12 - NEIGHBOURS, 12))
    assert by_id["p2"].after == ("z",)
    assert by_id["p1"].after == ("x", "y", "z")
    assert (by_id["p4"].after, by_id["p5"].before) == ((), ())
    assert documents.ids == {"a", "p1", "p2", "p4", "p5"}


def test_the_description_is_stemmed_by_the_languages_of_the_testimony_and_english() -> None:
    reading = make_reading("a", title="Brote", languages=("de", "he"))
    assert make_documents(reading, added=1).testimony.runs[0].stems == (("de:brot", "en:brote"),)


def test_text_without_words_leaves_no_documents_of_passages() -> None:
    documents = make_documents(replace(make_reading("a", "...", "- -"), title="!"), added=1)
    assert (documents.passages, documents.testimony.runs) == ((), ())
