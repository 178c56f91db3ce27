"""Which language is spoken in a recording: a vote of several pieces, where the voice is.

One piece is too few: a tape begins with a slate, a song or a greeting in another language.
"""

from collections.abc import Sequence
from pathlib import Path

from ingest.transcription.pool import RecogniserPool
from ingest.transcription.transcriber import Language
from ingest.transcription.voice import Voice
from ingest.transcription.windows import Window

_PIECE_MS = 30_000  # what Whisper looks at at once
_STEP_MS = 5_000
_ONE_IN_MS = 120_000
_MOST_PIECES = 5
_SPEECH = 0.5


def detect_language(pool: RecogniserPool, sound: Path, voice: Voice, duration_ms: int) -> Language:
    """Listen to up to five pieces of a recording, and vote.

    Raises RecognitionFailed, ProgramMissing or CancelledError, as the pool does.
    """
    pieces = choose_pieces(voice, duration_ms)
    futures = [pool.hear_language(sound, piece) for piece in pieces]
    return vote(
        [(future.result(), _voiced(voice, piece)) for future, piece in zip(futures, pieces, strict=True)]
    )


def choose_pieces(voice: Voice, duration_ms: int) -> list[Window]:
    """Pieces of up to 30 s, spread over the recording, one for two minutes, where most is spoken."""
    count = min(_MOST_PIECES, 1 + duration_ms // _ONE_IN_MS)
    pieces = []
    for number in range(1, count + 1):
        first, last = duration_ms * (number - 1) // count, duration_ms * number // count
        starts = range(first, max(first + 1, last - _PIECE_MS + 1), _STEP_MS)
        candidates = [Window(number, start, min(start + _PIECE_MS, last)) for start in starts]
        pieces.append(max(candidates, key=lambda piece: _voiced(voice, piece)))
    return pieces


def vote(heard: Sequence[tuple[dict[str, float], int]]) -> Language:
    """The language with the highest mean probability; pieces count by how many frames of them are speech.

    The probability is that mean. `und` where nothing was heard at all.
    """
    total = sum(weight + 1 for _, weight in heard)
    means: dict[str, float] = {}
    for probabilities, weight in heard:
        for tag, probability in probabilities.items():
            means[tag] = means.get(tag, 0.0) + probability * (weight + 1) / total
    if not means:
        return Language("und", 0.0)
    tag = min(means, key=lambda tag: (-means[tag], tag))
    return Language(tag, round(min(1.0, means[tag]), 6))


def _voiced(voice: Voice, piece: Window) -> int:
    frames = voice.frames(piece.start_ms, piece.end_ms)
    return int((voice.probability[frames] > _SPEECH).sum())
