"""What a playback copy costs: the real samples of ../shared that need one, one after the other.

python -m bench.video
"""

import tempfile
import time
from pathlib import Path

from archive.errors import ArchiveError
from archive.settings import Settings
from ingest.media.commands import find_programs
from ingest.media.playable import plan_playback
from ingest.media.playback import make_playback
from ingest.media.probe import probe

FOLDERS = [Path(__file__).parents[2] / "shared" / name for name in ("audio", "data/media")]
KINDS = (".mp4", ".mov", ".mkv", ".webm")


def main() -> None:
    """Print the table."""
    programs = find_programs(Settings())
    print(f"{'file':30}{'seconds':>9}{'copy':>9}{'factor':>9}  why")
    with tempfile.TemporaryDirectory() as scratch:
        for path in sorted(path for folder in FOLDERS for path in folder.glob("*") if path.suffix in KINDS):
            try:
                facts = probe(path, programs)
                plan = plan_playback(facts)
                if plan.original or not facts.has_video:
                    continue
                begin = time.perf_counter()
                make_playback(path, facts, Path(scratch), path.stem, programs)
            except ArchiveError as error:
                print(f"{path.name:30}{'':27}  {error}")
                continue
            took, seconds = time.perf_counter() - begin, facts.duration_ms / 1000
            print(f"{path.name:30}{seconds:>8.1f}s{took:>8.1f}s{took / seconds:>9.3f}  {plan.reasons[0]}")


if __name__ == "__main__":
    main()
