from schemas.query import Filters, SearchQuery
from schemas.results import FacetValue, SearchPage, Total
from search.parse import parse
from tests.web.sites import english
from web.views.search import SHOWN_VALUES, SearchView, view_search


def view(facets: dict, total: int = 5, filters: Filters = Filters(), text: str = "") -> SearchView:  # type: ignore[type-arg]
    found = SearchPage(query=text, page=1, size=20, total=Total(testimonies=total), hits=(), facets=facets)
    query = SearchQuery(text=text, tree=parse(text), filters=filters)
    return view_search(query, found, {"south": "The south"}, english())


def test_a_facet_that_leaves_nothing_out_is_only_noise() -> None:
    facets = {
        "language": (FacetValue(value="de", count=5),),
        "place": (FacetValue(value="Hel", count=2),),
        "year": (),
    }
    assert [facet.title for facet in view(facets).facets] == ["Place"]


def test_values_are_named_for_people() -> None:
    facets = {
        "collection": (FacetValue(value="south", count=2),),
        "language": (FacetValue(value="yi", count=2),),
        "kind": (FacetValue(value="court testimony", count=1),),
    }
    names = [choice.name for facet in view(facets).facets for choice in facet.values]
    assert names == ["The south", "Yiddish", "Court testimony"]


def test_many_values_stand_folded() -> None:
    values = tuple(FacetValue(value=f"Place {n}", count=1) for n in range(SHOWN_VALUES + 3))
    (facet,) = view({"place": values}).facets
    assert len(facet.values) == SHOWN_VALUES
    assert len(facet.further) == 3


def test_a_chosen_value_is_taken_away_and_others_are_added() -> None:
    facets = {"language": (FacetValue(value="de", count=2), FacetValue(value="pl", count=3))}
    shown = view(facets, total=2, filters=Filters(language=("de",)), text="rain")
    assert [(c.facet, c.name, c.address) for c in shown.chosen] == [("Language", "German", "/search?q=rain")]
    assert [c.address for c in shown.facets[0].values] == ["/search?q=rain&language=de&language=pl"]


def test_an_unknown_collection_is_called_as_it_was_typed() -> None:
    shown = view({"collection": (FacetValue(value="hidden", count=0),)}, 0, Filters(collection=("hidden",)))
    assert [choice.name for choice in shown.chosen] == ["hidden"]
    assert shown.heading == "No testimony has all of this."
