"""What runs in a recogniser process: it waits for tasks on a pipe, and ends when the pipe does.

A signal that the terminal or a service manager sends to the whole group (Ctrl-C, stop) is its parent's to
handle; but it never outlives that parent.
"""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Any, Protocol, Self

from archive.errors import ArchiveError, LanguageUnknown, ProgramMissing, RecognitionFailed
from ingest.media.sound import Floats, read_stretch
from ingest.transcription.heap import give_back
from ingest.transcription.transcriber import Language, Transcriber
from ingest.transcription.windows import Window
from schemas.recognition import Engine, WindowRecognition

STARTED = "started"
"""First answer to every task. A process that dies before it had gone already: its task is not to blame."""


class Task(Protocol):
    """Something to ask of a transcriber; travels over the pipe."""

    @property
    def window(self) -> Window:
        """The stretch that it is about."""

    def run(self, transcriber: Transcriber) -> Any:
        """Do it."""


@dataclass(frozen=True, slots=True)
class Recognise:
    """Recognise one window of a file of samples."""

    sound: Path
    window: Window
    language: Language

    def run(self, transcriber: Transcriber) -> WindowRecognition:
        """The recognition, raw."""
        return transcriber.recognise(_read(self.sound, self.window), self.window, self.language)


@dataclass(frozen=True, slots=True)
class NameEngine:
    """Say what hears. Takes as long as the model takes to load."""

    @property
    def window(self) -> Window:
        """It is about none."""
        return Window(0, 0, 0)

    def run(self, transcriber: Transcriber) -> Engine:
        """The engine, as it goes into the record."""
        return transcriber.engine


@dataclass(frozen=True, slots=True)
class HearLanguage:
    """Hear what language is spoken in a stretch."""

    sound: Path
    window: Window

    def run(self, transcriber: Transcriber) -> dict[str, float]:
        """Probability of each language."""
        return transcriber.detect_language(_read(self.sound, self.window))


def _read(sound: Path, window: Window) -> Floats:
    return read_stretch(sound, window.start_ms, window.end_ms)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a task failed, in words: exceptions with arguments of their own do not travel well."""

    sentence: str
    kind: type[LanguageUnknown] | type[RecognitionFailed] | type[ProgramMissing] = RecognitionFailed

    @classmethod
    def of(cls, error: ArchiveError) -> Self:
        """What the archive raised on purpose: about the language, the window, or the engine as such."""
        kinds = (LanguageUnknown, RecognitionFailed)
        return cls(str(error), next((kind for kind in kinds if isinstance(error, kind)), ProgramMissing))

    def to_error(self) -> ArchiveError:
        """What the parent raises."""
        return self.kind(self.sentence)


def serve(pipe: "connection.Connection[Any, Any]", factory: Callable[[], Transcriber], eager: bool) -> None:
    """Answer tasks until the parent closes the pipe. The model is loaded once: now, if `eager`, else when
    it is first needed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True, name="parent-watch").start()
    transcriber: Transcriber | None = None
    if eager:
        try:
            transcriber = factory()
        except Exception:  # noqa: BLE001 - comes again, and is reported, with the first task
            transcriber = None
    while True:
        try:
            task: Task = pipe.recv()
            pipe.send(STARTED)
        except (EOFError, BrokenPipeError):
            return
        answer: Any
        try:
            transcriber = transcriber or factory()
            answer = task.run(transcriber)
        except ArchiveError as error:
            answer = Trouble.of(error)
        except Exception as error:  # noqa: BLE001 - whatever an engine raises fails its window, no more
            answer = Trouble(f"{type(error).__name__}: {error}")
        give_back()
        try:
            pipe.send(answer)
        except BrokenPipeError:
            return


def _die_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
