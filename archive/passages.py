"""Segments cut at access borders: what is left of a revision when everything closed is taken out."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace

from archive.access import Span, span_of
from archive.identifiers import piece_id
from archive.models.segment import Segment
from archive.reading import Passage, Word
from schemas.parts import ROLES

Speakers = Mapping[int, str]
"""What a person is called on pages, by the person's row id."""


def cut_passages(
    segments: Iterable[Segment],
    numbers: Mapping[int, int],
    spans: Mapping[int | None, tuple[Span, ...]],
    speakers: Speakers,
    *,
    without: Set[int] = frozenset(),
) -> tuple[Passage, ...]:
    """The open passages of `segments`, in order.

    `numbers` gives the recording's number by its row id, `spans` what is open by that number, `without` the
    row ids of segments that are closed altogether. A speaker who
    is nobody in the testimony's description is called by a usual role, if that is the label in the source,
    else "Speaker 1", "Speaker 2", ... in order of what is open: a label may be a name that was never
    published.
    """
    passages: list[Passage] = []
    unnamed: dict[str, str] = {}
    gap = False
    for segment in segments:
        number = None if segment.recording_id is None else numbers[segment.recording_id]
        if segment.id in without:
            gap = True
            continue
        pieces = list(_open_pieces(segment, spans.get(number, ())))
        for piece, (text, words) in enumerate(pieces):
            whole = len(text) == len(segment.text) and _untouched(segment, spans.get(number, ()))
            gap_before = gap or piece > 0 or _not_at_start(words, segment)
            gap_before = gap_before or (bool(passages) and passages[-1].recording != number)
            passages.append(
                Passage(
                    id=segment.public_id if whole else piece_id(segment.public_id, words[0].offset),
                    recording=number,
                    start_ms=segment.start_ms if whole else words[0].start_ms,
                    end_ms=segment.end_ms if whole else words[-1].end_ms,
                    speaker=_speaker(segment, speakers, unnamed),
                    language=segment.language,
                    text=text,
                    words=_rebased(words),
                    machine=segment.machine,
                    engine=segment.recognition.label if segment.recognition else None,
                    gap_before=gap_before and bool(passages),
                )
            )
            gap = False
        if not pieces or not _at_end(pieces[-1][1], segment):
            gap = True
    return tuple(passages)


def _open_pieces(segment: Segment, spans: tuple[Span, ...]) -> Iterator[tuple[str, list[Word]]]:
    """Runs of words that lie in one open span, with the text from the first to the last of them."""
    if segment.start_ms is None:
        if spans:
            yield segment.text, list(segment.iter_words())
        return
    run: list[Word] = []
    run_span: Span | None = None
    for word in segment.iter_words():
        span = span_of(spans, word.start_ms or 0, word.end_ms or 0)
        if run and span != run_span:
            yield _text(segment, run), run
            run = []
        run_span = span
        if span is not None:
            run.append(word)
    if run:
        yield _text(segment, run), run


def _text(segment: Segment, words: list[Word]) -> str:
    return segment.text[words[0].offset : words[-1].offset + len(words[-1].text)]


def _rebased(words: list[Word]) -> tuple[Word, ...]:
    first = words[0].offset if words else 0
    return tuple(words) if first == 0 else tuple(replace(word, offset=word.offset - first) for word in words)


def _untouched(segment: Segment, spans: tuple[Span, ...]) -> bool:
    if segment.start_ms is None or segment.end_ms is None:
        return True
    return span_of(spans, segment.start_ms, segment.end_ms) is not None


def _not_at_start(words: list[Word], segment: Segment) -> bool:
    return bool(words) and bool(segment.text[: words[0].offset].strip())


def _at_end(words: list[Word], segment: Segment) -> bool:
    return not words or not segment.text[words[-1].offset + len(words[-1].text) :].strip()


def _speaker(segment: Segment, speakers: Speakers, unnamed: dict[str, str]) -> str | None:
    if segment.person_id is not None:
        return speakers.get(segment.person_id)
    if segment.speaker_label is None:
        return None
    label = " ".join(segment.speaker_label.casefold().split())
    if label in ROLES:
        return label.capitalize()
    return unnamed.setdefault(segment.speaker_label, f"Speaker {len(unnamed) + 1}")
