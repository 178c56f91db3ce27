"""Every address of the site, in one place: pages, answers and templates ask here and build none themselves.

`t` is seconds within one recording, `r` that recording's number (absent: 1); a citation rests on both, so
neither ever changes its meaning.
"""

# ruff: noqa: PT028 - a testimony is not a test, whatever its name begins with

from collections.abc import Iterable
from typing import TypedDict, Unpack
from urllib.parse import quote, urlencode

from schemas.query import FACETS, FacetName, Filters

HOME = "/"
SEARCH = "/search"
CLIPS = "/clips"
EMBED = "/embed"
OEMBED = "/oembed"
SITEMAP = "/sitemap.xml"
STATEMENT = "/for-everybody"
API_DOCS = "/api/docs"
OPENAPI = "/api/openapi.json"
API_SEARCH = "/api/v1/search"

TIMED_FORMATS = ("vtt", "srt")
TRANSCRIPT_FORMATS = (*TIMED_FORMATS, "txt", "json")


class Place(TypedDict, total=False):
    """A recording, and a moment or stretch of it, as addresses and references name them; what is left out is
    not meant."""

    recording: int | None
    start_ms: int | None
    end_ms: int | None


def seconds(milliseconds: int) -> str:
    """Milliseconds as `t` has them: `57.2`, `83`."""
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


def moment(start_ms: int, end_ms: int | None = None) -> str:
    """A moment or a stretch as `t` has it: `57.2`, `57.2,83`."""
    return seconds(start_ms) if end_ms is None else f"{seconds(start_ms)},{seconds(end_ms)}"


def testimony(
    testimony_id: str,
    *,
    query: str = "",
    text: str | None = None,
    beside: str | None = None,
    **place: Unpack[Place],
) -> str:
    """A testimony's page, at a recording and moment or stretch of it; `query` marks what was searched for,
    `text` chooses a translation, `beside` another text to stand beside it."""
    asked = {**_asked(place), "q": query or None, "text": text, "beside": beside}
    return _with_query(f"/testimonies/{quote(testimony_id, safe='')}", asked.items())


def testimony_as_asked(testimony_id: str, asked: Iterable[tuple[str, str]], t: str) -> str:
    """A testimony's page with all that an address asked of it, and the time in the form that goes out."""
    others = [(name, value) for name, value in asked if name not in ("t", "start", "end")]
    return _with_query(f"/testimonies/{quote(testimony_id, safe='')}", [*others, ("t", t)])


def reference(testimony_id: str, extension: str, *, text: str | None = None, **place: Unpack[Place]) -> str:
    """A reference to a testimony, or to a moment or stretch of it, as a file."""
    path = f"/testimonies/{quote(testimony_id, safe='')}/reference.{extension}"
    return _with_query(path, {**_asked(place), "text": text}.items())


def embed(
    testimony_id: str,
    *,
    text: str | None = None,
    lines: str | None = None,
    colours: str | None = None,
    **place: Unpack[Place],
) -> str:
    """A player with its words, to be framed by other sites; `lines` of the words are shown (None: all there
    is room for), in `colours` (None: the reader's)."""
    asked = {**_asked(place), "text": text, "lines": lines, "colours": colours}
    return _with_query(f"{EMBED}/{quote(testimony_id, safe='')}", asked.items())


def oembed(address: str, format_name: str) -> str:
    """What oEmbed says of a whole address of ours."""
    return _with_query(OEMBED, [("format", format_name), ("url", address)])


def accession(number: str) -> str:
    """The address that leads from the archive's own accession number to the testimony."""
    return f"/id/{quote(number, safe='')}"


def transcript(
    testimony_id: str, extension: str, *, recording: int | None = None, text: str | None = None
) -> str:
    """A transcript to be taken away; without a recording all of them, in order."""
    path = f"/testimonies/{quote(testimony_id, safe='')}/transcript.{extension}"
    return _with_query(path, [("r", recording), ("text", text)])


def sitemap(number: int) -> str:
    """A part of the list of pages."""
    return f"/sitemap-{number}.xml"


def clip(clip_id: str) -> str:
    """A clip's page."""
    return f"{CLIPS}/{quote(clip_id, safe='')}"


def clip_reference(clip_id: str, extension: str) -> str:
    """A reference to a clip as a file."""
    return f"{clip(clip_id)}/reference.{extension}"


def new_clip(testimony_id: str, *, text: str | None = None, **place: Unpack[Place]) -> str:
    """Where a clip of a stretch is made of what is sent there."""
    asked = {"testimony": testimony_id, **_asked(place), "text": text}
    return _with_query(CLIPS, asked.items())


def collection(slug: str) -> str:
    """A collection's page."""
    return f"/collections/{quote(slug, safe='')}"


def media(recording_id: str) -> str:
    """The sound or picture of a recording."""
    return f"/recordings/{quote(recording_id, safe='')}/media"


def poster(recording_id: str) -> str:
    """A still of a video."""
    return f"/recordings/{quote(recording_id, safe='')}/poster"


def waveform(recording_id: str) -> str:
    """The picture of how loud a recording is."""
    return f"/recordings/{quote(recording_id, safe='')}/waveform"


def captions(recording_id: str, *, text: str | None = None) -> str:
    """The captions that a player shows over a video."""
    return _with_query(f"/recordings/{quote(recording_id, safe='')}/captions.vtt", [("text", text)])


def search(query: str = "", filters: Filters | None = None, *, page: int = 1, size: int | None = None) -> str:
    """A page of search results."""
    chosen = [(name, value) for name in FACETS for value in (filters.chosen(name) if filters else ())]
    paging = [("page", page if page > 1 else None), ("size", size)]
    return _with_query(SEARCH, [("q", query or None), *chosen, *paging])


def api_search(query: str = "") -> str:
    """The search, for programs."""
    return _with_query(API_SEARCH, [("q", query or None)])


def api_testimony(testimony_id: str) -> str:
    """A testimony's description, for programs."""
    return f"/api/v1/testimonies/{quote(testimony_id, safe='')}"


def with_value(filters: Filters, name: FacetName, value: str) -> Filters:
    """The filters with one more value."""
    return filters.model_copy(update={name: (*filters.chosen(name), value)})


def without_value(filters: Filters, name: FacetName, value: str) -> Filters:
    """The filters without one of their values."""
    return filters.model_copy(update={name: tuple(v for v in filters.chosen(name) if v != value)})


def _asked(place: Place) -> dict[str, str | int | None]:
    """A place as parameters: the first recording needs no name."""
    recording, start_ms = place.get("recording"), place.get("start_ms")
    return {
        "r": recording if recording != 1 else None,
        "t": None if start_ms is None else moment(start_ms, place.get("end_ms")),
    }


def _with_query(path: str, pairs: Iterable[tuple[str, str | int | None]]) -> str:
    given = [(name, str(value)) for name, value in pairs if value is not None]
    # Commas stay readable: "t=57.2,83" is what people copy, cite and type.
    return f"{path}?{urlencode(given, safe=',')}" if given else path
