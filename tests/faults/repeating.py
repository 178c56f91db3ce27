"""`python -m tests.faults.repeating LOG ROUNDS ACCESSION LEVEL LEVEL...`: a person at `testimony access` who
changes their mind: says one level after the other, as often as asked, each with its number as the reason. A
line goes to LOG after each that was acknowledged: the moment, and the number."""

import sys
import time
from pathlib import Path


def main() -> None:
    """Say one after the other, by way of the command, in one process."""
    from ingest.cli import app

    log, rounds, accession, *levels = sys.argv[1:]
    for number in range(int(rounds)):
        level = levels[number % len(levels)]
        app(
            ["access", accession, level, "--reason", str(number), "--by", "An archivist"],
            standalone_mode=False,
        )
        with Path(log).open("a") as acknowledged:
            acknowledged.write(f"{time.monotonic()} {number}\n")


if __name__ == "__main__":
    main()
