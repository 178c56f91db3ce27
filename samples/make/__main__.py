"""`python -m samples.make [NAME...]`: make the recordings and captions of `samples/collection` again.

Needs Debian's ffmpeg, espeak-ng, flite, chromium and fonts-sil-charis, and requirements/samples.txt. The
neural voice never says a sentence twice in quite the same way, so new recordings differ from the old ones.
"""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from samples.make import captions, cards, sound, voices
from samples.texts import COLLECTION, Text, read_all

LEAD_MS = 300
"""Silence before the first sentence."""


def perform(text: Text) -> tuple[voices.Samples, list[tuple[int, int]]]:
    """The recording's samples, and (start, end) in milliseconds of each sentence in it."""
    spoken = [voices.speak(text.voices[sentence.speaker], sentence.say) for sentence in text.sentences]
    for speaker in text.voices:
        # Each speaker is brought to one loudness as a whole, so that sentences keep their own weight.
        own = [number for number, sentence in enumerate(text.sentences) if sentence.speaker == speaker]
        gain = sound.gain(np.concatenate([spoken[number] for number in own]))
        for number in own:
            spoken[number] = spoken[number] * gain
    pieces = [_silence(LEAD_MS)]
    times = []
    at = len(pieces[0])
    for sentence, samples in zip(text.sentences, spoken, strict=True):
        times.append((at * 1000 // sound.RATE, (at + len(samples)) * 1000 // sound.RATE))
        pause = _silence(sentence.pause_ms)
        pieces += [samples, pause]
        at += len(samples) + len(pause)
    return np.concatenate(pieces), times


def make(text: Text) -> None:
    """One recording, and its captions where it brings some."""
    samples, times = perform(text)
    path = COLLECTION / text.file
    length_ms = len(samples) * 1000 // sound.RATE
    if path.suffix == ".mp4":
        pairs = zip(text.sentences, times, strict=True)
        titles = [(sentence.chapter, start) for sentence, (start, _) in pairs if sentence.chapter]
        with TemporaryDirectory() as folder:
            alone = Path(folder) / "sound.m4a"
            sound.encode(samples, alone)
            cards.film(titles, alone, length_ms, path, _browser())
    else:
        sound.encode(samples, path)
    if text.captions:
        words = captions.webvtt(text.sentences, times, text.language)
        path.with_suffix(".vtt").write_text(words, encoding="utf-8")
        if english := captions.translation(text.sentences, times):
            path.with_suffix(".en.vtt").write_text(english, encoding="utf-8")
    print(f"{path.name}: {length_ms / 1000:.1f} s, {path.stat().st_size / 1000:.0f} kB")
    for sentence, (start, _) in zip(text.sentences, times, strict=True):
        if sentence.chapter:
            # Chapters stand in the sidecar, which is written by hand: these are the times to put there.
            print(f"  {sentence.chapter}: {start / 1000:.1f}")


def _silence(ms: int) -> voices.Samples:
    return np.zeros(sound.RATE * ms // 1000, dtype=np.float32)


def _browser() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        sys.exit("The title cards are drawn by Chromium: install it (Debian: apt install chromium).")
    return found


def main() -> None:
    """Make what is named, or all."""
    for program in ("ffmpeg", "espeak-ng", "flite"):
        if not shutil.which(program):
            sys.exit(f"{program} is missing (Debian: apt install {program}).")
    wanted = sys.argv[1:]
    for each in read_all():
        if not wanted or Path(each.file).stem in wanted:
            make(each)


if __name__ == "__main__":
    main()
