"""Caption cues to passages of a transcript.

Captions are cut to fit a screen for three seconds; a transcript is read. So cues that carry one sentence on
become one passage. Nothing else is joined, and no passage loses the times of its cues: every word keeps
those of the cue that it stood in.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ingest.importers.webvtt import CaptionWord, Cue

LONGEST_MS = 30_000
"""About as long as a passage may be (docs: a segment)."""

PAUSE_MS = 1_000
"""A longer silence ends a passage even within a sentence: it is something that a reader should see."""

_OVERLAP_MS = 100
# Closing marks may follow the full stop. Hebrew's sof pasuq, Arabic's and Chinese marks among them.
_SENTENCE_END = re.compile(r"[.!?…։؟۔׃。！？]['\"’”»«“›‹)\]]*\Z")
# Captions mark another voice or a sound by a dash, by >> or in brackets.
_NEW_VOICE = re.compile(r"(?:[-\u2010-\u2015]|>>|\[|\(|♪|#)")


@dataclass(frozen=True, slots=True)
class CaptionPassage:
    """A passage of a person's captions: at most one speaker label, in milliseconds of the recording."""

    start_ms: int
    end_ms: int
    speaker: str | None
    language: str | None
    text: str
    words: tuple[CaptionWord, ...]

    @property
    def timed_as_one(self) -> bool:
        """Whether all words have just the times of the passage, so that they need not be kept."""
        return all((word.start_ms, word.end_ms) == (self.start_ms, self.end_ms) for word in self.words)


def join_cues(cues: Iterable[Cue]) -> tuple[CaptionPassage, ...]:
    """The passages that cues (in the order of their start) make up.

    A cue is joined to the one before where that leaves its sentence open, both have the same speaker label
    and language, at most a second lies between them, and the passage stays within 30 s. Cues without a label
    may change voices unsaid, so there the next one must also begin with a small letter.
    """
    return tuple(_passage(run) for run in _runs(cues))


def _runs(cues: Iterable[Cue]) -> Iterator[list[Cue]]:
    run: list[Cue] = []
    for cue in cues:
        if run and not (_goes_on(run[-1], cue) and cue.end_ms - run[0].start_ms <= LONGEST_MS):
            yield run
            run = []
        run.append(cue)
    if run:
        yield run


def _goes_on(cue: Cue, following: Cue) -> bool:
    """Whether `following` clearly carries on the sentence of `cue`."""
    if (cue.speaker, cue.language) != (following.speaker, following.language):
        return False
    if not -_OVERLAP_MS <= following.start_ms - cue.end_ms <= PAUSE_MS or following.end_ms < cue.end_ms:
        return False
    if _SENTENCE_END.search(cue.text) or _NEW_VOICE.match(following.text):
        return False
    return following.speaker is not None or following.text[0].islower()


def _passage(run: list[Cue]) -> CaptionPassage:
    words: list[CaptionWord] = []
    offset = 0
    for cue in run:
        words += [replace(word, offset=word.offset + offset) for word in cue.words]
        offset += len(cue.text) + 1
    return CaptionPassage(
        start_ms=run[0].start_ms,
        end_ms=run[-1].end_ms,
        speaker=run[0].speaker,
        language=run[0].language,
        text=" ".join(cue.text for cue in run),
        words=tuple(words),
    )
