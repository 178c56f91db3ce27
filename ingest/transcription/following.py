"""faster-whisper that follows its speakers from one language into another (`ear`).

faster-whisper hears each chunk of a window in the language of the window. What is overridden here are steps
of WhisperModel.generate_segments (1.2): before a chunk is written, the ear is asked.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import faster_whisper
import numpy as np
from faster_whisper.transcribe import get_ctranslate2_storage

from ingest.media.sound import Floats
from ingest.transcription.ear import FRAMES_A_SECOND, STATES_A_SECOND, Ear
from ingest.transcription.heap import give_back
from ingest.transcription.switches import Probabilities


class FollowingWhisper(faster_whisper.WhisperModel):  # type: ignore[misc]  # the library has no types
    """Remembers, too, whether it drew lots: above temperature 0 words are sampled."""

    sampled = False
    ear: Ear | None = None
    """None: it hears as the library does."""
    _no_speech_threshold: float | None = None

    def encode(self, features: Floats) -> Any:
        """The encoder's output for a chunk, up to the first change of language in it."""
        give_back()
        output = super().encode(features)
        if self.ear is None:
            return output
        self.ear.listen(_Chunk(self, features, output))
        if self.ear.frames is not None:
            heard = features.copy()
            heard[:, self.ear.frames :] = 0  # as the library fills up a short chunk
            output = super().encode(heard)
        return output

    def generate_with_fallback(
        self, encoder_output: Any, prompt: list[int], tokenizer: Any, options: Any
    ) -> Any:
        """The text of a chunk, in its language."""
        if self.ear is not None:
            tokenizer.language = tokenizer.tokenizer.token_to_id(f"<|{self.ear.spoken}|>")
            tokenizer.language_code = self.ear.spoken
            prompt = self.get_prompt(tokenizer, [], without_timestamps=options.without_timestamps)
            if options.no_speech_threshold is None:
                options.no_speech_threshold = self._no_speech_threshold
        before, self.sampled = self.sampled, True  # also where it breaks off
        result = super().generate_with_fallback(encoder_output, prompt, tokenizer, options)
        self.sampled = before or result[2] > 0
        if self.ear is not None and self.ear.frames is not None:
            # A chunk without speech is skipped whole; what comes after the change would be lost.
            self._no_speech_threshold = options.no_speech_threshold
            options.no_speech_threshold = None
        return result

    def _split_segments_by_timestamps(
        self, *args: Any, segment_size: int, segment_duration: float, seek: int, **others: Any
    ) -> Any:
        size = self._heard_of(segment_size)
        duration = segment_duration * size / segment_size
        segments, further, ends = super()._split_segments_by_timestamps(
            *args, segment_size=size, segment_duration=duration, seek=seek, **others
        )
        if self.ear is not None and ends and segments:
            further = self.ear.go_on(seek, round(segments[-1]["end"] * FRAMES_A_SECOND), further)
        return segments, further, ends

    def add_word_timestamps(
        self, segments: Any, tokenizer: Any, encoder_output: Any, num_frames: int, *args: Any, **others: Any
    ) -> Any:
        """Times of the words, within what was heard."""
        return super().add_word_timestamps(
            segments, tokenizer, encoder_output, self._heard_of(num_frames), *args, **others
        )

    def _heard_of(self, frames: int) -> int:
        return frames if self.ear is None else self.ear.heard_of(frames)


class _Chunk:
    """One chunk, and what the encoder made of it."""

    def __init__(self, whisper: FollowingWhisper, features: Floats, output: Any) -> None:
        self._whisper, self._features, self._output = whisper, features, output
        self.length = int(np.flatnonzero(features.any(axis=0)).max(initial=-1)) + 1  # the rest is zeros

    def loudness(self, first: int, last: int) -> Floats:
        return self._features[:, first:last].mean(axis=0)  # type: ignore[no-any-return]  # numpy's means are Any

    def slices(self, seconds: Sequence[int], slice_s: int) -> list[Probabilities]:
        states, length = self._states, slice_s * STATES_A_SECOND
        starts = [second * STATES_A_SECOND for second in seconds]
        return self._languages(
            get_ctranslate2_storage(np.stack([states[0, start : start + length] for start in starts]))
        )

    def whole(self) -> Probabilities:
        (heard,) = self._languages(self._output)
        return heard

    @cached_property
    def _states(self) -> Any:
        output = self._output
        if output.device != "cpu":  # what lies on a graphics card cannot be cut here
            features = get_ctranslate2_storage(self._features[None])
            output = self._whisper.model.encode(features, to_cpu=True)
        return np.asarray(output)

    def _languages(self, output: Any) -> list[Probabilities]:
        return [
            {token[2:-2]: float(probability) for token, probability in heard}
            for heard in self._whisper.model.detect_language(output)
        ]
