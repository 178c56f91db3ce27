"""Having a recording transcribed: decoded, cut into windows at pauses, and heard window by window.

Each window is kept in the database as soon as it is there, so that a crash loses at most those in progress;
a run that goes on hears the missing windows only, in the same cuts and the same language.
"""

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

from archive.changes import recognition as changes
from archive.clock import now
from archive.database import writing
from archive.errors import LanguageUnknown
from archive.models import Recognition, Recording, Testimony
from ingest.media.composition import falls_short
from ingest.media.decoding import decode
from ingest.transcription.detection import detect_language
from ingest.transcription.hallucination import find_wordless, mark_dropped
from ingest.transcription.heap import give_back
from ingest.transcription.switches import find_changes
from ingest.transcription.transcriber import Language
from ingest.transcription.voice import Voice, measure_voice
from ingest.transcription.windows import Window, plan_windows
from ingest.workshop import Workshop, find_file, load
from schemas.media import Probe
from schemas.recognition import Engine, WindowRecognition

_POLL_SECONDS = 0.5
"""How soon a wish to stop is noticed."""


@dataclass(slots=True)
class Heard:
    """What an archivist should know of a run: spans to listen to (in the time of the file), and how many
    words were dropped."""

    flags: list[dict[str, Any]] = field(default_factory=list)
    dropped: int = 0


def hear(shop: Workshop, testimony: Testimony, recording: Recording, run: Recognition | None) -> Heard:
    """Hear what is missing of a recording. `run` is the newest run over its file, finished or not, if any.

    When this returns, every window of the newest run is kept. Raises Interrupted, RecognitionFailed,
    ProgramMissing, MediaError.
    """
    file = recording.current_file
    probe = Probe.model_validate(file.probe)
    if probe.audio is None:
        _begin(shop, recording, _NO_ENGINE, Language(recording.language or "und"), [], None)
        return Heard([_flag(0, file.duration_ms, "the file has no sound")])
    pool = shop.recognisers.pool()
    sound = decode(
        shop.original(testimony, file),
        probe,
        shop.folder / f"{file.public_id}.s16",
        shop.programs,
        shop.go_on,
    )
    try:
        voice = measure_voice(sound.path)
        give_back()
        shop.go_on()
        if run is None:
            windows = plan_windows(voice, sound.duration_ms, shop.window_ms)
            language = (
                Language(recording.language)
                if recording.language
                else detect_language(pool, sound.path, voice, sound.duration_ms)
            )
            kept: dict[int, WindowRecognition] = {}
        else:
            windows = [Window(number, start, end) for number, (start, end) in enumerate(run.plan, start=1)]
            language = Language(run.language, run.language_probability)
            kept = {
                each.number: each for each in map(WindowRecognition.from_bytes, changes.window_results(run))
            }
        futures = {
            pool.recognise(sound.path, window, language): window
            for window in windows
            if window.number not in kept
        }
        try:
            for result in _as_they_come(shop, futures):
                marked = mark_dropped(result, voice)
                _begin(shop, recording, marked.engine, language, windows, marked)
                kept[marked.number] = marked
        except LanguageUnknown as error:
            # Romani, say: what is spoken can be heard and described, if not transcribed by a machine.
            _begin(shop, recording, _NO_ENGINE, language, [], None)
            return Heard([_flag(0, file.duration_ms, str(error))])
    finally:
        sound.path.unlink(missing_ok=True)
        give_back()
    heard = _heard(voice, [kept[number] for number in sorted(kept)])
    if falls_short(sound.duration_ms, probe.audio.end_ms):
        heard.flags.append(
            _flag(sound.duration_ms, probe.audio.end_ms, "the file is damaged: no sound comes out")
        )
    return heard


_NO_ENGINE = Engine(name="none", version="", model="")


def _as_they_come(
    shop: Workshop, futures: "dict[Future[WindowRecognition], Window]"
) -> Iterator[WindowRecognition]:
    waiting = set(futures)
    try:
        while waiting:
            shop.go_on()
            done, waiting = wait(waiting, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda each: futures[each].number):
                yield future.result()
    finally:
        for future in waiting:
            future.cancel()


def _begin(
    shop: Workshop,
    recording: Recording,
    engine: Engine,
    language: Language,
    windows: list[Window],
    result: WindowRecognition | None,
) -> None:
    with writing(shop.engine) as session:
        _, row = load(session, recording.id)
        file = find_file(row, recording.current_file)
        run = changes.latest(session, file) or changes.begin(
            session,
            file,
            engine=engine.name,
            engine_version=engine.version,
            model=engine.model,
            parameters=dict(engine.parameters),
            language=language.tag,
            language_probability=language.probability,
            language_given=recording.language is not None,
            plan=[[window.start_ms, window.end_ms] for window in windows],
        )
        if result is not None:
            changes.keep_window(
                session, run.id, result.number, result.start_ms, result.end_ms, result.to_bytes(), now()
            )


def _heard(voice: Voice, windows: list[WindowRecognition]) -> Heard:
    words = [word for window in windows for word in window.words]
    heard = Heard(dropped=sum(word.dropped is not None for word in words))
    for stretch in find_wordless(voice, words):
        reason = "a voice, but no words" if stretch.voice else "sound, but no words"
        heard.flags.append(_flag(stretch.start_ms, stretch.end_ms, reason))
    for word in words:
        if word.dropped is not None:
            last = heard.flags[-1] if heard.flags else None
            reason = "words were heard where nobody speaks, and left out"
            if last and last["reason"] == reason and word.start_ms - last["end_ms"] < _TOGETHER_MS:
                last["end_ms"] = max(last["end_ms"], word.end_ms)
            else:
                heard.flags.append(_flag(word.start_ms, word.end_ms, reason))
    for doubt in find_changes(windows):
        reason = f"several languages may be spoken here: {', '.join(doubt.languages)}"
        heard.flags.append(_flag(doubt.start_ms, doubt.end_ms, reason))
    heard.flags.sort(key=lambda flag: flag["start_ms"])
    return heard


_TOGETHER_MS = 1_000
"""Dropped words nearer to each other than this are one span."""


def _flag(start_ms: int, end_ms: int, reason: str) -> dict[str, Any]:
    return {"start_ms": start_ms, "end_ms": end_ms, "reason": reason}
