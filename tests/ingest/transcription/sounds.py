"""Sounds made at test time: what is no voice, and what is left of one."""

import numpy as np
import numpy.typing as npt

from ingest.media.sound import SAMPLE_RATE, Floats

Wave = npt.NDArray[np.float64]


def _time(seconds: float) -> Wave:
    return np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE


def _finished(wave: Wave) -> Floats:
    """As it comes out of 16 bits."""
    return (np.round(np.clip(wave, -1, 1) * 32767) / 32768).astype(np.float32)


def silence(seconds: float) -> Floats:
    return _finished(0 * _time(seconds))


def hiss(seconds: float, level: float) -> Floats:
    return _finished(np.random.default_rng(3).normal(0, level, len(_time(seconds))))


def rumble(seconds: float, level: float) -> Floats:
    """Pink noise."""
    spectrum = np.fft.rfft(np.random.default_rng(3).standard_normal(len(_time(seconds))))
    wave = np.fft.irfft(spectrum / np.sqrt(np.arange(1, len(spectrum) + 1)), len(_time(seconds)))
    return _finished(level * wave / wave.std())


def hum(seconds: float, level: float) -> Floats:
    time = _time(seconds)
    return _finished(level * np.sum([np.sin(2 * np.pi * 50 * k * time) / k for k in (1, 2, 3, 4, 6)], axis=0))


def beeps(seconds: float) -> Floats:
    time = _time(seconds)
    return _finished(0.3 * np.sin(2 * np.pi * 1000 * time) * (np.mod(time, 1) < 0.3))


def organ(seconds: float) -> Floats:
    """Chords of two seconds each, with a tremolo."""
    chord, time = _time(2), _time(2)
    swell = np.minimum(1, np.minimum(time * 10, (2 - time) * 10))
    played = []
    for pipes in [(262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294)]:
        chord = np.zeros(len(time))
        for pipe in pipes:
            for k in range(1, 6):
                wavering = 1 + 0.002 * np.sin(2 * np.pi * 5 * time)
                chord += 0.1 * swell * np.sin(2 * np.pi * pipe * k * time * wavering) / k
        played.append(chord)
    return _finished(np.concatenate([played[i % 4] for i in range(int(seconds / 2))]))


def tune(seconds: float, level: float = 0.5) -> Floats:
    """Plucked strings, two and a half notes a second."""
    random, time = np.random.default_rng(5), _time(2)
    wave = np.zeros(len(_time(seconds + 2)))
    for start in np.arange(0, seconds, 0.4):
        note = random.choice([220, 247, 262, 294, 330, 349, 392, 440, 494, 523])
        pluck = np.sum([np.sin(2 * np.pi * note * k * time) / k**1.5 for k in range(1, 8)], axis=0)
        place = round(start * SAMPLE_RATE)
        wave[place : place + len(time)] += 0.3 * level * pluck * np.exp(-3 * time)
    return _finished(wave[: len(_time(seconds))])


def quieter(voice: Floats, decibels: float) -> Floats:
    return _finished(voice.astype(np.float64) * 10 ** (-decibels / 20))


def in_noise(voice: Floats, ratio_db: float) -> Floats:
    """White noise as far below the voice as said."""
    noise = np.random.default_rng(7).standard_normal(len(voice))
    return _finished(voice + noise * np.sqrt(np.square(voice).mean()) * 10 ** (-ratio_db / 20))


def whispered(voice: Floats) -> Floats:
    """The voice without its tone: noise, shaped as the vocal tract shapes it."""
    size, hop = 512, 128
    window = np.hanning(size)
    padded = np.pad(voice.astype(np.float64), size)
    noise = np.random.default_rng(9).standard_normal(len(padded))
    starts = np.arange(0, len(padded) - size, hop)
    frames = np.arange(size) + starts[:, None]
    magnitude = np.abs(np.fft.rfft(padded[frames] * window))
    cepstrum = np.fft.irfft(np.log(magnitude + 1e-6))
    cepstrum[:, 30:-30] = 0  # leaves the envelope, takes the pitch
    envelope = np.exp(np.fft.rfft(cepstrum).real)
    shaped = np.fft.irfft(np.fft.rfft(noise[frames] * window) * envelope) * window
    wave = np.zeros(len(padded))
    for start, frame in zip(starts, shaped, strict=True):
        wave[start : start + size] += frame
    wave = wave[size:-size]
    return _finished(wave * np.sqrt(np.square(voice).mean() / np.square(wave).mean()))
