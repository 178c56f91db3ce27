"""Having a recording transcribed: decoded, cut into windows at pauses, and heard window by window.

Each window is kept in the database as soon as it is there, so that a crash loses at most those in progress;
a run that goes on hears the missing windows only, in the same cuts and the same language, by the same engine.
Another one begins a run of its own; what the first has heard stays in the record.
"""

from collections.abc import Iterator, Sequence
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
from ingest.transcription.pool import RecogniserPool
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
    """What an archivist should know of a run (`run`: its row): spans to listen to (in the time of the file),
    and how many words were dropped."""

    run: int
    flags: list[dict[str, Any]] = field(default_factory=list)
    dropped: int = 0


def hear(shop: Workshop, testimony: Testimony, recording: Recording, runs: Sequence[Recognition]) -> Heard:
    """Hear what is missing of a recording. `runs` are those over its file that broke off, the newest first.

    When this returns, every window of one run is kept. Raises Interrupted, RecognitionFailed,
    ProgramMissing, MediaError.
    """
    file = recording.current_file
    probe = Probe.model_validate(file.probe)
    if probe.audio is None:
        row = _begin(shop, recording, _NO_ENGINE, Language(recording.language or "und"), [], None)
        return Heard(row, [_flag(0, file.duration_ms, "the file has no sound")])
    pool = shop.recognisers.pool()
    run = _choose(runs, pool)
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
            row = 0  # of the run that begins with its first window
        else:
            row = run.id
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
                row = _begin(shop, recording, marked.engine, language, windows, marked)
                kept[marked.number] = marked
        except LanguageUnknown as error:
            # Romani, say: what is spoken can be heard and described, if not transcribed by a machine.
            row = _begin(shop, recording, _NO_ENGINE, language, [], None)
            return Heard(row, [_flag(0, file.duration_ms, str(error))])
    finally:
        sound.path.unlink(missing_ok=True)
        give_back()
    heard = _heard(row, voice, [kept[number] for number in sorted(kept)])
    if falls_short(sound.duration_ms, probe.audio.end_ms):
        heard.flags.append(
            _flag(sound.duration_ms, probe.audio.end_ms, "the file is damaged: no sound comes out")
        )
    return heard


_NO_ENGINE = Engine(name="none", version="", model="")


def _choose(runs: Sequence[Recognition], pool: RecogniserPool) -> Recognition | None:
    """The run to go on with, if any: one that lacks no window, or the newest of what hears now."""
    whole = next((run for run in runs if run.whole), None)
    if whole is not None or not runs:
        return whole
    engine = pool.name_engine().result()
    return next((run for run in runs if run.made_by == engine), None)


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
) -> int:
    """Keep a window, in a run that is begun with the first one. Returns the row of the run."""
    with writing(shop.engine) as session:
        _, row = load(session, recording.id)
        file = find_file(row, recording.current_file)
        run = changes.unfinished(session, file, engine) or changes.begin(
            session,
            file,
            engine=engine,
            language=language.tag,
            language_probability=language.probability,
            language_given=recording.language is not None,
            plan=[[window.start_ms, window.end_ms] for window in windows],
        )
        if result is not None:
            changes.keep_window(
                session, run.id, result.number, result.start_ms, result.end_ms, result.to_bytes(), now()
            )
        return run.id


def _heard(row: int, voice: Voice, windows: list[WindowRecognition]) -> Heard:
    words = [word for window in windows for word in window.words]
    heard = Heard(row, dropped=sum(word.dropped is not None for word in words))
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
