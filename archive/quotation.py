"""The words of a stretch: those whose middle lies in it (DESIGN.md, section 6), as they stand in the text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.reading import Passage, Word


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of one recording, a passage a line, and the stretch that holds them from the beginning of the
    first to the end of the last (ms of cited time)."""

    text: str
    start_ms: int
    end_ms: int
    passages: tuple[Passage, ...]
    """Those that the words stand in."""


def quote(passages: Sequence[Passage], recording: int, start_ms: int, end_ms: int) -> Quotation | None:
    """What is said in [start_ms, end_ms) of a recording; None: no words stand there. Where only passages have
    times, they are quoted whole."""
    lines, ends, quoted = [], [], []
    for passage in passages:
        words = list(_within(passage, start_ms, end_ms)) if passage.recording == recording else []
        if words:
            first, last = words[0], words[-1]
            lines.append(" ".join(passage.text[first.offset : last.offset + len(last.text)].split()))
            ends += [(word.start_ms, word.end_ms) for word in words]
            quoted.append(passage)
    starts = [start for start, _ in ends if start is not None]
    if not starts:
        return None
    return Quotation(
        "\n".join(lines), min(starts), max(end for _, end in ends if end is not None), tuple(quoted)
    )


def _within(passage: Passage, start_ms: int, end_ms: int) -> Iterator[Word]:
    for word in passage.words:
        if word.start_ms is None or word.end_ms is None:
            continue
        if start_ms * 2 <= word.start_ms + word.end_ms < end_ms * 2:
            yield word
