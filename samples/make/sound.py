"""Sound through ffmpeg: decode, measure loudness, bring to one loudness, encode."""

import re
import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
LOUDNESS = -20.0
"""LUFS of a finished recording, every speaker alike: what is usual for speech in one channel."""
PEAK = 0.7
"""Highest sample value, -3 dBFS: lossy encoders go up to 2 dB beyond it."""

CODECS = {
    ".m4a": ["-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart"],
    ".mp3": ["-c:a", "libmp3lame", "-b:a", "64k"],
    ".ogg": ["-c:a", "libopus", "-b:a", "48k"],
    ".flac": ["-c:a", "flac", "-compression_level", "12", "-ar", "22050", "-sample_fmt", "s16"],
}
QUIET = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y"]
PCM = ["-f", "f32le", "-ac", "1", "-ar", str(RATE)]


def decode(wav: bytes) -> NDArray[np.float32]:
    """Samples of a WAV, mono at `RATE`."""
    command = [*QUIET, "-i", "pipe:0", *PCM, "pipe:1"]
    done = subprocess.run(command, input=wav, check=True, capture_output=True)
    return np.frombuffer(done.stdout, dtype=np.float32)


def in_a_room(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same with the faint reverberation of a small room: noise that fades by 60 dB in a quarter second.

    Whisper base erred in 19 % of the words of a German formant voice with it, in 24 % without (mean of nine
    speeds and pitches).
    """
    length = RATE // 4
    tail = np.random.default_rng(27).normal(size=length) * np.exp(-6.9 * np.arange(length) / length)
    tail /= np.sqrt((tail**2).sum())
    size = len(samples) + length
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(tail, size), size)
    return np.concatenate([samples, np.zeros(length)]).astype(np.float32) + np.float32(0.25) * wet.astype(
        np.float32
    )


def loudness(samples: NDArray[np.float32]) -> float:
    """Integrated loudness in LUFS (EBU R128)."""
    command = ["ffmpeg", "-hide_banner", *PCM, "-i", "pipe:0", "-af", "ebur128", "-f", "null", "-"]
    done = subprocess.run(command, input=samples.tobytes(), check=True, capture_output=True)
    found = re.findall(r"I:\s+(-?[\d.]+) LUFS", done.stderr.decode())
    return float(found[-1])


def gain(samples: NDArray[np.float32]) -> np.float32:
    """What to multiply them with for `LOUDNESS`."""
    return np.float32(10 ** ((LOUDNESS - loudness(samples)) / 20))


def encode(samples: NDArray[np.float32], path: Path) -> None:
    """Write a recording in the form that the file's ending names, peaks held below `PEAK`."""
    limit = f"alimiter=limit={PEAK}:level=disabled:attack=2:release=60"
    command = [*QUIET, *PCM, "-i", "pipe:0", "-af", limit, "-map_metadata", "-1", "-fflags", "+bitexact"]
    subprocess.run([*command, *CODECS[path.suffix], str(path)], input=samples.tobytes(), check=True)
