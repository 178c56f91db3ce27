"""A text whose time line runs over several recordings, parted where each of them begins."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from archive.errors import MetadataError
from archive.formats.timecode import timestamp
from ingest.importers.errors import MetadataErrors
from ingest.importers.webvtt import Cue

_MOST_ERRORS = 50


def part_cues(
    cues: Iterable[Cue], runs_over: Sequence[tuple[int, int]], file: Path | str
) -> dict[int, list[Cue]]:
    """The cues of each recording, by its number, in that recording's own time.

    Raises MetadataErrors with the line of every cue that lies before the first recording or over the border
    of two: which words were said on which of them nobody could tell.
    """
    parts: dict[int, list[Cue]] = {number: [] for number, _ in runs_over}
    ends = [*(begin for _, begin in runs_over[1:]), None]
    errors = []
    for cue in cues:
        held = [place for place, (_, begin) in enumerate(runs_over) if begin <= cue.start_ms]
        if not held:
            number, begin = runs_over[0]
            sentence = f"expected a cue after recording {number} begins at {timestamp(begin)}"
            errors.append(MetadataError(file, f"line {cue.line}", sentence))
            continue
        place = held[-1]
        number, begin = runs_over[place]
        end = ends[place]
        if end is not None and cue.end_ms > end:
            following = runs_over[place + 1][0]
            sentence = (
                f"expected a cue within one recording; recording {following} begins at {timestamp(end)}, and "
                f"this cue ends at {timestamp(cue.end_ms)}"
            )
            errors.append(MetadataError(file, f"line {cue.line}", sentence))
            continue
        parts[number].append(_earlier(cue, begin))
    if errors:
        raise MetadataErrors(file, errors[:_MOST_ERRORS])
    return parts


def _earlier(cue: Cue, milliseconds: int) -> Cue:
    return replace(
        cue,
        start_ms=cue.start_ms - milliseconds,
        end_ms=cue.end_ms - milliseconds,
        words=tuple(
            replace(word, start_ms=word.start_ms - milliseconds, end_ms=word.end_ms - milliseconds)
            for word in cue.words
        ),
    )
