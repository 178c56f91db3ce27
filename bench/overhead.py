"""What the archive adds to recognition, file by file: many short recordings, and a transcriber that hears
nothing and takes no time (bench.silent).

    python -m bench.overhead [--files N] [--seconds S] [--recognisers 1 2]

The recordings are generated noise in M4A, which needs no playback copy. Each number of recogniser processes
gets a fresh archive. Memory is looked at as in bench.memory. Linux only.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.memory import Watch, watch_ingest

SILENT = (sys.executable, "-m", "bench.silent")


def make_recordings(folder: Path, files: int, seconds: int) -> None:
    """So many recordings, no two of them alike, of about so many seconds each."""
    folder.mkdir()
    # A last one that may be cut short is made and thrown away.
    noise = f"anoisesrc=r=16000:c=pink:seed=1:a=0.2:d={(files + 1) * seconds}"
    command: list[str | Path] = [
        *("ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", noise, "-c:a", "aac", "-b:a", "64k"),
        *("-f", "segment", "-segment_time", str(seconds)),
        *("-segment_format_options", "movflags=+faststart", folder / "%04d.m4a"),
    ]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    for beyond in sorted(folder.iterdir())[files:]:
        beyond.unlink()


def measure(folder: Path, home: Path, recognisers: int) -> str:
    """A row of the table: an ingest of the folder into the fresh archive `home`."""
    files = len(list(folder.iterdir()))
    began, worked = time.perf_counter(), _worked()
    watch = watch_ingest([folder], home, recognisers, program=SILENT, options=("--language", "en"))
    took, worked = time.perf_counter() - began, _worked() - worked
    if len(watch.finished) != files:
        sys.exit(f"{len(watch.finished)} of {files} recordings were done")
    between = sorted(_between(watch))
    cells = [
        str(recognisers),
        f"{took:.0f} s",
        f"{took / files * 1000:.0f} ms",
        f"{worked / files * 1000:.0f} ms",
        f"{between[len(between) // 2] * 1000:.0f} ms",
        f"{files / took * 60:.0f}",
        *(f"{size:.0f}" for size in _quarters(watch)),
    ]
    return f"| {' | '.join(cells)} |"


def _between(watch: Watch) -> list[float]:
    """Seconds from one recording that is done to the next."""
    return [later - before for before, later in zip(watch.finished, watch.finished[1:], strict=False)]


def _quarters(watch: Watch) -> list[float]:
    """The median of memory in each quarter of the time in which recordings were finished, in MB."""
    first, last = watch.finished[0], watch.finished[-1]
    quarters: list[list[float]] = [[], [], [], []]
    for at, size in watch.together:
        if first <= at < last:
            quarters[int((at - first) / (last - first) * 4)].append(size)
    return [statistics.median(sizes) for sizes in quarters if sizes]


def _worked() -> float:
    """Seconds of processor that all processes took that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=4, help="length of each recording")
    parser.add_argument("--recognisers", type=int, nargs="*", default=[1, 2], help="recogniser processes")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "recordings")
        make_recordings(folder, wanted.files, wanted.seconds)
        count = len(list(folder.iterdir()))
        print(f"{count} recordings of {wanted.seconds} s; load average {os.getloadavg()[0]:.1f}\n")
        print(
            "| recognisers | took | a file | processor a file | one to the next, median | files a minute "
            "| MB, first quarter | second | third | last |"
        )
        print(f"| {' | '.join(['---:'] * 10)} |", flush=True)
        for recognisers in wanted.recognisers:
            print(measure(folder, Path(scratch, f"archive-{recognisers}"), recognisers), flush=True)


if __name__ == "__main__":
    main()
