"""Timed passages of text, immutable, shared by the revisions that hold them.

There is no word table: 30,000 rows a transcript took 206 ms to load, packed words 12 ms and 23 bytes a word,
text included (DESIGN: words and revisions).
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, HasCreation, HasPublicId
from archive.models.person import Person
from archive.models.recognition import Recognition
from archive.models.text import DepositedText
from archive.reading import Word

# offset and length in code points, start and end in ms, probability in 1/250 (255: none), little-endian.
_PACKED = struct.Struct("<IHIIB")
_NO_PROBABILITY = 255


def pack_words(words: Iterable[Word]) -> bytes:
    """Words with times of their own, packed; 15 bytes each. Raises ValueError where one has none."""
    return b"".join(_pack(word) for word in words)


def _pack(word: Word) -> bytes:
    if word.start_ms is None or word.end_ms is None or not 0 <= word.start_ms <= word.end_ms:
        raise ValueError(f"a word with times of its own needs them in order: {word}")
    probability = _NO_PROBABILITY if word.probability is None else round(word.probability * 250)
    return _PACKED.pack(word.offset, len(word.text), word.start_ms, word.end_ms, probability)


class _PackedWords(Sequence[Word]):
    """Words that are made when somebody asks for them: 30,000 take 26 ms, and who searches or indexes wants
    none or one of each segment. All of them are made at most once."""

    __slots__ = ("_made", "_packed", "_text")

    def __init__(self, text: str, packed: bytes) -> None:
        self._text, self._packed = text, packed
        self._made: tuple[Word, ...] | None = None

    def __len__(self) -> int:
        return len(self._packed) // _PACKED.size

    @overload
    def __getitem__(self, at: int) -> Word: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Word]: ...
    def __getitem__(self, at: int | slice) -> Word | Sequence[Word]:
        if self._made is None and isinstance(at, int):
            place = at if at >= 0 else at + len(self)
            if not 0 <= place < len(self):
                raise IndexError(at)
            return self._word(*_PACKED.unpack_from(self._packed, place * _PACKED.size))
        return self._all()[at]

    def __iter__(self) -> Iterator[Word]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all())

    def _all(self) -> tuple[Word, ...]:
        if self._made is None:
            self._made = tuple(self._word(*each) for each in _PACKED.iter_unpack(self._packed))
        return self._made

    def _word(self, offset: int, length: int, start: int, end: int, probability: int) -> Word:
        sure = None if probability == _NO_PROBABILITY else probability / 250
        return Word(self._text[offset : offset + length], offset, start, end, sure)


def unpack_words(text: str, packed: bytes, start_ms: int | None, end_ms: int | None) -> Sequence[Word]:
    """The words of a segment: with their own times where they have them, else the segment's for each."""
    if packed:
        return _PackedWords(text, packed)
    words, offset = [], 0
    for part in text.split():
        offset = text.index(part, offset)
        words.append(Word(part, offset, start_ms, end_ms, timed=False))
        offset += len(part)
    return tuple(words)


class Segment(HasPublicId, HasCreation, Base):
    """A timed passage with at most one speaker, one language and one maker.

    The maker is a recognition run or, where `recognition_id` is None, a person. A machine names no speakers.
    `words` is empty where the source gave times to the whole segment only. Times are cited time within the
    recording; recording and times are None for text that has no sound.
    """

    __tablename__ = "segment"
    __table_args__ = (
        CheckConstraint("(recording_id IS NULL) = (start_ms IS NULL)", name="timed_with_recording"),
        CheckConstraint("(start_ms IS NULL) = (end_ms IS NULL)", name="start_with_end"),
        CheckConstraint("end_ms >= start_ms", name="order"),
    )

    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcript.id"), index=True)
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recording.id"), index=True)
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    speaker_label: Mapped[str | None]
    """As the source had it; never shown: it may be a name that its bearer did not publish."""
    language: Mapped[str]
    recognition_id: Mapped[int | None] = mapped_column(ForeignKey("recognition.id"), index=True)
    deposited_text_id: Mapped[int | None] = mapped_column(ForeignKey("deposited_text.id"), index=True)
    """The file that a person's words came in, where they came in one."""
    text: Mapped[str]
    words: Mapped[bytes] = mapped_column(LargeBinary)

    person: Mapped[Person | None] = relationship(lazy="raise")
    recognition: Mapped[Recognition | None] = relationship(lazy="raise")
    deposited_text: Mapped[DepositedText | None] = relationship(lazy="raise")

    @property
    def machine(self) -> bool:
        """Whether a machine made it."""
        return self.recognition_id is not None

    def iter_words(self) -> Iterator[Word]:
        """The words: with their own times where they have them, else the segment's for each of them."""
        return iter(unpack_words(self.text, self.words, self.start_ms, self.end_ms))
