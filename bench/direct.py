"""faster-whisper called directly on a plan of windows: what `bench.ingest` compares with.

python -m bench.direct PLAN.json PROCESSES
"""

import json
import multiprocessing
import sys
from pathlib import Path
from typing import Any

from archive.settings import Settings
from ingest.transcription.weights import find_weights

_RATE = 16_000
_model: Any = None
_sounds: dict[str, Any] = {}


def load(weights: str) -> None:
    """Load the model, once a process."""
    global _model
    from faster_whisper import WhisperModel

    _model = WhisperModel(weights, device="cpu", compute_type="int8", cpu_threads=1, num_workers=1)


def recognise(window: tuple[str, int, int]) -> int:
    """Words in one window, with the options that the archive uses."""
    from faster_whisper import decode_audio

    path, start, end = window
    if path not in _sounds:
        _sounds[path] = decode_audio(path, sampling_rate=_RATE)
    sound = _sounds[path][start * _RATE // 1000 : end * _RATE // 1000]
    segments, _ = _model.transcribe(
        sound,
        language="en",
        beam_size=5,
        word_timestamps=True,
        condition_on_previous_text=False,
        vad_filter=False,
    )
    return sum(len(segment.words or ()) for segment in segments)


def main() -> None:
    """Do the plan, and print how many words there were."""
    plan = json.loads(Path(sys.argv[1]).read_text())
    weights = str(find_weights(Settings()))
    context = multiprocessing.get_context("spawn")
    with context.Pool(int(sys.argv[2]), initializer=load, initargs=(weights,)) as pool:
        words = sum(pool.map(recognise, [tuple(window) for window in plan], chunksize=1))
    print(f"{words} words", file=sys.stderr)


if __name__ == "__main__":
    main()
