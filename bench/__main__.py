"""`python -m bench`: every measurement, one table after the other."""

import subprocess
import sys

TABLES = {
    "bench.recognition": "Recognition: real-time factor and word error rate",
    "bench.ingest": "Ingest: wall time over faster-whisper called directly",
    "bench.video": "Video: what a playback copy costs",
    "bench.memory": "Memory: its peak for long recordings, and over a batch",
    "bench.reindex": "Search index: made anew, and purged after a closing",
}


def main() -> None:
    """Print all tables; ends with 1 if one could not be made."""
    failed = False
    for module, title in TABLES.items():
        print(f"\n{title}\n{'-' * len(title)}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", module], check=False).returncode != 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
