"""The words of a stretch: those whose middle lies in it (DESIGN.md, section 6), as they stand in the text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.reading import Passage, Word

LONGEST_MS = 10 * 60_000
"""Of a clip: what is longer is not quoted but told again."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of one recording, a passage a line, and the stretch that holds them from the beginning of the
    first to the end of the last (ms of cited time)."""

    text: str
    start_ms: int
    end_ms: int
    passages: tuple[Passage, ...]
    """Those that the words stand in, one a line."""


def quote(passages: Sequence[Passage], recording: int, start_ms: int, end_ms: int) -> Quotation | None:
    """What is said in [start_ms, end_ms) of a recording; None: no words stand there. Where only passages have
    times, they are quoted whole."""
    lines, starts, ends, quoted = [], [], [], []
    for passage in passages:
        words = list(_within(passage, start_ms, end_ms)) if passage.recording == recording else []
        if words:
            first, last = words[0][0], words[-1][0]
            lines.append(" ".join(passage.text[first.offset : last.offset + len(last.text)].split()))
            starts += [start for _, start, _ in words]
            # A word of no length, as recognisers give them, has its middle before its end too.
            ends += [max(end, (start + end) // 2 + 1) for _, start, end in words]
            quoted.append(passage)
    return Quotation("\n".join(lines), min(starts), max(ends), tuple(quoted)) if lines else None


def settle(
    passages: Sequence[Passage], recording: int, start_ms: int, end_ms: int, *, longest_ms: int
) -> Quotation | None:
    """As `quote`, widened until its own ends give the same words again: where two speak at once, the end of
    what one says may lie behind the middle of what the other does. One that grows longer than `longest_ms` is
    given as far as it came."""
    # It may be widened often: of hours no more is looked at than it can come to.
    first, last = start_ms - longest_ms, end_ms + longest_ms
    here = [
        passage
        for passage in passages
        if passage.start_ms is not None and passage.end_ms is not None
        if passage.recording == recording and passage.start_ms <= last and first <= passage.end_ms
    ]
    found = quote(here, recording, start_ms, end_ms)
    while found is not None and found.end_ms - found.start_ms <= longest_ms:
        again = quote(here, recording, found.start_ms, found.end_ms)
        if again is None or (again.start_ms, again.end_ms) == (found.start_ms, found.end_ms):
            return again
        found = again
    return found


def _within(passage: Passage, start_ms: int, end_ms: int) -> Iterator[tuple[Word, int, int]]:
    for word in passage.words:
        if word.start_ms is None or word.end_ms is None:
            continue
        if start_ms * 2 <= word.start_ms + word.end_ms < end_ms * 2:
            yield word, word.start_ms, word.end_ms
