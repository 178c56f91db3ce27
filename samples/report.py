"""`python -m samples.report`: how many words of each sample recording the machine gets wrong.

Recognition is that of the archive, with its settings; the reference is the text that the voice was given.
Words are compared without punctuation and capital letters.
"""

import re
import unicodedata
from pathlib import Path
from tempfile import TemporaryDirectory

import jiwer

from archive.settings import Settings
from ingest.media.commands import Programs, find_programs
from ingest.media.decoding import decode
from ingest.media.probe import probe
from ingest.media.sound import read_stretch
from ingest.transcription.detection import choose_pieces, vote
from ingest.transcription.hallucination import mark_dropped
from ingest.transcription.transcriber import Transcriber, create_transcriber
from ingest.transcription.voice import measure_voice
from ingest.transcription.windows import plan_windows
from samples.texts import COLLECTION, read_all


def plain(text: str) -> str:
    """Its words in small letters, without punctuation."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w\s]", " ", text).split())


def hear(path: Path, programs: Programs, transcriber: Transcriber, window_ms: int) -> tuple[str, str]:
    """What recognition makes of a recording, and in which language."""
    with TemporaryDirectory() as folder:
        sound = decode(path, probe(path, programs), Path(folder) / "sound", programs)
        voice = measure_voice(sound.path)
        pieces = choose_pieces(voice, sound.duration_ms)
        heard = [
            (transcriber.detect_language(read_stretch(sound.path, piece.start_ms, piece.end_ms)), 1)
            for piece in pieces
        ]
        language = vote(heard)
        texts = []
        for window in plan_windows(voice, sound.duration_ms, window_ms):
            samples = read_stretch(sound.path, window.start_ms, window.end_ms)
            recognition = mark_dropped(transcriber.recognise(samples, window, language), voice)
            words = [word for segment in recognition.segments for word in segment.words]
            texts.append("".join(word.text for word in words if not word.dropped))
    return " ".join(texts), language.tag


def main() -> None:
    """Print the table, and what was heard."""
    settings = Settings()
    programs = find_programs(settings)
    transcriber = create_transcriber(settings)
    rows = []
    for text in read_all():
        words, language = hear(COLLECTION / text.file, programs, transcriber, settings.window_seconds * 1000)
        errors = jiwer.wer(plain(text.words), plain(words))
        rows.append(f"| {text.file} | {language} | {len(plain(text.words).split())} | {errors:.1%} |")
        print(f"{text.file}:{words}\n")
    print("| recording | language heard | words | word error rate |")
    print("| --- | --- | ---: | ---: |")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
