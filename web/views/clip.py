"""A clip's page: the quoted words, the recording at that place, and what was said around it."""

from dataclasses import dataclass, replace

from archive.queries.clips import OpenClip
from archive.reading import Reading, Stream
from search.find import describe
from web import urls
from web.dates import describe_date
from web.languages import direction
from web.moments import Moment
from web.pages import Page
from web.terms import origin_of, short_origin_of, title_of
from web.views.about import view_citation
from web.views.addresses import Address, Addresses
from web.views.cards import describe_testimony
from web.views.embed_code import EmbedCode, view_embed_code
from web.views.players import Controls, Player, describe_moment, view_controls, view_player
from web.views.references import References, view_references
from web.views.sharing import Sharing, view_sharing
from web.views.testimony import shown_stream
from web.views.transcript import Section, lay_out

AROUND_MS = 60_000
"""What is shown of the text before and after a clip."""


@dataclass(frozen=True, slots=True)
class Line:
    """Words of one passage. `speaker` is named where more than one speaks; of words whose passage is not
    known any more, the browser finds the direction."""

    text: str
    speaker: str | None = None
    language: str | None = None
    direction: str = "auto"


@dataclass(frozen=True, slots=True)
class ClipView:
    """All that the template needs."""

    id: str
    title: str
    testimony: str
    """Its title."""
    byline: tuple[str, ...]
    words: tuple[Line, ...]
    """As they were quoted, a passage each."""
    made: str | None
    """Said where a machine made them."""
    language: str | None
    direction: str
    corrected: str | None
    """Where the wording is another now: a sentence that says so."""
    now: tuple[str, ...]
    """The wording of now, where it is another."""
    warning: str | None
    players: tuple[Player, ...]
    controls: Controls | None
    at: Address
    opened_at: str | None
    sections: tuple[Section, ...]
    origin: str | None
    context: str
    """The testimony's page, at the same place."""
    address: str
    citation: str
    references: References
    embed: EmbedCode
    sharing: Sharing


def view_clip(clip: OpenClip, reading: Reading, page: Page) -> ClipView:
    """The page of a clip that is open, in what may be read of its testimony."""
    wording = page.wording
    at = Address(clip.recording, Moment(clip.start_ms, clip.end_ms))
    stream = shown_stream(reading, clip.text)
    around = None if stream is None else _around(stream, clip)
    lines = _lines(clip)
    corrected = _describe_correction(clip, page)
    cited = view_citation(reading, clip.recording, at.moment, page, address=urls.clip(clip.id))
    made = short_origin_of(clip.source, wording) if clip.source else None
    spoken = " / ".join(f"{each.speaker}: {each.text}" if each.speaker else each.text for each in lines)
    said = f"“{spoken}” ({made})" if made else f"“{spoken}”"
    addresses = Addresses(reading.id, text=clip.text)
    here = [each for each in reading.recordings if each.number == clip.recording]
    players = tuple(view_player(each, stream, at, addresses, wording) for each in here)
    byline = describe_testimony(describe(reading), wording)
    title = title_of(reading.title, wording)
    language = around.language if around else None
    return ClipView(
        id=clip.id,
        title=clip.title or title,
        testimony=title,
        byline=byline,
        words=lines,
        made=made,
        language=language,
        direction=direction(language) if language else wording.direction,
        corrected=corrected,
        now=tuple(clip.now.split("\n")) if corrected and clip.now else (),
        warning=reading.description.get("content_warning"),
        players=players,
        controls=view_controls(players),
        at=at,
        opened_at=describe_moment(reading, at, wording),
        sections=lay_out(reading, around, at, {}, addresses, wording) if around else (),
        origin=origin_of(around, wording) if around else None,
        context=addresses.to(clip.recording, at.moment),
        address=urls.clip(clip.id),
        citation=f"{cited} {made}." if made else cited,
        references=view_references(reading, stream, at, page, clip_id=clip.id),
        embed=view_embed_code(reading, at, clip.text, page),
        sharing=view_sharing(
            reading,
            at,
            clip.text,
            " · ".join(byline),
            page,
            address=urls.clip(clip.id),
            said=said,
        ),
    )


def _lines(clip: OpenClip) -> tuple[Line, ...]:
    """The quoted words, with who says them where more than one speaks: nobody is to be taken for another."""
    texts = clip.words.split("\n")
    passages = clip.source.passages if clip.source and clip.line_by_line else ()
    if len(passages) != len(texts):
        return tuple(Line(text) for text in texts)
    several = len({passage.speaker for passage in passages}) > 1
    return tuple(
        Line(text, passage.speaker if several else None, passage.language, direction(passage.language))
        for text, passage in zip(texts, passages, strict=True)
    )


def _around(stream: Stream, clip: OpenClip) -> Stream:
    first, last = clip.start_ms - AROUND_MS, clip.end_ms + AROUND_MS
    shown = (
        passage
        for passage in stream.passages
        if passage.recording == clip.recording
        and passage.start_ms is not None
        and passage.end_ms is not None
        and passage.start_ms < last
        and first < passage.end_ms
    )
    return replace(stream, passages=tuple(shown))


def _describe_correction(clip: OpenClip, page: Page) -> str | None:
    _ = page.wording.gettext
    if clip.now == clip.words:
        return None
    if clip.corrected_at is None:
        # Nobody corrected it: more or less of it may be read than on the day on which it was quoted.
        return _("The text reads here now:") if clip.now else _("These words cannot be read in the text now.")
    said = {"date": describe_date(clip.corrected_at.date().isoformat(), page.wording)}
    if not clip.now:
        return _("These words no longer stand in the text; it was changed on %(date)s.") % said
    return _("Wording corrected on %(date)s. It is now:") % said
