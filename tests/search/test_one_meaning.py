"""One meaning: whatever is asked of whatever archive, both engines and `match` answer the same. Scores are
each engine's own, so the order is not compared.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from archive.reading import Reading
from archive.settings import Settings
from schemas.query import INDEXES, SearchQuery
from schemas.results import Hit
from search.backend import BEST_PASSAGES, SearchBackend
from search.documents import make_documents
from search.elasticsearch_backend import ElasticsearchBackend
from search.find import ask, find
from search.match import match
from search.tantivy_backend import TantivyBackend
from tests.contracts.search_answers import choices, expected_facets, passes, reader
from tests.search.readings import corpora, make_reading, trees

pytestmark = pytest.mark.slow


@pytest.fixture
def engines(tmp_path: Path, on_elasticsearch: Settings) -> Iterator[Sequence[SearchBackend]]:
    made = (TantivyBackend(tmp_path / "index"), ElasticsearchBackend(on_elasticsearch))
    for backend in made:
        for index in INDEXES:
            with backend.drafting(index) as draft, draft.alone():
                draft.switch()
    yield made
    for backend in made:
        backend.close()


@given(data=st.data(), readings=corpora())
@examples(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_both_engines_answer_as_match_does(
    engines: Sequence[SearchBackend], data: st.DataObject, readings: list[Reading]
) -> None:
    for backend in engines:
        write(backend, readings)
    read = reader(readings)
    for _ in range(8):
        query = SearchQuery(tree=data.draw(trees(readings)), filters=data.draw(choices))
        meant = {
            reading.id: found
            for reading in readings
            if passes(reading, query.filters) and (found := match(query.tree, reading)) is not None
        }
        for backend in engines:
            page = find(query, backend, read)
            assert page.total.testimonies == len(meant)
            assert {hit.testimony.id for hit in page.hits} == set(meant)
            facets = {name: {one.value: one.count for one in values} for name, values in page.facets.items()}
            assert facets == expected_facets(readings, query.tree, query.filters)
            for hit in page.hits:
                found = meant[hit.testimony.id]
                marks = {one.passage.id: one.marks for one in found.passages}
                assert hit.matched == found.fields
                assert hit.passages == len(marks)
                shown = {segment.id: segment.marks for segment in hit.segments}
                assert len(shown) >= min(BEST_PASSAGES, len(marks))
                assert shown.items() <= marks.items()


@pytest.mark.parametrize(
    "text", ["", "bread", '"warm bread"', "bread -rain", "Mutter OR Łódź", "-bread", "l'hiver 1945"]
)
def test_what_is_typed_means_the_same(engines: Sequence[SearchBackend], text: str) -> None:
    readings = [
        make_reading("a", "Warm bread in Łódź.", "Rain fell in 1945."),
        make_reading("b", "Die Mütter kauften Brot.", language="de", places=("Łódź",)),
        make_reading("c", "Le pain de l'hiver 1945", language="fr"),
        make_reading("d", "They sold warm", "bread and breads."),
    ]
    for backend in engines:
        write(backend, readings)
    first, second = (find(ask(text), backend, reader(readings)) for backend in engines)
    assert by_id(first.hits) == by_id(second.hits)
    assert (first.total, first.facets) == (second.total, second.facets)


def by_id(hits: Sequence[Hit]) -> dict[str, Hit]:
    return {hit.testimony.id: hit for hit in hits}


def write(backend: SearchBackend, readings: Sequence[Reading]) -> None:
    """These and no others."""
    gone = backend.changes("public").keys() - {reading.id for reading in readings}
    with backend.writing("public") as batch:
        for testimony in gone:
            batch.remove(testimony)
        for added, reading in enumerate(readings):
            batch.replace(make_documents(reading, added=added))
