"""`site`: an archive of its own for each test. `library`: one that a module reads and nobody changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.sites import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An empty site, to be filled and changed."""
    made = Site(tmp_path / "archive")
    yield made
    made.close()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Three testimonies that everybody may see; only to be read."""
    made = Site(tmp_path_factory.mktemp("library") / "archive")
    made.add(
        "Weather in the north",
        [["It rained in Łódź.", "Then the sun came."], ["The bread was warm."]],
        accession_number="W/1 é",
        places=["Łódź"],
        subjects=["weather", "warm bread"],
        summary="Rain, then sun.",
        people=(("interviewee", "A. B."), ("interviewer", None)),
    )
    made.add(
        "Wetter im Süden",
        [["Es regnete in Graz."]],
        language="de",
        person=True,
        translation=[["It rained in Graz."]],
        translation_language="en",
        kind="reading",
        date="1944~",
        years=[1944],
        collection="south",
    )
    made.add("Bread in a bakery", [["The bread was warm.", "Nobody ate the bread."]], date=None, years=[])
    yield made
    made.close()
