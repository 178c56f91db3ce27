"""`python -m bench.recognition [FOLDER]`: how fast and how right recognition is, as a table.

FOLDER holds recordings and SOURCES.tsv with their language and reference text (default: ../shared/audio).
Each recording is recognised as the archive does it, in one process with one thread, in its own language, with
the settings of the environment. The real-time factor is recognition time over length, without loading the
model; preparing is probing, decoding and finding the voice, over length too. Words are compared without case
and punctuation, in one Unicode form.
"""

import csv
import json
import re
import sys
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import jiwer

from archive.settings import Settings
from ingest.media.commands import Programs, find_programs
from ingest.media.decoding import decode
from ingest.media.probe import probe
from ingest.media.sound import read_stretch
from ingest.transcription.engines import settle_compute_type
from ingest.transcription.hallucination import mark_dropped
from ingest.transcription.transcriber import Language, Transcriber, create_transcriber
from ingest.transcription.voice import measure_voice
from ingest.transcription.windows import plan_windows

FOLDER = Path(__file__).parents[2] / "shared" / "audio"


@dataclass(frozen=True, slots=True)
class Reference:
    """A recording, and what is said in it."""

    file: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one recording. Times in seconds."""

    reference: Reference
    seconds: float
    preparing: float
    recognising: float
    working: float
    """Processor time of recognising, all threads."""
    heard: str
    dropped: int


def read_references(folder: Path) -> list[Reference]:
    """The recordings in a folder that have a reference text."""
    with (folder / "SOURCES.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = [Reference(row["file"], row["language"], _spoken(row["reference"])) for row in rows]
    return [each for each in found if each.text]


def _spoken(reference: str) -> str:
    if reference.startswith("["):
        return " ".join(word["word"] for part in json.loads(reference) for word in part["words"])
    return "" if reference.startswith("none") else reference


def plain(text: str) -> str:
    """Words alone, in one spelling."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join(re.findall(r"\w+(?:'\w+)*", text))


def measure(
    folder: Path, references: list[Reference], transcriber: Transcriber, programs: Programs, longest_ms: int
) -> Iterator[Row]:
    """Recognise one recording after the other."""
    with TemporaryDirectory() as work:
        for reference in references:
            path = folder / reference.file
            started = time.perf_counter()
            sound = decode(path, probe(path, programs), Path(work) / "sound", programs)
            voice = measure_voice(sound.path)
            prepared, before = time.perf_counter(), time.process_time()
            windows = [
                mark_dropped(
                    transcriber.recognise(
                        read_stretch(sound.path, window.start_ms, window.end_ms),
                        window,
                        Language(reference.language),
                    ),
                    voice,
                )
                for window in plan_windows(voice, sound.duration_ms, longest_ms)
            ]
            done = time.perf_counter()
            words = [word for window in windows for word in window.words]
            yield Row(
                reference=reference,
                seconds=sound.duration_ms / 1000,
                preparing=prepared - started,
                recognising=done - prepared,
                working=time.process_time() - before,
                heard="".join(word.text for word in words if word.dropped is None),
                dropped=sum(word.dropped is not None for word in words),
            )


def main() -> int:
    """Print the table."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    if not (folder / "SOURCES.tsv").is_file():
        print(
            f"{folder}: no SOURCES.tsv; name a folder with recordings and their references", file=sys.stderr
        )
        return 1
    settings = Settings()
    started = time.perf_counter()
    transcriber = create_transcriber(settings)
    engine, settled = transcriber.engine, f"{settle_compute_type(settings)} on {settings.device}"
    print(f"{engine.name} {engine.version}, model {engine.model}, {settled}, beam {settings.beam_size};")
    print(f"weights checked and loaded in {time.perf_counter() - started:.1f} s\n")
    print("| recording | language | seconds | words | word errors | dropped | preparing | real-time factor |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    rows = []
    longest_ms = settings.window_seconds * 1000
    for row in measure(folder, read_references(folder), transcriber, find_programs(settings), longest_ms):
        rows.append(row)
        print(_line(row.reference.file, row.reference.language, [row]), flush=True)
    if rows:
        print(_line("all", "", rows))
    return 0


def _line(name: str, language: str, rows: list[Row]) -> str:
    references, heard = [plain(row.reference.text) for row in rows], [plain(row.heard) for row in rows]
    seconds = sum(row.seconds for row in rows)
    cells = [
        name,
        language,
        f"{seconds:.1f}",
        str(sum(len(reference.split()) for reference in references)),
        f"{jiwer.wer(references, heard):.1%}",
        str(sum(row.dropped for row in rows)),
        f"{sum(row.preparing for row in rows) / seconds:.3f}",
        f"{sum(row.recognising for row in rows) / seconds:.3f}",
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
