"""Segments cut at access borders: what is left of a revision when everything closed is taken out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from archive.access import EVERYTHING, Span, span_of
from archive.identifiers import piece_id
from archive.models.segment import unpack_words
from archive.reading import Passage, Word
from schemas.parts import ROLES

Speakers = Mapping[int, str]
"""What a person is called on pages, by the person's row id."""


class Line(NamedTuple):
    """A segment at its place in a revision, as plain values. Its words lie within its times."""

    position: int
    public_id: str
    recording_id: int | None
    start_ms: int | None
    end_ms: int | None
    person_id: int | None
    speaker_label: str | None
    language: str
    recognition_id: int | None
    checked: bool
    """Whether somebody who reviews looked at it there."""
    text: str
    words: bytes

    @property
    def machine(self) -> bool:
        """Whether a machine made it."""
        return self.recognition_id is not None


class Voice(NamedTuple):
    """That something is open from `position` on, with who speaks in which language and what wrote it down."""

    position: int
    person_id: int | None
    speaker_label: str | None
    language: str
    recognition_id: int | None


@dataclass(frozen=True, slots=True)
class OpenText:
    """What is open of a revision: its passages, and what is told of all of it, that of voices whose text was
    not loaded too."""

    passages: tuple[Passage, ...]
    languages: tuple[str, ...]
    """In the order in which they begin. Without any nothing is open."""
    engines: tuple[str, ...]
    """What made the machine-made passages, in the same order."""
    machine_alone: bool
    """Whether no person wrote any of it."""


class _Piece(NamedTuple):
    line: Line
    text: str
    words: Sequence[Word]
    whole: bool
    gap_before: bool


def cut_passages(
    lines: Iterable[Line],
    numbers: Mapping[int, int],
    spans: Mapping[int | None, tuple[Span, ...]],
    speakers: Speakers,
    engines: Mapping[int, str],
    *,
    machine_text: bool = True,
    voices: Iterable[Voice] = (),
) -> OpenText:
    """What is open of `lines`, in order.

    `numbers` gives the recording's number by its row id, `engines` the maker's name by the recognition's row
    id, `spans` what is open by that number, `machine_text` whether machine text is open that nobody checked.
    Where lines were left out a gap is; `voices` are then those of what is open in them.

    A speaker who is nobody in the testimony's description is called by a usual role, if that is the label in
    the source, else "Speaker 1", "Speaker 2", ... in order of what is open: a label may be a name that was
    never published. Where there is nobody to tell such a speaker from, none is named.
    """
    pieces = list(_pieces(lines, numbers, spans, machine_text))
    heard = _first_of_each((*(_voice(piece.line) for piece in pieces), *voices))
    names = _name(heard, speakers)
    makers = [engines[voice.recognition_id] for voice in heard if voice.recognition_id is not None]
    return OpenText(
        passages=tuple(_passage(piece, numbers, names, engines) for piece in pieces),
        languages=tuple(dict.fromkeys(voice.language for voice in heard)),
        engines=tuple(dict.fromkeys(makers)),
        machine_alone=all(voice.recognition_id is not None for voice in heard),
    )


def is_named_among_others(line: Line) -> bool:
    """Whether what its speaker is called depends on who else speaks."""
    return (
        line.person_id is None and line.speaker_label is not None and _role(line.speaker_label) not in ROLES
    )


def _voice(line: Line) -> Voice:
    return Voice(line.position, line.person_id, line.speaker_label, line.language, line.recognition_id)


def _first_of_each(voices: Iterable[Voice]) -> list[Voice]:
    first: dict[tuple[object, ...], Voice] = {}
    for voice in voices:
        known = first.setdefault(voice[1:], voice)
        if voice.position < known.position:
            first[voice[1:]] = voice
    return sorted(first.values(), key=lambda voice: voice.position)


def _passage(
    piece: _Piece,
    numbers: Mapping[int, int],
    names: Mapping[tuple[int | None, str | None], str | None],
    engines: Mapping[int, str],
) -> Passage:
    line, words = piece.line, piece.words
    return Passage(
        id=line.public_id if piece.whole else piece_id(line.public_id, words[0].offset),
        recording=None if line.recording_id is None else numbers[line.recording_id],
        start_ms=line.start_ms if piece.whole else words[0].start_ms,
        end_ms=line.end_ms if piece.whole else words[-1].end_ms,
        speaker=names[line.person_id, line.speaker_label],
        language=line.language,
        text=piece.text,
        words=_rebased(words),
        machine=line.machine,
        engine=None if line.recognition_id is None else engines[line.recognition_id],
        gap_before=piece.gap_before,
    )


def _pieces(
    lines: Iterable[Line],
    numbers: Mapping[int, int],
    spans: Mapping[int | None, tuple[Span, ...]],
    machine_text: bool,
) -> Iterator[_Piece]:
    before: Line | None = None  # of the last piece
    gap = False
    expected: int | None = None
    for line in lines:
        gap = gap or (expected is not None and line.position != expected)
        expected = line.position + 1
        if line.machine and not machine_text and not line.checked:
            gap = True
            continue
        open_spans = spans.get(None if line.recording_id is None else numbers[line.recording_id], ())
        untouched = _untouched(line, open_spans)
        last: Sequence[Word] | None = None
        for text, words in _runs(line, open_spans):
            gap = gap or last is not None or _not_at_start(words, line)
            gap = gap or (before is not None and before.recording_id != line.recording_id)
            whole = untouched and len(text) == len(line.text)
            yield _Piece(line, text, words, whole, gap and before is not None)
            before, last, gap = line, words, False
        if last is None or not _at_end(last, line):
            gap = True


def _runs(line: Line, spans: tuple[Span, ...]) -> Iterator[tuple[str, Sequence[Word]]]:
    """Runs of words that lie in one open span, with the text from the first to the last of them."""
    words = unpack_words(line.text, line.words, line.start_ms, line.end_ms)
    if line.start_ms is None:
        if spans:
            yield line.text, words
        return
    if spans == EVERYTHING and line.start_ms >= 0:
        if words:
            yield _text(line, words), words
        return
    run: list[Word] = []
    run_span: Span | None = None
    for word in words:
        span = span_of(spans, word.start_ms or 0, word.end_ms or 0)
        if run and span != run_span:
            yield _text(line, run), tuple(run)
            run = []
        run_span = span
        if span is not None:
            run.append(word)
    if run:
        yield _text(line, run), tuple(run)


def _text(line: Line, words: Sequence[Word]) -> str:
    return line.text[words[0].offset : words[-1].offset + len(words[-1].text)]


def _rebased(words: Sequence[Word]) -> Sequence[Word]:
    first = words[0].offset if words else 0
    return words if first == 0 else tuple(replace(word, offset=word.offset - first) for word in words)


def _untouched(line: Line, spans: tuple[Span, ...]) -> bool:
    if line.start_ms is None or line.end_ms is None:
        return True
    return span_of(spans, line.start_ms, line.end_ms) is not None


def _not_at_start(words: Sequence[Word], line: Line) -> bool:
    return bool(words) and bool(line.text[: words[0].offset].strip())


def _at_end(words: Sequence[Word], line: Line) -> bool:
    return not words or not line.text[words[-1].offset + len(words[-1].text) :].strip()


def _name(voices: Iterable[Voice], speakers: Speakers) -> dict[tuple[int | None, str | None], str | None]:
    """What each is called, by person and label."""
    names: dict[tuple[int | None, str | None], str | None] = {}
    unnamed: dict[str, str] = {}
    for _, person, label, _, _ in voices:
        if (person, label) in names:
            continue
        if person is not None:
            names[person, label] = speakers.get(person)
        elif label is None:
            names[person, label] = None
        elif (role := _role(label)) in ROLES:
            names[person, label] = role.capitalize()
        else:
            names[person, label] = unnamed.setdefault(label, f"Speaker {len(unnamed) + 1}")
    if len(unnamed) == 1 and not set(names.values()) - {None, *unnamed.values()}:
        return dict.fromkeys(names)
    return names


def _role(label: str) -> str:
    return " ".join(label.casefold().split())
