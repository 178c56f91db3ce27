"""Passages cut into captions that can be read while they are shown.

At most seven seconds and two lines of 42 letters each (the figures of Netflix's Timed Text Style Guide for
alphabetic scripts). A cut comes only before a word whose time is known: nothing is timed by guess, so a
passage without word times stays one caption, however long. Every word is kept, in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from unicodedata import east_asian_width

from archive.reading import OpenRecording, Passage, Word

MOST_MS = 7_000
LINE = 42
LINES = 2
LEAST_MS = 1_000
"""A shorter caption stays until then, where nothing follows it earlier."""

_PAUSE_MS = 400


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: when it is shown (`end_ms` is after `start_ms`), and its text, without line breaks.

    `part` counts the captions of its passage from 0.
    """

    start_ms: int
    end_ms: int
    text: str
    passage: Passage
    part: int


def cut(passage: Passage, room: int = 0) -> list[Cue]:
    """The captions of a passage; none where it has no times or no text. `room` letters of each caption's
    space are left free for what the caller puts before the text."""
    if passage.start_ms is None or passage.end_ms is None or not passage.text.strip():
        return []
    pieces = _pieces(passage)
    groups = []
    while pieces:
        taken = _take(pieces, room)
        groups.append(pieces[:taken])
        pieces = pieces[taken:]
    return _timed(passage, passage.start_ms, passage.end_ms, groups)


def offsets(recordings: Sequence[OpenRecording], passages: Sequence[Passage]) -> dict[int | None, int]:
    """Where each recording begins when all follow each other: the lengths of those before it, together.

    A recording is never shorter than its text, so that the captions of two don't mingle.
    """
    lengths: dict[int, int] = {recording.number: recording.duration_ms for recording in recordings}
    for passage in passages:
        if passage.recording is not None and passage.end_ms is not None:
            lengths[passage.recording] = max(lengths.get(passage.recording, 0), passage.end_ms + 1)
    begins: dict[int | None, int] = {None: 0}
    total = 0
    for number in sorted(lengths):
        begins[number] = total
        total += lengths[number]
    return begins


def shift(cue: Cue, milliseconds: int) -> Cue:
    """The same caption, so much later."""
    return replace(cue, start_ms=cue.start_ms + milliseconds, end_ms=cue.end_ms + milliseconds)


def wrap(text: str) -> list[str]:
    """Text in lines of at most 42 letters, a longer word on a line of its own; two lines of similar length
    rather than a full one and a rest."""
    lines = _fill(text.split(), LINE)
    if len(lines) == LINES:
        words = text.split()
        splits = [[" ".join(words[:at]), " ".join(words[at:])] for at in range(1, len(words))]
        fitting = [pair for pair in splits if max(map(len, pair)) <= LINE]
        if fitting:
            return min(fitting, key=lambda pair: abs(len(pair[0]) - len(pair[1])))
    return lines


def _fill(words: Sequence[str], width: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a passage's text that is never cut: a word and what follows, up to the next timed one."""

    text: str
    start_ms: int | None
    end_ms: int | None


def _pieces(passage: Passage) -> list[_Piece]:
    """The passage's text in pieces; together they are the text."""
    timed = [word for word in passage.words if word.timed and word.start_ms is not None]
    if not timed:
        return [_Piece(passage.text, None, None)]
    pieces: list[_Piece] = []
    begin = 0
    together = [timed[0]]
    for word in timed[1:]:
        if _can_cut(passage.text, begin, word.offset):
            pieces.append(_piece(passage.text[begin : word.offset], together))
            begin, together = word.offset, [word]
        else:
            together.append(word)
    pieces.append(_piece(passage.text[begin:], together))
    return pieces


def _can_cut(text: str, begin: int, offset: int) -> bool:
    """Where there is a space before the word, or a script that is written without (Chinese, Japanese)."""
    if not text[begin:offset].strip():
        return False
    return text[offset - 1].isspace() or east_asian_width(text[offset]) in "WF"


def _piece(text: str, words: Sequence[Word]) -> _Piece:
    ends = [word.end_ms for word in words if word.end_ms is not None]
    return _Piece(text, words[0].start_ms, max(ends, default=None))


def _take(pieces: Sequence[_Piece], room: int) -> int:
    """How many of the pieces make the next caption: as many as fit, or fewer where a sentence, a clause or a
    breath ends in the later part of it."""
    fitting = 1
    while fitting < len(pieces) and _fits(pieces[: fitting + 1], room):
        fitting += 1
    if fitting == len(pieces):
        return fitting
    # What makes two captions is halved, rather than leaving the last word to flash by alone.
    wanted = len(pieces) / 2 if len(pieces) < 2 * fitting else fitting
    counts = range(max(1, fitting // 2), fitting + 1)
    return max(counts, key=lambda count: (_rest(pieces, count), -abs(count - wanted)))


def _fits(pieces: Sequence[_Piece], room: int) -> bool:
    start, end = pieces[0].start_ms, pieces[-1].end_ms
    if start is not None and end is not None and end - start > MOST_MS:
        return False
    text = " ".join("".join(piece.text for piece in pieces).split())
    lines = _fill(["x" * room, *text.split()] if room else text.split(), LINE)
    return len(lines) <= LINES and max(map(len, lines)) <= LINE


def _rest(pieces: Sequence[_Piece], count: int) -> int:
    """How good a place for a cut it is after `count` pieces."""
    text = pieces[count - 1].text.rstrip("\"'”’»«)] \t\n")
    if text.endswith((".", "!", "?", "…", "。", "׃")):
        return 3
    if text.endswith((",", ";", ":", "–", "—")):
        return 2
    end, start = pieces[count - 1].end_ms, pieces[count].start_ms
    return 1 if end is not None and start is not None and start - end >= _PAUSE_MS else 0


def _timed(passage: Passage, first_ms: int, last_ms: int, groups: Sequence[Sequence[_Piece]]) -> list[Cue]:
    """Captions with times in the passage, each at least a millisecond long, none over the next.

    What does not begin later than the caption before it joins that one: it cannot be shown after it, and no
    time is made up for it.
    """
    starts: list[int] = []
    joined: list[list[_Piece]] = []
    for group in groups:
        start = first_ms if group[0].start_ms is None else max(first_ms, min(last_ms, group[0].start_ms))
        if starts and start <= starts[-1]:
            joined[-1] += group
        else:
            starts.append(start)
            joined.append(list(group))
    cues = []
    for part, (start, group) in enumerate(zip(starts, joined, strict=True)):
        spoken = max((piece.end_ms for piece in group if piece.end_ms is not None), default=last_ms)
        end = min(last_ms, max(spoken, start + LEAST_MS))
        if part + 1 < len(starts):
            end = min(end, starts[part + 1])
        text = " ".join("".join(piece.text for piece in group).split())
        cues.append(Cue(start, max(end, start + 1), text, passage, part))
    return cues
