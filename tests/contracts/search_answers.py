"""What every SearchBackend must answer, and in which order."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from itertools import accumulate, cycle, islice, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.reading import PersonInRole, Reading
from schemas.query import FACETS, FacetName, Filters, Node, Phrase, SearchQuery
from search.backend import BEST_PASSAGES, SearchBackend
from search.find import ask, find
from search.match import match
from search.parse import parse
from tests.contracts.search_filling import documents, fill, found, rebuild, write
from tests.search.readings import corpora, make_passage, make_reading, make_stream, trees


def expected_facets(
    readings: Iterable[Reading], tree: Node | None, filters: Filters
) -> dict[FacetName, dict[str, int]]:
    """Facets counted in plain Python: each among what the tree and the other facets' filters leave."""
    counted: dict[FacetName, dict[str, int]] = {name: {} for name in FACETS}
    for reading in readings:
        if match(tree, reading) is None:
            continue
        for name in FACETS:
            if passes(reading, filters.model_copy(update={name: ()})):
                for value in facet_values(reading)[name]:
                    counted[name][value] = counted[name].get(value, 0) + 1
    for name in FACETS:
        for value in filters.chosen(name):
            counted[name].setdefault(value, 0)
    return counted


def facet_values(reading: Reading) -> dict[FacetName, set[str]]:
    return {
        "collection": {reading.collection_slug},
        "language": set(reading.languages),
        "place": set(reading.places),
        "year": {str(year) for year in reading.years},
        "kind": {reading.kind},
    }


def passes(reading: Reading, filters: Filters) -> bool:
    values = facet_values(reading)
    return all(not filters.chosen(name) or values[name] & set(filters.chosen(name)) for name in FACETS)


def reader(readings: Iterable[Reading]) -> Callable[[Mapping[str, Collection[str]]], Mapping[str, Reading]]:
    known = {reading.id: reading for reading in readings}
    return lambda wanted: {one: known[one] for one in wanted if one in known}


choices = st.builds(
    Filters,
    place=st.lists(st.sampled_from(["Łódź", "Brno", "Oslo"]), max_size=2, unique=True).map(tuple),
    year=st.lists(st.sampled_from(["1945", "1946"]), max_size=1).map(tuple),
    kind=st.lists(st.just("interview"), max_size=1).map(tuple),
)


class SearchAnswers:
    """Tests that take the fixture `backend`: what is found, its order and pages, its facets and filters."""

    # --- It answers as `match` does -------------------------------------------------------------------------

    @pytest.mark.slow
    @given(data=st.data(), readings=corpora())
    @settings(
        max_examples=10,
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            # Each engine runs the suite in a class of its own: what one failed on is tried on the others.
            HealthCheck.differing_executors,
        ],
    )
    def test_finds_what_match_finds(
        self, backend: SearchBackend, data: st.DataObject, readings: list[Reading]
    ) -> None:
        half = len(readings) // 2
        fill(backend, readings[:half], readings[half:], readings[:1])
        read = reader(readings)
        for _ in range(10):
            tree, filters = data.draw(trees(readings)), data.draw(choices)
            matches = {
                r.id: found for r in readings if passes(r, filters) and (found := match(tree, r)) is not None
            }
            query = SearchQuery(tree=tree, filters=filters)
            answer = backend.search(query)
            assert {hit.testimony for hit in answer.hits} == set(matches)
            assert answer.total == len(matches)
            facets = {name: {v.value: v.count for v in values} for name, values in answer.facets.items()}
            assert facets == expected_facets(readings, tree, filters)
            for hit in answer.hits:
                there = [one.passage.id for one in matches[hit.testimony].passages]
                assert hit.passages == len(there)
                assert len(set(hit.best)) == min(BEST_PASSAGES, len(there))
                assert set(hit.best) <= set(there)
            for shown in find(query, backend, read).hits:
                meant = matches[shown.testimony.id]
                assert meant is not None
                marks = {one.passage.id: one.marks for one in meant.passages}
                assert shown.matched == meant.fields
                assert shown.passages == len(meant.passages)
                assert len(shown.segments) >= min(BEST_PASSAGES, len(marks))
                assert all(segment.marks == marks[segment.id] for segment in shown.segments)

    @pytest.mark.slow
    @pytest.mark.parametrize("words", ["rain fog", "rain fog ice sun dew frost hail snow wind storm"])
    def test_finds_every_phrase_over_every_border(self, backend: SearchBackend, words: str) -> None:
        spoken = list(islice(cycle(words.split()), 24)) + ["fog", "fog", "rain"] * 3
        lengths = (3, 1, 0, 1, 2, 10, 1, 1, 5, 4, 5)
        starts = list(accumulate(lengths, initial=0))
        passages = [
            make_passage(f"a.{n}", " ".join(spoken[start : start + length]), gap_before=n == 8)
            for n, (start, length) in enumerate(zip(starts, lengths, strict=False))
        ]
        reading = make_reading("a", streams=(make_stream("s", passages),))
        fill(backend, [reading])
        for start, length in product(range(len(spoken)), range(2, 10)):
            tree = Phrase(words=tuple(spoken[start : start + length]))
            hits = backend.search(SearchQuery(tree=tree, facet_values=0)).hits
            meant = match(tree, reading)
            assert [hit.passages for hit in hits] == ([len(meant.passages)] if meant else [])
            if meant:
                assert set(hits[0].best) <= {one.passage.id for one in meant.passages}

    @pytest.mark.parametrize(
        ("text", "language", "query"),
        [
            ("The tram to Łódź was late.", "pl", "lodz"),
            ("W Łodzi padał deszcz.", "pl", "łódźi"),
            ("הַלֶּחֶם חַם", "he", "הלחם"),
            ("הלחם חם", "he", "הַלֶּחֶם"),
            ("דאָס שטעטל איז קליין", "yi", "שטעטלעך"),
            ("װאָס מאַכט דער בעקער", "yi", "וואס"),
            ("Die Mütter kauften Brot.", "de", "Mutter"),
            ("Auf der STRASSE", "de", "straße"),
            ("The bakeries were open.", "en", "bakery"),
            ("Le pain de l'hiver", "fr", "hiver"),
            ("Am 27.01.1945 fiel Schnee.", "de", "1945"),
            ("Rain.Then snow.", "en", "then"),
        ],
    )
    def test_finds_words_in_their_forms(
        self, backend: SearchBackend, text: str, language: str, query: str
    ) -> None:
        fill(backend, [make_reading("a", text, language=language), make_reading("b", "Fog.")])
        assert found(backend, query) == ["a"]

    def test_a_stem_stays_in_its_language(self, backend: SearchBackend) -> None:
        fill(backend, [make_reading("a", "Brote", language="he"), make_reading("b", "Brote", language="de")])
        assert found(backend, "Brot") == ["b"]

    def test_all_words_occur_somewhere_in_the_testimony(self, backend: SearchBackend) -> None:
        fill(backend, [make_reading("a", "Warm bread.", "A cold oven."), make_reading("b", "Warm oven.")])
        assert found(backend, "bread oven") == ["a"]
        assert sorted(found(backend, "bread OR oven")) == ["a", "b"]
        assert found(backend, "oven -bread") == ["b"]
        assert found(backend, '-"cold oven"') == ["b"]

    def test_a_phrase_runs_over_a_border_and_not_over_a_gap(self, backend: SearchBackend) -> None:
        near = make_reading("near", "They sold warm", "bread. And cake.")
        first, second = near.streams[0].passages
        closed = replace(near, id="closed")
        closed = replace(
            closed,
            streams=(make_stream("s", [replace(first, id="c1"), replace(second, id="c2", gap_before=True)]),),
        )
        apart = replace(
            near,
            id="apart",
            streams=(
                make_stream("o", [replace(first, id="o1")]),
                make_stream("t", [replace(second, id="t1")], "translation"),
            ),
        )
        fill(backend, [near, closed, apart])
        (hit,) = find(ask('"warm bread"'), backend, reader([near, closed, apart])).hits
        assert (hit.testimony.id, hit.passages) == ("near", 2)
        assert [(s.id, s.marks, s.play_ms) for s in hit.segments] == [
            ("near.1", ((10, 14),), 2000),
            ("near.2", ((0, 5),), 0),
        ]

    def test_a_phrase_runs_over_passages_shorter_than_itself(self, backend: SearchBackend) -> None:
        reading = make_reading("a", "First it", "rained", "...", "then it", "snowed a lot")
        fill(backend, [reading])
        (hit,) = backend.search(ask('"it rained then it snowed"')).hits
        assert hit.passages == 4

    def test_a_hit_by_the_description_alone_names_the_fields(self, backend: SearchBackend) -> None:
        reading = make_reading(
            "a",
            "Fog.",
            title="The bakery",
            people=(PersonInRole("interviewer", "A. Baker"),),
            places=("Brno",),
        )
        fill(backend, [reading])
        (hit,) = find(ask("bakeries brno"), backend, reader([reading])).hits
        assert (hit.matched, hit.passages, hit.segments) == (("title", "places"), 0, ())
        assert found(backend, '"bakery a"') == []

    # --- Order and pages ------------------------------------------------------------------------------------

    def test_words_together_come_before_words_apart(self, backend: SearchBackend) -> None:
        apart = make_reading("apart", "warm " * 30, "fog", "bread " * 30)
        together = make_reading(
            "together", "fog " * 60, "a loaf of warm bread here", "fog " * 60, "warm warm"
        )
        fill(backend, [apart, together], [make_reading("c", "fog")])
        answer = backend.search(ask("warm bread"))
        assert [hit.testimony for hit in answer.hits] == ["together", "apart"]
        assert answer.hits[0].best == ("together.2", "together.4")

    def test_most_of_the_words_come_before_one_that_is_rare(self, backend: SearchBackend) -> None:
        common = ["fog with rain and wind " + "fog " * 30] * 5
        fill(backend, [make_reading("a", "hail hail hail", *common)])
        (hit,) = backend.search(ask("hail rain wind")).hits
        assert hit.passages == 6
        assert "a.1" not in hit.best

    def test_lists_the_newest_first_without_a_positive_word(self, backend: SearchBackend) -> None:
        fill(backend, [make_reading("a", "rain"), make_reading("b", "fog")], [make_reading("c", "rain")])
        assert found(backend, "") == ["c", "b", "a"]
        assert found(backend, "-fog") == ["c", "a"]
        assert found(backend, "", size=2, page=2) == ["a"]

    def test_equals_stand_newest_first_whichever_was_written_last(self, backend: SearchBackend) -> None:
        readings = [make_reading(name, "rain fell", "fog rose") for name in ("a", "b", "c", "d")]
        fill(backend, readings[:2], readings[2:])
        for query in ("rain", "rain fog", '"fell fog"'):
            assert found(backend, query) == ["d", "c", "b", "a"]
        with backend.writing("public") as batch:
            batch.replace(documents(readings[1], 2))
        with backend.writing("public") as batch:
            batch.replace(documents(readings[0], 1))
        for query in ("rain", "rain fog", '"fell fog"'):
            assert found(backend, query) == ["d", "c", "b", "a"]

    def test_every_testimony_stands_on_one_page(self, backend: SearchBackend) -> None:
        # More than the 200 that are put in the order of their passages, on pages that lie across that border.
        readings = [make_reading(f"t{n}", "rain " * (n % 7 + 1)) for n in range(230)]
        fill(backend, readings[:100], readings[100:])
        pages = [found(backend, "rain", size=35, page=page, facet_values=0) for page in range(1, 9)]
        assert [len(page) for page in pages] == [35] * 6 + [20, 0]
        assert {one for page in pages for one in page} == {reading.id for reading in readings}
        assert found(backend, "rain", size=100, page=10_000) == []

    @pytest.mark.slow
    def test_counts_many_passages_exactly(self, backend: SearchBackend) -> None:
        many = make_reading("a", *["rain"] * 1100)
        few = make_reading("b", "fog", *["rain and snow"] * 2)
        fill(backend, [many], [few])
        passages = {hit.testimony: hit for hit in backend.search(ask("rain")).hits}
        assert (passages["a"].passages, passages["b"].passages) == (1100, 2)
        assert len(passages["a"].best) == BEST_PASSAGES
        assert len(passages["b"].best) == 2

    # --- Facets and filters ---------------------------------------------------------------------------------

    @pytest.mark.slow
    def test_counts_three_thousand_places_exactly(self, backend: SearchBackend) -> None:
        readings = [
            make_reading(
                f"t{n}",
                "rain" if n % 7 else "fog",
                places=tuple(f"Place {(n * step) % 3000}" for step in (1, 3, 7, 11, 13, 17, 19, 23)),
            )
            for n in range(1000)
        ]
        rebuild(backend, "public")
        for start in range(0, 1000, 250):
            write(backend, "public", *readings[start : start + 250])
        answer = backend.search(ask("rain").model_copy(update={"facet_values": 10_000}))
        counts = {value.value: value.count for value in answer.facets["place"]}
        meant = expected_facets(readings, parse("rain"), Filters())["place"]
        assert len(meant) > 2500
        assert counts == meant

    def test_filters_are_or_within_a_facet_and_and_between(self, backend: SearchBackend) -> None:
        readings = [
            make_reading("a", "rain", places=("Brno", "Łódź"), kind="interview"),
            make_reading("b", "rain", places=("Hamburg",), kind="interview"),
            make_reading("c", "rain", places=("Brno",), kind="statement"),
        ]
        fill(backend, readings)
        both = Filters(place=("Łódź", "Hamburg"))
        assert sorted(found(backend, "", filters=both)) == ["a", "b"]
        assert found(backend, "rain", filters=Filters(place=("Brno",), kind=("statement",))) == ["c"]
        assert found(backend, "", filters=Filters(place=("brno",))) == []

    def test_facets_show_what_could_be_chosen_besides(self, backend: SearchBackend) -> None:
        readings = [
            make_reading("a", "rain", places=("Brno",), years=(1945,)),
            make_reading("b", "rain", places=("Hamburg",), years=(1946,)),
        ]
        fill(backend, readings)
        facets = backend.search(ask("rain", filters=Filters(place=("Brno", "Oslo")))).facets
        assert {v.value: v.count for v in facets["place"]} == {"Brno": 1, "Hamburg": 1, "Oslo": 0}
        assert {v.value: v.count for v in facets["year"]} == {"1945": 1}

    def test_gives_the_most_frequent_values_and_the_chosen_ones(self, backend: SearchBackend) -> None:
        readings = [make_reading(f"t{n}", "rain", places=("Brno", f"Place {n}")) for n in range(4)]
        fill(backend, readings)
        query = ask("rain", filters=Filters(place=("Place 3",))).model_copy(update={"facet_values": 2})
        places = [(v.value, v.count) for v in backend.search(query).facets["place"]]
        assert places == [("Brno", 4), ("Place 0", 1), ("Place 3", 1)]

    def test_leaves_out_what_is_being_closed(self, backend: SearchBackend) -> None:
        fill(
            backend,
            [make_reading("a", "rain", places=("Brno",)), make_reading("b", "rain", places=("Brno",))],
        )
        answer = backend.search(ask("rain", without=["a", "gone"]))
        assert (answer.total, [hit.testimony for hit in answer.hits]) == (1, ["b"])
        assert [v.count for v in answer.facets["place"]] == [1]

    @pytest.mark.parametrize("text", ["\ud800", "a\x00b", "x" * 5000, "🌧️", "OR", '"', "(" * 300, "a " * 3000])
    def test_answers_whatever_is_typed(self, backend: SearchBackend, text: str) -> None:
        fill(backend, [make_reading("a", "rain")])
        # As a filter the site lets through no more than 500 characters, and no half of a surrogate pair.
        place = text[:500].encode(errors="replace").decode()
        backend.search(ask(text, filters=Filters(place=(place,)), without=[text]))
