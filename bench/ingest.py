"""What the archive costs over bare recognition: wall time of `testimony ingest` over faster-whisper called
directly on the same windows with as many processes, model loading counted in both.

    python -m bench.ingest [--pairs N]

The recordings are real English speech (../shared/audio), written as M4A, which needs no playback copy. Both
are whole processes, run in turn; the ratio is taken pair by pair, since machines drift.
"""

import argparse
import csv
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

AUDIO = Path(__file__).parents[2] / "shared" / "audio"
PROCESSES = os.cpu_count() or 1
RECORDINGS = 8
WINDOW_SECONDS = 60
"""Short windows, so that a few minutes of speech keep all processes busy in both."""


def make_recordings(folder: Path) -> None:
    """All the English recordings one after another, as M4A, several times, each time in another order."""
    with (AUDIO / "SOURCES.tsv").open() as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t") if row["language"] == "en"]
    sources = [AUDIO / row["file"] for row in rows if not row["file"].endswith(".mp4")]
    for number in range(RECORDINGS):
        order = sources[number:] + sources[:number]
        inputs = [argument for source in order for argument in ("-i", source)]
        joined = "".join(f"[{place}:a]" for place in range(len(order)))
        mixing = ["-filter_complex", f"{joined}concat=n={len(order)}:v=0:a=1", "-map_metadata", "-1"]
        target = folder / f"recording-{number + 1}.m4a"
        options = ["-c:a", "aac", "-b:a", "96k", "-ar", "44100", "-movflags", "+faststart"]
        command = ["ffmpeg", "-v", "error", *inputs, *mixing, *options, "-fflags", "+bitexact", target]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def time_ingest(folder: Path, home: Path) -> float:
    """Seconds that `testimony ingest` takes for the folder, into a fresh archive."""
    environment = os.environ | {
        "TESTIMONY_HOME": str(home),
        "TESTIMONY_WINDOW_SECONDS": str(WINDOW_SECONDS),
        "TESTIMONY_RECOGNISERS": str(PROCESSES),
    }
    command = [sys.executable, "-c", "from ingest.cli import main; main()", "ingest", folder]
    begin = time.perf_counter()
    subprocess.run([*command, "--language", "en", "--json"], env=environment, check=True, capture_output=True)
    return time.perf_counter() - begin


def windows_of(home: Path) -> list[tuple[str, int, int]]:
    """The windows that ingest made: file name, start and end in ms."""
    database = sqlite3.connect(home / "archive.db")
    rows = database.execute(
        "SELECT file.original_name, recognition.plan FROM recognition "
        "JOIN file ON file.id = recognition.file_id ORDER BY file.id"
    ).fetchall()
    database.close()
    return [(name, start, end) for name, plan in rows for start, end in json.loads(plan)]


def time_direct(folder: Path, windows: list[tuple[str, int, int]], plan: Path) -> float:
    """Seconds that faster-whisper takes for the same windows in as many processes."""
    plan.write_text(json.dumps([[str(folder / name), start, end] for name, start, end in windows]))
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-m", "bench.direct", plan, str(PROCESSES)], check=True)
    return time.perf_counter() - begin


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=3)
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "recordings")
        folder.mkdir()
        make_recordings(folder)
        time_ingest(folder, Path(scratch, "warm"))  # caches of files and weights
        windows = windows_of(Path(scratch, "warm"))
        seconds = sum(end - start for _, start, end in windows) / 1000
        print(f"{RECORDINGS} recordings, {seconds:.0f} s, {len(windows)} windows, {PROCESSES} processes")
        print(f"{'':8}{'ingest':>10}{'direct':>10}{'ratio':>8}")
        ratios = []
        for pair in range(1, pairs + 1):
            ingest = time_ingest(folder, Path(scratch, f"archive-{pair}"))
            direct = time_direct(folder, windows, Path(scratch, "plan.json"))
            ratios.append(ingest / direct)
            print(f"pair {pair:<3}{ingest:>9.1f}s{direct:>9.1f}s{ratios[-1]:>8.2f}")
        print(f"median ratio {statistics.median(ratios):.2f} (wanted: at most 1.10)")


if __name__ == "__main__":
    main()
