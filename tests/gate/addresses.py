"""Where somebody looks who knows everything of a world, what is closed in it too."""

from collections.abc import Iterator

from tests.gate import crawl
from tests.gate.worlds import World, name_id


def known_addresses(world: World, *, words: int = 60) -> Iterator[str]:
    """Addresses of everything in a world, and of some things that nobody ever had; with searches for so many
    of its words."""
    testimonies = world.testimonies
    texts = [
        segment.text
        for testimony in testimonies
        for transcript in testimony.transcripts
        for segment in transcript.revision.segments
    ]
    titles = [text for each in testimonies for text in (each.title, each.summary) if text]
    chapters = [chapter.title for each in testimonies for chapter in each.chapters]
    written = sorted({word for text in (*texts, *titles, *chapters) for word in text.split()})[:words]
    phrases = sorted(
        {f"{one} {two}" for text in texts for one, two in zip(text.split(), text.split()[1:], strict=False)}
    )
    facets = {("collection", each.slug) for each in world.collections}
    facets |= {("place", place) for each in testimonies for place in each.places}
    facets |= {("year", str(year)) for each in testimonies for year in each.years}
    facets |= {("kind", each.kind) for each in testimonies} | {("language", "en"), ("language", "de")}
    nothing = name_id("nothing")
    others = [chapter.id for each in testimonies for chapter in each.chapters][:2]
    numbers = [each.accession_number for each in testimonies if each.accession_number]
    yield from crawl.addresses_of(
        [*(each.id for each in testimonies), nothing, *others],
        [*(tape.id for each in testimonies for tape in each.recordings), nothing],
        [*numbers, "N/99"],
        [*(each.slug for each in world.collections), "collection-9"],
        [*written, "nowhere"],
        [*(clip.id for each in testimonies for clip in each.clips), nothing],
    )
    names = [name.replace(".", "") for each in testimonies for _, name in each.people if name]
    yield from crawl.searches([*written, "nowhere", *numbers, *names], phrases[:12], sorted(facets)[:12])
