"""From what a machine heard, and from what a person wrote, to segments in cited time."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from archive.changes.transcripts import NewSegment
from archive.reading import Word
from ingest.importers.passages import CaptionPassage, join_cues
from ingest.importers.plaintext import Paragraph, read_paragraphs
from ingest.importers.runs import part_cues
from ingest.importers.text import decode
from ingest.importers.webvtt import Cue, parse_captions
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


def of_person(
    content: bytes,
    form: str,
    runs_over: Sequence[Sequence[int]],
    languages: Mapping[int | None, str],
    speaker_of: Callable[[str | None], int | None],
) -> list[tuple[int | None, list[NewSegment]]]:
    """Segments of a person's text, by the number of the recording that they are said in; None: without sound.

    Times on its time line are cited times of the recording that begins at 0: they are what a listener sees.
    Plain text, and what no recording is there for, has no times. `languages` are those of each recording,
    where a passage does not say its own; `speaker_of` finds who is meant by a label. `form`: vtt or txt.
    Raises MetadataErrors.
    """
    written = decode(content, _NAME)
    if form == "txt":
        paragraphs = read_paragraphs(written, _NAME, lambda label: speaker_of(label) is not None)
        return [(None, [_paragraph(each, languages[None], speaker_of) for each in paragraphs])]
    captions = parse_captions(written, _NAME)
    parts: dict[int | None, list[Cue]] = {None: list(captions.cues)}
    if runs_over:
        runs = [(number, begin) for number, begin in runs_over]
        parts = dict(part_cues(captions.cues, runs, _NAME).items())
    return [
        (
            number,
            [
                _captioned(
                    passage, captions.language or languages[number], speaker_of, timed=number is not None
                )
                for passage in join_cues(cues)
            ],
        )
        for number, cues in parts.items()
    ]


_NAME = "the text"


def _paragraph(
    paragraph: Paragraph, language: str, speaker_of: Callable[[str | None], int | None]
) -> NewSegment:
    return NewSegment(
        start_ms=None,
        end_ms=None,
        language=language,
        text=paragraph.text,
        speaker_label=paragraph.speaker,
        person_id=speaker_of(paragraph.speaker),
    )


def _captioned(
    passage: CaptionPassage, language: str, speaker_of: Callable[[str | None], int | None], *, timed: bool
) -> NewSegment:
    words = () if passage.timed_as_one or not timed else passage.words
    return NewSegment(
        start_ms=passage.start_ms if timed else None,
        end_ms=passage.end_ms if timed else None,
        language=passage.language or language,
        text=passage.text,
        words=tuple(
            Word(word.text, word.offset, word.start_ms, word.end_ms, timed=word.timed) for word in words
        ),
        speaker_label=passage.speaker,
        person_id=speaker_of(passage.speaker),
    )


def _cited(milliseconds: int, offset_ms: int) -> int:
    """Cited time of a time in the file; what lies before the first cited moment is cited as that moment."""
    return max(0, milliseconds - offset_ms)
