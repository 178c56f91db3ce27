"""Hearing a window with openai-whisper, chunk by chunk, each in the language that the ear hears in it.

The library's own `transcribe` hears a window in one language; it leaves no place to ask between two chunks.
So its loop is here in our words, with its means (encoder, decoder, thresholds, word times): where the
language does not change, the same words at the same times come out (a test compares).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import torch
import whisper
from whisper.audio import HOP_LENGTH, N_FRAMES, N_SAMPLES, SAMPLE_RATE
from whisper.timing import add_word_timestamps
from whisper.tokenizer import get_tokenizer

from ingest.media.sound import Floats
from ingest.transcription.ear import FRAMES_A_SECOND, STATES_A_SECOND, Ear
from ingest.transcription.heap import give_back
from ingest.transcription.manner import TEMPERATURES, Passage, Spoken
from ingest.transcription.switches import Probabilities

assert SAMPLE_RATE == FRAMES_A_SECOND * HOP_LENGTH  # noqa: S101 - times count on it

THRESHOLDS: Final = {"compression_ratio": 2.4, "log_probability": -1.0, "no_speech": 0.6}
"""What a text is doubted by: those of `whisper.transcribe`, and of faster-whisper."""
BEST_OF: Final = 5
"""Drafts where words are drawn by lot: faster-whisper's, and that of whisper's command line."""
_FRAMES_A_STATE = FRAMES_A_SECOND // STATES_A_SECOND


class OpenAIChunks:
    """What one loaded model hears."""

    def __init__(self, model: Any, beam_size: int, half: bool) -> None:
        self._model = model
        self._beam_size = beam_size
        self._half = half

    def detect_language(self, sound: Floats) -> Probabilities:
        """Probability of each language (whisper's code) in the first half minute."""
        chunk = _Chunk(self._model, self._mel(sound)[:, :N_FRAMES], self._half)
        with torch.no_grad():
            return chunk.whole()

    def hear(self, sound: Floats, ear: Ear) -> Iterator[Passage]:
        """The passages of a window, in order; `ear` is at the chunk that each is of."""
        mel = self._mel(sound)
        end = mel.shape[-1] - N_FRAMES
        seek, last_word_s = 0, 0.0
        while seek < end:
            give_back()
            with torch.no_grad():
                chunk = _Chunk(self._model, mel[:, seek : min(seek + N_FRAMES, end)], self._half)
                ear.spoken = ear.own
                if self._model.is_multilingual:
                    ear.listen(chunk)
                if ear.frames is not None:
                    chunk = chunk.up_to(ear.frames)
                passages, further = self._hear_chunk(chunk, seek, ear, last_word_s)
            yield from passages
            last_word_s = max(
                [last_word_s, *(passage.words[-1].end for passage in passages if passage.words)]
            )
            seek = max(further, seek + _FRAMES_A_STATE)

    def _mel(self, sound: Floats) -> Any:
        """With half a minute of silence after it, as the encoder wants it."""
        return whisper.log_mel_spectrogram(sound, self._model.dims.n_mels, padding=N_SAMPLES)

    def _hear_chunk(
        self, chunk: "_Chunk", seek: int, ear: Ear, last_word_s: float
    ) -> tuple[list[Passage], int]:
        """What is said in a chunk, and the frame to go on at."""
        result = self._decode(chunk, ear.spoken)
        if result.no_speech_prob > THRESHOLDS["no_speech"] and _is_doubted(result):
            return [], seek + chunk.length
        tokenizer = get_tokenizer(
            self._model.is_multilingual,
            num_languages=self._model.num_languages,
            language=ear.spoken,
            task="transcribe",
        )
        pieces, heard, closed = _split(result.tokens, tokenizer.timestamp_begin, chunk.length)
        offset = seek / FRAMES_A_SECOND
        segments: list[dict[str, Any]] = [
            {"seek": seek, "start": offset + start, "end": offset + end, "tokens": tokens}
            for start, end, tokens in pieces
        ]
        add_word_timestamps(
            segments=segments,
            model=self._model,
            tokenizer=tokenizer,
            mel=chunk.mel,
            num_frames=chunk.length,
            last_speech_timestamp=last_word_s,
        )
        further = seek + heard
        last = max([offset, *(word["end"] for each in segments for word in each["words"][-1:])])
        if not closed and last > offset:
            further = round(last * FRAMES_A_SECOND)
        elif closed:
            further = ear.go_on(seek, round(last * FRAMES_A_SECOND), further)
        passages = [_passage(segment, result, tokenizer) for segment in segments]
        return [each for each in passages if each.text.strip() and each.start != each.end], further

    def _decode(self, chunk: "_Chunk", language: str) -> Any:
        """The text of a chunk: by beams and, where that is doubted, drawn by lot."""
        for temperature in TEMPERATURES:
            drawing = {"best_of": BEST_OF} if temperature else {"beam_size": self._beam_size}
            options = whisper.DecodingOptions(
                language=language, temperature=temperature, fp16=self._half, **drawing
            )
            result = whisper.decode(self._model, chunk.states[0], options)
            loops = result.compression_ratio > THRESHOLDS["compression_ratio"]
            silent = result.no_speech_prob > THRESHOLDS["no_speech"] and _is_doubted(result)
            if silent or not (loops or _is_doubted(result)):
                break
        return result


class _Chunk:
    """Up to half a minute of a window, and what the encoder makes of it."""

    def __init__(self, model: Any, mel: Any, half: bool) -> None:
        self._model, self._half = model, half
        self.length = mel.shape[-1]
        self._loudness = mel.mean(dim=0)
        filled = whisper.pad_or_trim(mel, N_FRAMES).to(model.device)
        self.mel = filled.half() if half else filled
        self.states = model.encoder(self.mel[None])

    def up_to(self, frames: int) -> "_Chunk":
        """Its beginning."""
        return _Chunk(self._model, self.mel[:, :frames], self._half)

    def loudness(self, first: int, last: int) -> Floats:
        heard: Floats = self._loudness[first:last].float().cpu().numpy()
        return heard

    def slices(self, seconds: Sequence[int], slice_s: int) -> list[Probabilities]:
        starts = [second * STATES_A_SECOND for second in seconds]
        length = slice_s * STATES_A_SECOND
        return self._languages(torch.cat([self.states[:, start : start + length] for start in starts]))

    def whole(self) -> Probabilities:
        (heard,) = self._languages(self.states)
        return heard

    def _languages(self, states: Any) -> list[Probabilities]:
        """What `whisper.detect_language` asks of the decoder; of stretches below half a minute, too."""
        tokenizer = get_tokenizer(self._model.is_multilingual, num_languages=self._model.num_languages)
        start = torch.tensor([[tokenizer.sot]] * len(states), device=states.device)
        logits = self._model.decoder(start, states)[:, 0, list(tokenizer.all_language_tokens)]
        heard = logits.float().softmax(dim=-1).tolist()
        return [dict(zip(tokenizer.all_language_codes, row, strict=True)) for row in heard]


def _is_doubted(result: Any) -> bool:
    return bool(result.avg_logprob < THRESHOLDS["log_probability"])


def _split(
    tokens: Sequence[int], stamp: int, length: int
) -> tuple[list[tuple[float, float, list[int]]], int, bool]:
    """A chunk's tokens cut where two times stand together: (start, end, tokens) in seconds of the chunk; the
    frames that are done with; whether nothing is said after the last. `stamp` is the token of time 0."""

    def seconds(token: int) -> float:
        return (token - stamp) / STATES_A_SECOND

    timed = [token >= stamp for token in tokens]
    closed = timed[-2:] == [False, True]
    cuts = [place for place, pair in enumerate(pairwise(timed), 1) if all(pair)]
    if cuts:
        cuts += [len(tokens)] if closed else []
        pieces = [list(tokens[first:last]) for first, last in pairwise([0, *cuts])]
        heard = length if closed else (tokens[cuts[-1] - 1] - stamp) * _FRAMES_A_STATE
        return [(seconds(piece[0]), seconds(piece[-1]), piece) for piece in pieces], heard, closed
    last = max((token for token in tokens if token > stamp), default=None)
    end = length / FRAMES_A_SECOND if last is None else seconds(last)
    return [(0.0, end, list(tokens))], length, closed


def _passage(segment: dict[str, Any], result: Any, tokenizer: Any) -> Passage:
    return Passage(
        start=segment["start"],
        end=segment["end"],
        text=tokenizer.decode([token for token in segment["tokens"] if token < tokenizer.eot]),
        words=tuple(
            Spoken(word["word"], float(word["start"]), float(word["end"]), float(word["probability"]))
            for word in segment["words"]
        ),
        average_log_probability=result.avg_logprob,
        no_speech_probability=result.no_speech_prob,
        temperature=result.temperature,
        compression_ratio=result.compression_ratio,
    )
