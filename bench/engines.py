"""Both recognition engines on the same weights: words, errors, processor time and memory, as a table.

    .venv-openai-whisper/bin/python -m bench.engines [FOLDER]

FOLDER holds recordings and SOURCES.tsv (default: ../shared/audio, as for bench.recognition). faster-whisper
takes Whisper base in CTranslate2 form, openai-whisper a checkpoint made of the same by ../shared/tools. Each
hears all recordings as the archive does, in a process of its own with one thread, in their languages, beam as
set. The real-time factor counts processor time of recognition, so that other work on the machine says little;
memory is the high-water mark of the process (VmHWM) with libraries and model, voice detection among them.
Linux only.
"""

import multiprocessing
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import jiwer

from archive.settings import Settings
from bench.recognition import FOLDER, Row, measure, plain, read_references
from ingest.media.commands import find_programs
from ingest.transcription.transcriber import create_factory
from ingest.transcription.weights import find_weights

CONVERTER = Path(__file__).parents[2] / "shared" / "tools" / "ct2_to_whisper_pt.py"


@dataclass(frozen=True, slots=True)
class Run:
    """What one engine made of all recordings."""

    label: str
    rows: list[Row]
    peak_mb: float


def hear_all(folder: Path, settings: Settings) -> Run:
    """In a process of its own: hear all recordings of a folder."""
    transcriber = create_factory(settings)()
    programs = find_programs(settings)
    rows = list(
        measure(folder, read_references(folder), transcriber, programs, settings.window_seconds * 1000)
    )
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    engine = transcriber.engine
    label = f"{engine.name} {engine.version}, {engine.parameters['compute_type']}"
    return Run(label, rows, peak / 1000)


def main() -> int:
    """Print the tables."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for needed in (folder / "SOURCES.tsv", CONVERTER):
        if not needed.is_file():
            print(f"{needed}: not there", file=sys.stderr)
            return 1
    with TemporaryDirectory() as scratch:
        checkpoint = Path(scratch) / "converted-base"
        checkpoint.mkdir()
        converted = find_weights(Settings(engine="faster-whisper", model="base"))
        shutil.copy(converted / "config.json", checkpoint)
        subprocess.run(
            [sys.executable, CONVERTER, converted, checkpoint / "model.pt"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        wanted = [
            Settings(engine="faster-whisper", model="base", compute_type="int8"),
            Settings(engine="faster-whisper", model="base", compute_type="float32"),
            Settings(engine="openai-whisper", model=str(checkpoint), compute_type="float32"),
        ]
        runs = []
        for settings in wanted:
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                runs.append(pool.apply(hear_all, (folder, settings)))
    _print(runs)
    return 0


def _print(runs: list[Run]) -> None:
    seconds = sum(row.seconds for row in runs[0].rows)
    print(f"{len(runs[0].rows)} recordings, {seconds:.0f} s; Whisper base, beam {Settings().beam_size}\n")
    print("| engine | words heard | dropped | word error rate | real-time factor | memory |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for run in runs:
        words = sum(len(plain(row.heard).split()) for row in run.rows)
        dropped = sum(row.dropped for row in run.rows)
        working = sum(row.working for row in run.rows) / seconds
        print(
            f"| {run.label} | {words} | {dropped} | {_errors(run.rows)} | {working:.3f} "
            f"| {run.peak_mb:.0f} MB |"
        )
    print("\n| recording | language | words | " + " | ".join(f"errors, {run.label}" for run in runs) + " |")
    print("| --- | --- | ---: |" + " ---: |" * len(runs))
    for each in zip(*(run.rows for run in runs), strict=True):
        reference = each[0].reference
        errors = " | ".join(_errors([row]) for row in each)
        print(
            f"| {reference.file} | {reference.language} | {len(plain(reference.text).split())} | {errors} |"
        )


def _errors(rows: list[Row]) -> str:
    references = [plain(row.reference.text) for row in rows]
    return f"{jiwer.wer(references, [plain(row.heard) for row in rows]):.1%}"


if __name__ == "__main__":
    sys.exit(main())
