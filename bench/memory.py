"""Memory of an ingest: the peak over all its processes for long recordings, and how it goes over a batch.

    python -m bench.memory [--minutes 30 180] [--video-minutes 30] [--batch 12] [--recognisers N]

Recordings are made of the repository's own samples, one after another with a second between, again and
again: the same arguments give the same sound. Each is brought in by a whole `testimony ingest`, with real
recognition, into a fresh archive. Memory is what the processes really hold (PSS: pages that several share are
counted once), added up over the command and all that it started, looked at five times a second; beside it the
high-water mark of each kind of process (VmHWM), as the kernel has kept it. Linux only.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from bench.site import COMMAND, environment
from samples.texts import COLLECTION

WANTED_MB = 1500
LOOK_EVERY_S = 0.2
PAUSE_S = 1
SOURCES = ("sample-002-1.m4a", "sample-005.m4a", "sample-002-2.mp3", "sample-003.ogg", "sample-004.ogg")
EXACT = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-flags:v", "+bitexact")
SOUND = ("-c:a", "aac", "-b:a", "64k", "-ar", "44100", "-ac", "1", "-movflags", "+faststart")
PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=320x240:r=25")
MPEG4 = ("-map", "0:v", "-map", "1:a", "-c:v", "mpeg4", "-b:v", "300k")


@dataclass(slots=True)
class Watch:
    """What was seen of a command's processes while it ran. Sizes in MB."""

    together: list[tuple[float, float]] = field(default_factory=list)
    """Time (monotonic seconds) and memory of all processes."""
    highest: dict[str, float] = field(default_factory=dict)
    """Kind of process -> the most that one of them ever had resident."""
    finished: list[float] = field(default_factory=list)
    """When each recording was done."""

    @property
    def peak(self) -> float:
        """The most that all processes held together."""
        return max(size for _, size in self.together)

    def peaks_of_files(self) -> list[float]:
        """The peak while each recording of a batch was worked on: from one that is done to the next. Two that
        are done at once share theirs."""
        peaks: list[float] = []
        for begin, end in pairwise([0.0, *self.finished]):
            seen = [size for at, size in self.together if begin < at <= end]
            peaks.append(max(seen) if seen else peaks[-1])
        return peaks


def make_sound(target: Path, seconds: float, first: int = 0, picture: bool = False) -> Path:
    """Speech of a given length, beginning with sample number `first`; with a moving picture, if asked for."""
    order = SOURCES[first % len(SOURCES) :] + SOURCES[: first % len(SOURCES)]
    cycle = target.with_name("cycle.wav")
    inputs = [argument for name in order for argument in ("-i", COLLECTION / name)]
    padded = "".join(
        f"[{place}:a]aresample=44100,aformat=channel_layouts=mono,apad=pad_dur={PAUSE_S}[p{place}];"
        for place in range(len(order))
    )
    joined = "".join(f"[p{place}]" for place in range(len(order)))
    mixing = ["-filter_complex", f"{padded}{joined}concat=n={len(order)}:v=0:a=1"]
    _ffmpeg(*inputs, *mixing, *EXACT, cycle)
    before, after = (PICTURE, MPEG4) if picture else ((), ())
    _ffmpeg(*before, "-stream_loop", -1, "-i", cycle, *after, "-t", seconds, *SOUND, *EXACT, target)
    cycle.unlink()
    return target


def _ffmpeg(*arguments: object) -> None:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *(str(each) for each in arguments)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def watch_ingest(
    paths: Sequence[Path],
    home: Path,
    recognisers: int | None,
    *,
    program: Sequence[str] = COMMAND,
    options: Sequence[str] = (),
) -> Watch:
    """Bring `paths` in, into the fresh archive `home`, and watch. Raises CalledProcessError."""
    chosen = environment(home, **({} if recognisers is None else {"recognisers": str(recognisers)}))
    command = [*program, "ingest", *options, *map(str, paths)]
    watch = Watch()
    with subprocess.Popen(
        command,
        env=chosen,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        reader = threading.Thread(target=_note_finished, args=(process, watch))
        reader.start()
        while process.poll() is None:
            watch.together.append((time.monotonic(), _look(process.pid, watch.highest)))
            time.sleep(LOOK_EVERY_S)
        reader.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return watch


def _note_finished(process: "subprocess.Popen[str]", watch: Watch) -> None:
    for line in process.stderr or ():
        if line.rstrip().endswith(": done"):
            watch.finished.append(time.monotonic())
        elif not line.startswith(("INFO", "collection")) and ": " not in line:
            print(line, end="", file=sys.stderr)


def _look(top: int, highest: dict[str, float]) -> float:
    """Memory of a process and all below it, now; raises the high-water marks."""
    together = 0.0
    for process in _family(top):
        try:
            together += _field(process / "smaps_rollup", "Pss:")
            resident = _field(process / "status", "VmHWM:")
            kind = _kind(process)
        except OSError:  # it has just ended
            continue
        highest[kind] = max(highest.get(kind, 0.0), resident)
    return together


def _family(top: int) -> Iterator[Path]:
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            below.setdefault(parent, []).append(int(entry.name))
    waiting = [top]
    while waiting:
        number = waiting.pop()
        waiting += below.get(number, [])
        yield Path("/proc", str(number))


def _field(file: Path, name: str) -> float:
    """A size that the kernel tells in kB, in MB; 0 where it tells none (a process that has ended)."""
    for line in file.read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1000
    return 0.0


def _kind(process: Path) -> str:
    words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
    if "multiprocessing.spawn" in " ".join(words):
        return "recogniser"
    if "resource_tracker" in " ".join(words):
        return "resource tracker"
    name = Path(words[0]).name
    return "testimony" if name.startswith("python") else name


def _row(name: str, watch: Watch, took_s: float) -> str:
    kinds = ", ".join(
        f"{kind} {watch.highest[kind]:.0f}"
        for kind in ("testimony", "recogniser", "ffmpeg", "ffprobe")
        if kind in watch.highest
    )
    return f"| {name} | {took_s:.0f} s | {watch.peak:.0f} MB | {kinds} |"


def measure_long(scratch: Path, minutes: float, recognisers: int | None, *, picture: bool = False) -> str:
    """A row of the first table: one recording by itself."""
    name = f"{minutes:g} minutes, {'video' if picture else 'sound'}"
    path = make_sound(scratch / f"{name}.{'mkv' if picture else 'm4a'}", minutes * 60, picture=picture)
    begin = time.monotonic()
    watch = watch_ingest([path], scratch / f"archive of {name}", recognisers)
    path.unlink()
    return _row(name, watch, time.monotonic() - begin)


def measure_batch(scratch: Path, count: int, seconds: float, recognisers: int | None) -> None:
    """The second table: many short recordings, one after another."""
    folder = scratch / "batch"
    folder.mkdir()
    for number in range(count):
        make_sound(folder / f"{number + 1:02}.m4a", seconds + number / 10, first=number)
    watch = watch_ingest([folder], scratch / "archive of a batch", recognisers)
    peaks = watch.peaks_of_files()
    print(f"\nA batch of {count} recordings of {seconds:g} s: peak until each was done, in MB")
    print(" ".join(f"{peak:.0f}" for peak in peaks))
    settled = peaks[len(peaks) // 4 :]
    slope = statistics.linear_regression(range(len(settled)), settled).slope if len(settled) > 1 else 0.0
    print(
        f"from the {len(peaks) - len(settled) + 1}. on {slope:+.1f} MB a recording; peak {watch.peak:.0f} MB"
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, nargs="*", default=[30, 180], help="lengths of recordings")
    parser.add_argument("--video-minutes", type=float, default=30, help="length of a video; 0: none")
    parser.add_argument("--batch", type=int, default=12, help="how many short recordings; 0: none")
    parser.add_argument("--batch-seconds", type=float, default=40, help="length of each")
    parser.add_argument(
        "--recognisers", type=int, help="recogniser processes; default: as the archive has it"
    )
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        print(
            f"{wanted.recognisers or os.cpu_count()} recognisers; wanted: at most {WANTED_MB} MB together\n"
        )
        print("| recording | took | peak of all processes | most of each kind, MB |")
        print("| --- | ---: | ---: | --- |", flush=True)
        for minutes in wanted.minutes:
            print(measure_long(scratch, minutes, wanted.recognisers), flush=True)
        if wanted.video_minutes:
            print(measure_long(scratch, wanted.video_minutes, wanted.recognisers, picture=True), flush=True)
        if wanted.batch:
            measure_batch(scratch, wanted.batch, wanted.batch_seconds, wanted.recognisers)


if __name__ == "__main__":
    main()
