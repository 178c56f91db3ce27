"""`python -m bench.silent ARGUMENT...`: the command `testimony` itself, with a transcriber that hears nothing
and takes no time. All else is real: files, ffmpeg, voice detection, database, store, index, processes.

What an ingest takes with it is what the archive adds to recognition.
"""

from functools import partial

import ingest.worker
from ingest.cli import main
from ingest.media.sound import Floats
from ingest.transcription.transcriber import Language
from ingest.transcription.windows import Window
from schemas.recognition import Engine, WindowRecognition


class Silence:
    """A transcriber, and the factory of itself."""

    engine = Engine(name="silence", version="1", model="none")

    def __call__(self) -> "Silence":
        """Nothing has to be loaded."""
        return self

    def detect_language(self, sound: Floats) -> dict[str, float]:
        """As in the Protocol."""
        return {"en": 1.0}

    def recognise(self, sound: Floats, window: Window, language: Language) -> WindowRecognition:
        """As in the Protocol."""
        return WindowRecognition(
            number=window.number,
            start_ms=window.start_ms,
            end_ms=window.end_ms,
            language=language.tag,
            language_probability=language.probability,
            engine=self.engine,
        )


if __name__ == "__main__":
    ingest.worker.run_worker = partial(ingest.worker.run_worker, transcriber=Silence())
    main()
