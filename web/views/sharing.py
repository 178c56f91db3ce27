"""What a testimony's page tells programs of itself in its head: previews (Open Graph, player cards), oEmbed,
and schema.org's description of its recordings. It says nothing that the page does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from archive.reading import OpenChapter, OpenRecording, Reading
from web import urls
from web.excerpts import shorten
from web.pages import Page
from web.terms import title_of
from web.views.addresses import Address
from web.views.oembed import WIDTH, embed_address, view_oembed


@dataclass(frozen=True, slots=True)
class Meta:
    """One `<meta>`: Open Graph names its keys in `property`, the others in `name`."""

    key: str
    content: str

    @property
    def attribute(self) -> str:
        """`property` or `name`."""
        return "property" if self.key.startswith("og:") else "name"


@dataclass(frozen=True, slots=True)
class Sharing:
    """All that the head needs."""

    meta: tuple[Meta, ...]
    oembed: tuple[tuple[str, str], ...]
    """Media type and address of each form."""
    linked_data: tuple[dict[str, Any], ...]


def view_sharing(
    reading: Reading,
    at: Address,
    text: str | None,
    byline: str,
    page: Page,
    *,
    address: str | None = None,
    said: str | None = None,
) -> Sharing:
    """Of the whole testimony, or of the moment or stretch that is open. A clip has an address of its own, and
    words that are `said` in it."""
    address = page.absolute(address or urls.testimony(reading.id, text=text, **at.place))
    said = said or reading.summary
    return Sharing(
        meta=tuple(_meta(reading, at, text, address, shorten(said) if said else byline, page)),
        oembed=tuple(
            (f"{media_type}+oembed", page.absolute(urls.oembed(address, name)))
            for name, media_type in (("json", "application/json"), ("xml", "text/xml"))
        ),
        linked_data=tuple(
            _recording(reading, each, page) for each in reading.recordings if each.media == "open"
        ),
    )


def _meta(
    reading: Reading, at: Address, text: str | None, address: str, said: str, page: Page
) -> Iterator[Meta]:
    recording = next((each for each in reading.recordings if each.number == at.recording), None)
    title = title_of(reading.title, page.wording)
    poster = page.absolute(urls.poster(recording.id)) if recording and recording.poster else None
    if said:
        yield Meta("description", said)
        yield Meta("og:description", said)
    yield Meta("og:title", title)
    yield Meta("og:site_name", page.site_name)
    yield Meta("og:type", "video.other" if recording and recording.video else "article")
    yield Meta("og:url", address)
    if poster and recording:
        yield Meta("og:image", poster)
        yield Meta("og:image:alt", title)
    yield Meta("twitter:card", "player" if poster and page.origin.startswith("https:") else "summary")
    if recording is None or recording.media != "open":
        return
    framed = view_oembed(reading, at, text, page)
    player = page.absolute(embed_address(reading, at, text))
    if recording.video:
        yield Meta("og:video", player)
        yield Meta("og:video:type", "text/html")
        yield Meta("og:video:width", str(WIDTH))
        yield Meta("og:video:height", str(framed.height))
    if poster and page.origin.startswith("https:"):  # what shows player cards frames no others
        yield Meta("twitter:player", player)
        yield Meta("twitter:player:width", str(WIDTH))
        yield Meta("twitter:player:height", str(framed.height))


def _recording(reading: Reading, recording: OpenRecording, page: Page) -> dict[str, Any]:
    """A VideoObject or AudioObject, its chapters as Clips, and how to seek in it (schema.org; the last two as
    Google's documentation on video has them)."""
    title = title_of(reading.title, page.wording)
    several = len(reading.recordings) > 1
    number = page.wording.gettext("Recording %(number)d") % {"number": recording.number}
    address = page.absolute(urls.testimony(reading.id, recording=recording.number))
    joined = "&" if "?" in address else "?"
    chapters = [
        each for each in reading.chapters if each.recording == recording.number and each.start_ms is not None
    ]
    given: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "VideoObject" if recording.video else "AudioObject",
        "name": f"{title}, {number}" if several else title,
        "description": reading.summary,
        "url": address,
        "embedUrl": page.absolute(urls.embed(reading.id, recording=recording.number)),
        "encodingFormat": recording.media_type,
        "duration": _iso_duration(recording.duration_ms),
        "thumbnailUrl": page.absolute(urls.poster(recording.id)) if recording.poster else None,
        "inLanguage": list(reading.languages),
        "isPartOf": {
            "@type": "Collection",
            "name": reading.collection_name,
            "url": page.absolute(urls.collection(reading.collection_slug)),
        },
        "provider": {"@type": "ArchiveOrganization", "name": page.site_name, "url": page.absolute(urls.HOME)},
        "hasPart": [_clip(reading, chapter, recording, page) for chapter in chapters],
        "potentialAction": {
            "@type": "SeekToAction",
            "target": f"{address}{joined}t={{seek_to_second_number}}",
            "startOffset-input": "required name=seek_to_second_number",
        },
    }
    return {name: value for name, value in given.items() if value}


def _clip(reading: Reading, chapter: OpenChapter, recording: OpenRecording, page: Page) -> dict[str, Any]:
    start = chapter.start_ms or 0
    end = recording.duration_ms if chapter.end_ms is None else chapter.end_ms
    return {
        "@type": "Clip",
        "name": chapter.title,
        "startOffset": start // 1000,
        "endOffset": -(-end // 1000),
        "url": page.absolute(urls.testimony(reading.id, recording=recording.number, start_ms=start)),
    }


def _iso_duration(milliseconds: int) -> str:
    hours, rest = divmod(milliseconds // 1000, 3600)
    minutes, seconds = divmod(rest, 60)
    return "PT" + "".join(
        f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n or unit == "S"
    )
