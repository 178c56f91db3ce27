"""`python -m tests.search.remaking LOG ARGUMENT...`: the `testimony` command as it is, with batches of three
testimonies, so that an index of thirty is made in many commits; a line in LOG for each testimony that a new
index was told of."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def main() -> None:
    """Run the command."""
    log = Path(sys.argv.pop(1))
    from search import reindexing

    write = reindexing.write

    def noting(engine: Any, batch: Any, index: Any, testimony_ids: Iterable[int], known: Any) -> Any:
        ids = list(testimony_ids)
        held = write(engine, batch, index, ids, known)
        with log.open("a") as file:
            file.writelines(f"{one}\n" for one in ids)
        return held

    reindexing.BATCH, reindexing.write = 3, noting
    from ingest.cli import main as testimony

    testimony()


if __name__ == "__main__":
    main()
