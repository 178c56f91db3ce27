"""What a deposit adds to a testimony: recordings, better transfers of them, texts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from archive.changes import events, outbox, transfers
from archive.changes import recognition as recognition_changes
from archive.errors import Conflict
from archive.jobs import Deferring
from archive.models import DepositedText, File, Recording, Testimony
from archive.queries.texts import content_of
from ingest.identification import find_recording, is_awaited
from ingest.importers.text import decode
from ingest.importers.texts import format_of
from ingest.publication import publish_recognition
from ingest.receiving import Received, ReceivedText
from schemas.legible import legible_name

DEPOSITOR = "the depositor"
"""Author of texts whose description names none."""


@dataclass(slots=True)
class Registered:
    """What became of one deposited testimony. `status`: new, updated, unchanged, or resumed (known, but not
    finished). `recordings` are row ids that work was deferred for, `changes` what was updated, `notes`
    sentences for the archivist."""

    testimony: str
    status: str
    recordings: list[int] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def update(self, *changes: str) -> None:
        """Something that was there changed."""
        if self.status != "new":
            self.status = "updated"
            self.changes += changes


@dataclass(frozen=True, slots=True)
class Taking:
    """One deposit being taken into a testimony. `described`: it has a description; `anew`: what is said of
    its files is said for the first time, or differs from what was said last. `language` is spoken where
    nobody says what is."""

    session: Session
    queue: Deferring
    testimony: Testimony
    outcome: Registered
    now: datetime
    described: bool
    anew: bool
    language: str | None = None
    author: str | None = None
    """Of texts that name none."""

    def take_recordings(self, received: Sequence[Received], unfinished: set[int]) -> list[int]:
        """Take in recordings, and then better transfers of them; returns the numbers of recordings that are
        new. `unfinished` are the row ids of those that the worker has not done with. Raises Conflict."""
        added: list[int] = []
        wished: dict[int, tuple[Recording, File]] = {}
        for each in sorted(received, key=lambda each: each.recording.transfer):
            recording = find_recording(self.testimony, each, described=self.described)
            if recording is None:
                self._add_recording(each)
                self.outcome.update(f"recording {each.recording.number} added")
                added.append(each.recording.number)
                continue
            file = next((file for file in recording.files if file.sha512 == each.sha512), None)
            if file is None and (file := self._awaited(recording, each)) is not None:
                self._receive_again(recording, file, each)
            elif file is None:
                file = self._add_transfer(recording, each)
            elif each.recording.transfer and self.anew:
                self._correct_offset(recording, file, each)
            if each.recording.transfer:
                wished[recording.id] = recording, file
            if recording.id in unfinished:
                file.source = str(each.recording.path.absolute())
                self._defer(recording)
                if self.outcome.status == "unchanged":
                    self.outcome.status = "resumed"
        for recording, file in wished.values():
            self._bring_back(recording, file)
        return added

    def take_texts(self, received: Sequence[ReceivedText]) -> None:
        """Keep texts that differ from the last ones of the same recordings, to be published."""
        for each in received:
            file = each.file
            same = [
                text
                for text in self.testimony.texts
                if text.numbers == file.numbers
                and text.translation == (file.language if file.translation else None)
            ]
            author = file.author or self.author or DEPOSITOR
            if same and self._is_same(same[-1], each, author):
                continue
            self.testimony.texts.append(
                DepositedText(
                    format=format_of(file.path),
                    kind="translation" if file.translation else "original",
                    language=file.language,
                    author=author,
                    original_name=file.path.name,
                    runs_over=[list(part) for part in file.runs_over],
                    content=each.content,
                    sha256=each.sha256,
                )
            )
            self.outcome.update(f"text {legible_name(file.path.name)}")
        self.session.flush()

    def _is_same(self, text: DepositedText, received: ReceivedText, author: str) -> bool:
        """Whether a text says what the last one said, whatever it is encoded in. Who made it and where it
        runs counts only where somebody described it."""
        file = received.file
        if self.described and (
            text.author != author
            or text.format != format_of(file.path)
            or text.runs_over != [list(part) for part in file.runs_over]
        ):
            return False
        if text.sha256 == received.sha256:
            return True
        return decode(content_of(self.session, text), file.path) == decode(received.content, file.path)

    def _add_recording(self, received: Received) -> None:
        deposited = received.recording
        where = legible_name(deposited.path)
        transfers.check_offset(None, received.probe.duration_ms, deposited.offset_ms, where)
        recording = Recording(
            number=deposited.number,
            language=deposited.language or self.language,
            files=[_file(received, current_since=self.now)],
        )
        self.testimony.recordings.append(recording)
        self.testimony.recordings.sort(key=lambda each: each.number)
        self._record_receipt(recording, received)

    def _add_transfer(self, recording: Recording, received: Received) -> File:
        deposited = received.recording
        transfers.check_offset(
            recording, received.probe.duration_ms, deposited.offset_ms, legible_name(deposited.path)
        )
        file = _file(received, current_since=None)
        recording.files.append(file)
        self.outcome.update(f"transfer of recording {recording.number}")
        self._record_receipt(recording, received)
        return file

    def _awaited(self, recording: Recording, received: Received) -> File | None:
        return next((file for file in recording.files if is_awaited(file, received)), None)

    def _receive_again(self, recording: Recording, file: File, received: Received) -> None:
        """Nothing was kept of what was received before from the same place, and it is gone."""
        deposited = received.recording
        transfers.check_offset(
            None if file is recording.files[0] else recording,
            received.probe.duration_ms,
            deposited.offset_ms,
            legible_name(deposited.path),
        )
        for name, value in _facts(received).items():
            setattr(file, name, value)
        self._record_receipt(recording, received)
        if self.outcome.status == "unchanged":
            self.outcome.status = "resumed"

    def _record_receipt(self, recording: Recording, received: Received) -> None:
        deposited = received.recording
        self.session.flush()
        events.record(
            self.session,
            "message digest calculation",
            testimony_id=self.testimony.id,
            recording_id=recording.id,
            detail={
                "sha512": received.sha512,
                "sha256": received.sha256,
                "promised": deposited.checksum.algorithm if deposited.checksum else None,
            },
        )
        events.record(
            self.session,
            "format identification",
            testimony_id=self.testimony.id,
            recording_id=recording.id,
            detail={"container": received.probe.container, "duration_ms": received.probe.duration_ms},
        )
        if received.probe.cut_short:
            self.outcome.notes.append(
                f"{legible_name(deposited.path)}: ends before its header says it does; it may have been cut "
                "off while it was copied"
            )
        self._defer(recording)

    def _correct_offset(self, recording: Recording, file: File, received: Received) -> None:
        offset_ms = received.recording.offset_ms
        if file.offset_ms == offset_ms:
            return
        path = legible_name(received.recording.path)
        if file is recording.files[0]:
            raise Conflict(
                f"{path}: offset: expected {file.offset_ms / 1000:g} s as before, since it is the "
                f"first transfer of recording {recording.number}, and cited times are its own"
            )
        transfers.check_offset(recording, file.duration_ms, offset_ms, path)
        earlier_ms = file.offset_ms
        transfers.correct_offset(self.session, self.testimony, recording, file, offset_ms)
        run = recognition_changes.latest(self.session, file)
        if run is not None and run.finished_at is not None:
            recognition_changes.shift_flags(run, earlier_ms - offset_ms)
        if run is not None and run.published_at is not None and file.current:
            publish_recognition(self.session, self.testimony, recording, run, self.now)
        self._defer(recording)
        self.outcome.update(f"offset of recording {recording.number}")

    def _bring_back(self, recording: Recording, file: File) -> None:
        """Have a transfer that was the current one before take its place again: the later one was a
        mistake."""
        if file.current or file.current_since is None or not self.anew:
            return
        file.current_since = None
        outbox.announce(self.session, self.testimony)
        self._defer(recording)
        self.outcome.update(f"transfer of recording {recording.number}")

    def _defer(self, recording: Recording) -> None:
        self.queue.defer(self.session.connection(), recording.id)
        if recording.id not in self.outcome.recordings:
            self.outcome.recordings.append(recording.id)


def _facts(received: Received) -> dict[str, Any]:
    return {
        "sha512": received.sha512,
        "sha256": received.sha256,
        "size": received.size,
        "media_type": received.probe.media_type,
        "duration_ms": received.probe.duration_ms,
        "video": received.probe.has_video,
        "probe": received.probe.model_dump(mode="json"),
        "offset_ms": received.recording.offset_ms,
    }


def _file(received: Received, *, current_since: datetime | None) -> File:
    deposited = received.recording
    return File(
        current=current_since is not None,
        current_since=current_since,
        **_facts(received),
        original_name=deposited.path.name,
        source=str(deposited.path.absolute()),
        derivatives=[],
    )
