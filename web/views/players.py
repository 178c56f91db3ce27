"""The players of a testimony's page: one a recording, and where it starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from archive.reading import OpenRecording, Reading, Stream
from web import urls
from web.durations import describe_duration
from web.moments import Moment, clock_end, clock_time
from web.places import AskedPlace
from web.views.addresses import Address, Addresses
from web.wording import Wording


@dataclass(frozen=True, slots=True)
class Player:
    """One recording and how it is played."""

    number: int
    state: Literal["open", "being made"]
    source: str
    video: bool
    poster: str | None
    captions: str | None
    captions_language: str | None
    width: int | None
    height: int | None
    duration: str
    address: str
    current: bool
    offset_ms: int
    """Cited time + offset = time in the file."""
    length_ms: int
    """Of the file."""
    waveform: str | None
    notices: tuple[str, ...]
    """What may be said of stretches in which nothing is heard and seen."""


@dataclass(frozen=True, slots=True)
class Controls:
    """The controls under the players: how they begin, before a script moves them."""

    playable: bool
    """Whether the recording that the page opens at can be played now."""
    length_ms: int
    """Of its file."""
    whole: str
    """`53:17`: where it ends."""
    video: bool
    """Whether any of the recordings has a picture."""
    captions: bool


def view_controls(players: Sequence[Player]) -> Controls | None:
    """None where nothing can be played, whichever recording is chosen."""
    playable = [player for player in players if player.state == "open"]
    if not playable:
        return None
    current = next((player for player in players if player.current), playable[0])
    length = current.length_ms - current.offset_ms
    return Controls(
        playable=current.state == "open",
        length_ms=current.length_ms,
        whole=clock_time(length),
        video=any(player.video for player in playable),
        captions=any(player.captions for player in playable),
    )


def view_player(
    recording: OpenRecording, stream: Stream | None, at: Address, addresses: Addresses, wording: Wording
) -> Player:
    """The player of one recording; `stream` is the text that is shown beside it."""
    current = recording.number == at.recording
    captioned = (
        recording.video
        and stream is not None
        and any(passage.recording == recording.number for passage in stream.passages)
    )
    source = urls.media(recording.id)
    if current and at.moment:
        source += f"#t={_in_file(at.moment, recording.offset_ms)}"
    return Player(
        number=recording.number,
        state=recording.media,
        source=source,
        video=recording.video,
        poster=urls.poster(recording.id) if recording.poster else None,
        captions=urls.captions(recording.id, text=addresses.text) if captioned else None,
        captions_language=stream.language if stream else None,
        width=recording.width,
        height=recording.height,
        duration=describe_duration(recording.duration_ms, wording),
        address=addresses.to(recording.number),
        current=current,
        offset_ms=recording.offset_ms,
        length_ms=recording.duration_ms + recording.offset_ms,
        waveform=urls.waveform(recording.id) if recording.waveform else None,
        notices=tuple(_describe_notice(*each, wording) for each in recording.notices),
    )


def _describe_notice(start_ms: int, end_ms: int | None, sentence: str, wording: Wording) -> str:
    times = {"start": clock_time(start_ms), "sentence": sentence}
    if end_ms is None:
        return wording.gettext("Closed from %(start)s on: %(sentence)s") % times
    times["end"] = clock_end(end_ms)
    return wording.gettext("Closed from %(start)s to %(end)s: %(sentence)s") % times


def describe_moment(reading: Reading, at: Address, wording: Wording) -> str | None:
    """`00:57`, or `00:57 to 01:23`, where the address names a moment or stretch that can be played."""
    playable = any(r.number == at.recording and r.media == "open" for r in reading.recordings)
    if at.moment is None or not playable:
        return None
    start = clock_time(at.moment.start_ms)
    if at.moment.end_ms is None:
        return start
    return wording.gettext("%(start)s to %(end)s") % {"start": start, "end": clock_end(at.moment.end_ms)}


def describe_astray(reading: Reading, asked: AskedPlace, wording: Wording) -> str | None:
    """Where the address leads to no place that is here: a sentence that says so. A testimony without
    recordings has no places."""
    lengths = {each.number: each.duration_ms for each in reading.recordings}
    moment = asked.moment
    number = 1 if asked.recording is None and moment is not None else asked.recording
    if number is None or not lengths:
        return None
    if number not in lengths:
        return wording.gettext("This link leads to recording %(number)d, which cannot be opened here.") % {
            "number": number
        }
    if moment is None or moment.start_ms < lengths[number]:
        return None
    times = {"time": clock_time(moment.start_ms), "end": clock_end(lengths[number])}
    return wording.gettext("This link leads to %(time)s, but the recording ends at %(end)s.") % times


def _in_file(moment: Moment, offset_ms: int) -> str:
    """A media fragment's time, in the time of the file."""
    ends = (moment.start_ms, moment.end_ms)
    return ",".join(urls.seconds(max(0, end + offset_ms)) for end in ends if end is not None)
