"""`python -m tests.faults.command ARGUMENT...`: the `testimony` command, whole and real, but for the
recogniser: it follows a script, so that a run takes seconds, and notes in the file that `FAULTS_HEARD` names
which windows of which sound it has heard, a line each."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from ingest.media.sound import Floats
from ingest.transcription.transcriber import Language
from ingest.transcription.windows import Window
from schemas.recognition import WindowRecognition
from tests.contracts.transcriber import Script, ScriptedTranscriber

HEARING_SECONDS = 0.15
"""How long a window takes: longer than keeping one does, as with a real recogniser."""


@dataclass(frozen=True)
class NotingScript(Script):
    """A script whose transcriber notes what it heard."""

    def __call__(self) -> "NotingTranscriber":
        return NotingTranscriber(self)


class NotingTranscriber(ScriptedTranscriber):
    """Notes the sound's digest and the window's number once it has heard it."""

    def recognise(self, sound: Floats, window: Window, language: Language) -> WindowRecognition:
        heard = super().recognise(sound, window, language)
        line = f"{hashlib.sha256(sound.tobytes()).hexdigest()[:16]} {window.number}\n"
        with Path(os.environ["FAULTS_HEARD"]).open("a") as log:
            log.write(line)
        return heard


def main() -> None:
    """Run the command with a worker that has this recogniser."""
    from functools import partial

    import ingest.worker

    ingest.worker.run_worker = partial(
        ingest.worker.run_worker, transcriber=NotingScript(takes_s=HEARING_SECONDS)
    )
    from ingest.cli import main as testimony

    testimony()


if __name__ == "__main__":
    main()
