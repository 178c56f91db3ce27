"""What an object in the store says of itself, in `descriptor.json`: enough to bring the testimony's rows back
without the database (promise 5). Field names are those of the tables; moments are RFC 3339, times ms."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class _Part(BaseModel):
    """Fields with a default came later than the first objects that lie in stores: those are read too."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class DescribedCollection(_Part):
    """The collection, with its rules."""

    slug: str
    name: str
    description: str | None
    depositor: str | None
    machine_text: str
    framed_by: str | None = None
    created_at: datetime | None = None


class DescribedSpeaker(_Part):
    """A person whose words the testimony holds; all names are kept here, the published one alone is shown
    anywhere."""

    public_id: str
    identifier: str | None
    names: list[str]
    published_name: str | None
    created_at: datetime | None = None


class DescribedPerson(DescribedSpeaker):
    """A person in a role."""

    role: str


class DescribedDerivative(_Part):
    """What was made of a file, under the derivatives folder; it can be made again."""

    kind: str
    path: str | None
    media_type: str
    size: int
    width: int | None
    height: int | None
    created_at: datetime
    closed: str = ""


class DescribedFile(_Part):
    """A digital transfer: where the object keeps it, and the digests that it must have. `current_since` None:
    it was never the current one yet, or (where it is `current`) an older version of the archive wrote
    this."""

    public_id: str
    current: bool
    current_since: datetime | None = None
    stored_path: str | None
    sha512: str
    sha256: str
    size: int
    media_type: str
    duration_ms: int
    video: bool
    probe: dict[str, Any]
    offset_ms: int
    original_name: str
    created_at: datetime
    accessioned_at: datetime | None
    source: str = ""
    derivatives: list[DescribedDerivative] = []


class DescribedText(_Part):
    """A text that a person made, with the recordings that it runs over: [[number, ms], ...]; the file that
    came lies at `path` in the object."""

    public_id: str
    format: str
    kind: str
    language: str | None
    author: str
    original_name: str | None
    runs_over: list[list[int]]
    sha256: str
    created_at: datetime
    published_at: datetime | None
    path: str


class DescribedRecording(_Part):
    """A recording with its permanent number."""

    public_id: str
    number: int
    language: str | None
    created_at: datetime
    files: list[DescribedFile]
    """In the order in which they came."""


class DescribedChapter(_Part):
    """A chapter."""

    public_id: str
    position: int
    recording_number: int | None
    start_ms: int | None
    end_ms: int | None
    title: str
    synopsis: str | None
    keywords: list[str]
    places: list[str]
    created_at: datetime | None = None


class DescribedClip(_Part):
    """A quoted stretch; `transcript` (a public id) and `revision` are what it was quoted from."""

    public_id: str
    recording_number: int
    start_ms: int
    end_ms: int
    title: str | None
    words: str
    transcript: str
    revision: int
    created_at: datetime


class DescribedStatement(_Part):
    """An access statement; `subject_public_id` names the recording, transcript, chapter or clip. Where that
    is no longer there, `subject_row` (its row id then) tells two such apart."""

    public_id: str
    subject: str
    subject_public_id: str | None
    stretch_recording: int | None
    start_ms: int | None
    end_ms: int | None
    level: str
    begins_at: datetime | None
    ends_at: datetime | None
    reason: str | None
    notice: str | None
    said_by: str
    described: bool
    created_at: datetime
    superseded_at: datetime | None
    superseded_by: str | None
    """The public id of the statement that did."""
    subject_row: int | None = None


class DescribedRevision(_Part):
    """A published revision; its text lies at `path` in the object."""

    number: int
    author: str | None
    status: str
    note: str | None
    created_at: datetime
    path: str


class DescribedTranscript(_Part):
    """A transcript and its revisions."""

    public_id: str
    kind: str
    language: str | None
    revisions: list[DescribedRevision]
    created_at: datetime | None = None


class DescribedRecognition(_Part):
    """A recognition run; its raw windows lie at `path` in the object."""

    public_id: str
    file_public_id: str
    path: str


class DescribedEvent(_Part):
    """An event."""

    public_id: str
    kind: str
    agent: str
    outcome: str
    detail: dict[str, Any]
    recording_number: int | None
    created_at: datetime


class DescribedImport(_Part):
    """A table of descriptions that was read in, or the undoing of one (`undoes` is its public id)."""

    public_id: str
    agent: str
    source: str | None
    undoes: str | None
    created_at: datetime


class DescribedChange(_Part):
    """One field of the description that became another, number by number. `before` and `after` are as a
    sidecar has them; of `access`, the public ids of the statements that went and came."""

    number: int
    field: str
    before: Any
    after: Any
    agent: str
    import_public_id: str | None
    created_at: datetime


class DescribedAddress(_Part):
    """An address that the testimony had elsewhere before."""

    address: str
    recording_number: int | None
    start_ms: int | None
    end_ms: int | None
    created_at: datetime


class Descriptor(_Part):
    """The whole of it. `format` grows when a reader must know that something changed."""

    format: int = 1
    public_id: str
    accession_number: str | None
    collection: DescribedCollection
    title: str | None
    kind: str
    date: str | None
    years: list[int]
    summary: str | None
    languages: list[str]
    places: list[str]
    subjects: list[str]
    rights: str | None
    transcript_author: str | None
    description: dict[str, str | list[str]]
    sidecar: dict[str, Any] | None
    created_at: datetime
    published_at: datetime | None
    reached_at: datetime | None = None
    """The latest date of a statement that has come."""
    people: list[DescribedPerson]
    recordings: list[DescribedRecording]
    texts: list[DescribedText] = []
    chapters: list[DescribedChapter]
    statements: list[DescribedStatement]
    transcripts: list[DescribedTranscript]
    recognitions: list[DescribedRecognition]
    events: list[DescribedEvent]
    speakers: list[DescribedSpeaker] = []
    """People who speak in a text and have no role any more."""
    clips: list[DescribedClip] = []
    old_addresses: list[DescribedAddress] = []
    changes: list[DescribedChange] = []
    imports: list[DescribedImport] = []
    change_number: int = 0
    version: int = 1

    @property
    def kept_paths(self) -> set[str]:
        """Every file that the object must hold beside the descriptor, by its logical path."""
        files = {file.stored_path for recording in self.recordings for file in recording.files}
        return {
            *(path for path in files if path is not None),
            *(text.path for text in self.texts),
            *(revision.path for transcript in self.transcripts for revision in transcript.revisions),
            *(run.path for run in self.recognitions),
        }

    @model_validator(mode="before")
    @classmethod
    def _read_captions(cls, data: Any) -> Any:
        """Objects that were written before texts could run over several recordings have the captions of
        each recording within it."""
        if not isinstance(data, dict):
            return data
        recordings, texts = [], list(data.get("texts", []))
        for recording in data.get("recordings", []):
            if isinstance(recording, dict) and "captions" in recording:
                texts += [_as_text(captions, recording["number"]) for captions in recording["captions"]]
                recording = {name: value for name, value in recording.items() if name != "captions"}
            recordings.append(recording)
        return {**data, "recordings": recordings, "texts": texts}


def _as_text(captions: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        **captions,
        "format": "vtt",
        "kind": "original" if captions["language"] is None else "translation",
        "original_name": None,
        "runs_over": [[number, 0]],
    }


class StoredWord(_Part):
    """A word with times of its own in a stored revision."""

    text: str
    offset: int
    start_ms: int
    end_ms: int
    probability: float | None


class StoredSegment(_Part):
    """A segment of a stored revision. `recognition` is the maker's run, None for a person; `deposited_text`
    the file that a person's words came in, where they came in one."""

    public_id: str
    recording: int | None
    start_ms: int | None
    end_ms: int | None
    speaker_label: str | None
    person: str | None
    """The speaker's public id."""
    language: str
    recognition: str | None
    deposited_text: str | None = None
    checked: bool
    text: str
    words: list[StoredWord]
    created_at: datetime | None = None


class StoredRevision(_Part):
    """A published revision as it lies in the store."""

    transcript: str
    number: int
    segments: list[StoredSegment]


class StoredRecognition(_Part):
    """A recognition run as it lies in the store: what heard what, how, and every window as it was heard."""

    public_id: str
    file: str
    engine: str
    engine_version: str
    model: str
    parameters: dict[str, Any]
    language: str
    language_probability: float | None
    language_given: bool
    plan: list[list[int]]
    flags: list[dict[str, Any]]
    finished_at: datetime | None
    windows: list[dict[str, Any]]
    windows_finished_at: list[datetime] = []
    """When each of `windows` was heard."""
    created_at: datetime | None = None
    published_at: datetime | None = None
