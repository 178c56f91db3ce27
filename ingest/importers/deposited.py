"""What a deposit turns out to be: testimonies with their recordings, and what stands in the way."""

from dataclasses import dataclass
from pathlib import Path

from archive.errors import MetadataError
from schemas.checksums import Checksum
from schemas.metadata import TestimonyMetadata


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text that a person made, WebVTT or plain. It was read once without an error.

    `runs_over` are the recordings that it runs over, in its order: number, and where that begins on the
    text's own time line in ms; none where there is no recording. `language` is the one that it is written in,
    where that is known. `author` None: nobody said.
    """

    path: Path
    runs_over: tuple[tuple[int, int], ...] = ()
    language: str | None = None
    translation: bool = False
    author: str | None = None

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of the recordings that it runs over."""
        return frozenset(number for number, _ in self.runs_over)


@dataclass(frozen=True, slots=True)
class DepositedRecording:
    """One medium of a testimony.

    `language` is what the description says of this recording, else the only language that it gives for the
    whole testimony. `offset_ms`: cited time + offset = time in the file. `transfer`: it is a better transfer
    of a recording, and takes the place of the file before it.
    """

    path: Path
    number: int
    checksum: Checksum | None = None
    language: str | None = None
    offset_ms: int = 0
    transfer: bool = False


@dataclass(frozen=True, slots=True)
class DepositedTestimony:
    """A testimony to be: its recordings in the order of their numbers, and its texts; one or the other may be
    missing. `metadata` and `sidecar` are None where nobody described it. `belongs_to` is the public id or
    accession number of a testimony of the archive that all of it belongs to, where that was said."""

    recordings: tuple[DepositedRecording, ...]
    metadata: TestimonyMetadata | None = None
    sidecar: Path | None = None
    texts: tuple[TextFile, ...] = ()
    belongs_to: str | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """Its files, the first of which it is known by in sentences."""
        return (*(recording.path for recording in self.recordings), *(text.path for text in self.texts))


@dataclass(frozen=True, slots=True)
class Deposit:
    """What is to be ingested, and what is not.

    Work may start only where `errors` is empty; a medium whose description cannot be used is in none of the
    testimonies. `passed_over` are files that are neither media, descriptions nor captions, each with the
    reason. `debris` counts hidden files and what operating systems leave behind.
    """

    testimonies: tuple[DepositedTestimony, ...] = ()
    passed_over: tuple[tuple[Path, str], ...] = ()
    errors: tuple[MetadataError, ...] = ()
    debris: int = 0
