"""What a deposit turns out to be: testimonies with their recordings, and what stands in the way."""

from dataclasses import dataclass
from pathlib import Path

from archive.errors import MetadataError
from schemas.checksums import Checksum
from schemas.metadata import TestimonyMetadata


@dataclass(frozen=True, slots=True)
class DepositedTranslation:
    """Captions in another language than the one that is spoken (`NAME.en.vtt`)."""

    language: str
    path: Path


@dataclass(frozen=True, slots=True)
class DepositedRecording:
    """One medium of a testimony.

    `language` is what the description says of this recording, else the only language that it gives for the
    whole testimony. `offset_ms`: cited time + offset = time in the file. `captions` is a person's WebVTT of
    what is said; it and the translations were read once without an error.
    """

    path: Path
    number: int
    checksum: Checksum | None = None
    language: str | None = None
    offset_ms: int = 0
    captions: Path | None = None
    translations: tuple[DepositedTranslation, ...] = ()


@dataclass(frozen=True, slots=True)
class DepositedTestimony:
    """A testimony to be: its recordings in the order of their numbers. `metadata` and `sidecar` are None
    where nobody described it."""

    recordings: tuple[DepositedRecording, ...]
    metadata: TestimonyMetadata | None = None
    sidecar: Path | None = None


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
