"""Every error that the archive raises on purpose, in one tree.

    ArchiveError
    +-- NotFound                 no such thing, or none that this viewer may know of
    +-- WrongInput               what was given cannot be used; says what, where and what was expected
    |   +-- MetadataError        a sidecar or manifest: file, field, expectation
    |   +-- MediaError           a media file: path, reason
    |   +-- NotQuotable          no clip can be made of that stretch
    |   +-- ChecksumMismatch     the bytes are not those that were promised
    +-- Conflict                 right in itself, but against what the archive already holds
    |   +-- DuplicateFile        the same file in another testimony
    |   +-- NoMoreClips          a testimony has as many as readers may make
    |   +-- ChangedMeanwhile     somebody else changed the row since it was read
    +-- Busy                     as much as may be is being done; later there is room again
    +-- StoreError               the store cannot keep or give what was asked
    |   +-- ObjectNotFound
    |   +-- StoreDamaged         an object that needs an archivist's eyes
    +-- DiskRefused              a disk is full, read-only or gone: which one
    +-- DatabaseUnavailable      the database's server is away or refuses us, or it is busy
    +-- ProgramMissing           ffmpeg, weights, a library: what to install
    +-- ProgramFailed            an outside program ended badly; its last lines
    +-- RecognitionFailed        the transcriber gave up on a window
    |   +-- LanguageUnknown      the recognition model does not know the language; other models may
    +-- SearchUnavailable        the search engine is away, or another process is at its index
    |   +-- WriteDoubtful        what was sent may lie over what another process wrote since
    |   +-- IndexUnusable        the index is missing, damaged or of another version: it is made anew
    |   +-- IndexDiffers         a new index does not hold what the database says; it was thrown away
    +-- WorkerRunning            another worker holds this archive
    +-- WorkerLost               this worker may have been taken for dead, and its jobs are others'

Packages extend it; HTTP statuses live in `web.errors` alone, exit codes in `ingest.cli` alone.
"""

from collections.abc import Sequence
from pathlib import Path

from schemas.legible import legible_name


class ArchiveError(Exception):
    """Base of all. `str(error)` is a sentence that can be shown to an archivist."""


class NotFound(ArchiveError):
    """No such thing, or none that the viewer may know of: the two are never told apart."""


class WrongInput(ArchiveError):
    """What was given cannot be used."""


class MetadataError(WrongInput):
    """A sidecar or manifest that cannot be used.

    `file` is where, `field` what (dotted, list positions counted from 1), `expected` what would be right.
    """

    def __init__(self, file: Path | str, field: str, expected: str) -> None:
        self.file, self.field, self.expected = str(file), field, expected
        where = legible_name(file)
        super().__init__(f"{where}: {field}: {expected}" if field else f"{where}: {expected}")


class MediaError(WrongInput):
    """A media file that cannot be read, or has no sound or picture in it."""

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path, self.reason = str(path), reason
        super().__init__(f"{legible_name(path)}: {reason}")


class ChecksumMismatch(WrongInput):
    """The bytes that were read are not those that were promised."""

    def __init__(self, path: Path | str, algorithm: str, expected: str, found: str) -> None:
        self.path, self.algorithm, self.expected, self.found = str(path), algorithm, expected, found
        super().__init__(f"{legible_name(path)}: {algorithm} is {found}, expected {expected}")


class NotQuotable(WrongInput):
    """No clip can be made of a stretch: it is too long, or no words stand in it that may be quoted."""


class Conflict(ArchiveError):
    """Right in itself, but against what the archive already holds."""


class DuplicateFile(Conflict):
    """The same bytes are already in another testimony."""

    def __init__(self, path: Path | str, testimony: str) -> None:
        self.path, self.testimony = str(path), testimony
        super().__init__(
            f"{legible_name(path)}: the same file is already in testimony {testimony}; "
            "--allow-duplicate takes it in again"
        )


class NoMoreClips(Conflict):
    """A testimony has as many clips as readers may make of one."""


class ChangedMeanwhile(Conflict):
    """Somebody else changed the row since it was read; nothing was overwritten."""


class Busy(ArchiveError):
    """As much as may be is being done, or was done in the last while."""


class StoreError(ArchiveError):
    """The store cannot keep or give what was asked."""


class ObjectNotFound(StoreError):
    """The store has no object, or the object no file, of that name."""


class StoreDamaged(StoreError):
    """An object in the store is not whole; nothing was changed, an archivist has to look."""


class DiskRefused(ArchiveError):
    """A disk is full, read-only or gone; the sentence says which. Nothing that was acknowledged is lost, and
    the same command goes on once the disk is in order."""


class DatabaseUnavailable(ArchiveError):
    """The database's server is away or lets us not in, or another program keeps the database to itself; the
    sentence says which, and what was said. Nothing that was acknowledged is lost."""


class ProgramMissing(ArchiveError):
    """A program, library or model that is needed is not there; the message says what to install."""


class ProgramFailed(ArchiveError):
    """An outside program ended badly. `lines` are the last ones it wrote."""

    def __init__(self, program: str, reason: str, lines: Sequence[str] = ()) -> None:
        self.program, self.reason, self.lines = program, reason, tuple(lines)
        super().__init__(f"{program}: {reason}" + "".join(f"\n  {line}" for line in self.lines))


class RecognitionFailed(ArchiveError):
    """The transcriber gave up on a window."""


class LanguageUnknown(RecognitionFailed):
    """The recognition model does not know the recording's language: it would write another one's words."""


class SearchUnavailable(ArchiveError):
    """The search engine is away, or another process is at its index. Everything but search goes on."""


class WriteDoubtful(SearchUnavailable):
    """The right to write an index was lost while it was written: what was sent may lie over what another
    process wrote and ticked off since. What it was about has to be delivered anew."""


class IndexUnusable(SearchUnavailable):
    """The index is missing, damaged, or of another version than the code: the worker makes it anew."""


class IndexDiffers(SearchUnavailable):
    """A new index does not hold what the database says that it should: it did not become the live one."""


class WorkerRunning(ArchiveError):
    """Another worker holds this archive's lock."""


class WorkerLost(ArchiveError):
    """For too long a worker could not say that it lives: others may have its jobs, so it ended them."""
