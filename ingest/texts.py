"""From what a machine heard, and from captions, to segments in cited time."""

from collections.abc import Iterable
from dataclasses import replace

from archive.changes.transcripts import NewSegment
from archive.reading import Word
from ingest.importers.passages import join_cues
from ingest.importers.webvtt import parse_captions
from ingest.transcription.segments import make_segments
from schemas.recognition import WindowRecognition


def of_machine(windows: Iterable[bytes], offset_ms: int) -> list[NewSegment]:
    """Segments of raw recognition (in file time): dropped words left out, times made cited ones."""
    return [
        NewSegment(
            start_ms=_cited(segment.start_ms, offset_ms),
            end_ms=_cited(segment.end_ms, offset_ms),
            language=segment.language,
            text=segment.text,
            words=tuple(
                Word(
                    word.text,
                    word.offset,
                    _cited(word.start_ms, offset_ms),
                    _cited(word.end_ms, offset_ms),
                    word.probability,
                )
                for word in segment.words
            ),
        )
        for segment in make_segments(WindowRecognition.from_bytes(window) for window in windows)
    ]


def of_captions(text: str, language: str) -> list[NewSegment]:
    """Segments of a person's WebVTT. Its times are cited times: they are what a listener sees."""
    captions = parse_captions(text, "captions")
    return [
        NewSegment(
            start_ms=passage.start_ms,
            end_ms=passage.end_ms,
            language=passage.language or captions.language or language,
            text=passage.text,
            words=()
            if passage.timed_as_one
            else tuple(
                Word(word.text, word.offset, word.start_ms, word.end_ms, timed=word.timed)
                for word in passage.words
            ),
            speaker_label=passage.speaker,
        )
        for passage in join_cues(captions.cues)
    ]


def spoken_by(segment: NewSegment, person_id: int | None) -> NewSegment:
    """The segment with its speaker, where the label means somebody of the description."""
    return replace(segment, person_id=person_id)


def _cited(milliseconds: int, offset_ms: int) -> int:
    """Cited time of a time in the file; what lies before the first cited moment is cited as that moment."""
    return max(0, milliseconds - offset_ms)
