"""WebVTT with the exact words: times are those at which each sentence was put into the recording."""

from samples.texts import Sentence


def webvtt(sentences: tuple[Sentence, ...], times: list[tuple[int, int]], language: str) -> str:
    """One cue a sentence, with its speaker; `times` are (start, end) in milliseconds."""
    cues = [(sentence.speaker, sentence.text) for sentence in sentences]
    return _written(cues, times, language)


def translation(sentences: tuple[Sentence, ...], times: list[tuple[int, int]]) -> str | None:
    """The English of it, cue for cue; None where it has none."""
    cues = [(sentence.speaker, sentence.english) for sentence in sentences if sentence.english]
    return _written(cues, times, "en") if cues else None


def _written(cues: list[tuple[str, str]], times: list[tuple[int, int]], language: str) -> str:
    lines = ["WEBVTT", f"Language: {language}", ""]
    for (speaker, words), (start, end) in zip(cues, times, strict=True):
        lines += [f"{_stamp(start)} --> {_stamp(end)}", f"<v {speaker}>{words}</v>", ""]
    return "\n".join(lines)


def _stamp(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
