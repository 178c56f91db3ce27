"""`python -m tests.ingest.cli.scripted ARGUMENT...`: the command `testimony` itself, in a process of its own,
with a transcriber that follows a script in place of Whisper.

All else is real: files, ffmpeg, database, store, index, worker, recogniser processes. `SCRIPT_LOG` names a
file that gets a line for each window that was recognised (see `Script.log`), `SCRIPT_SECONDS` says how long
each takes.
"""

import os
from functools import partial
from pathlib import Path

import ingest.worker
from ingest.cli import main
from tests.contracts.transcriber import Script

if __name__ == "__main__":
    log = os.environ.get("SCRIPT_LOG")
    seconds = float(os.environ.get("SCRIPT_SECONDS", "0"))
    script = Script(log=Path(log) if log else None, takes_s=seconds)
    ingest.worker.run_worker = partial(ingest.worker.run_worker, transcriber=script)
    main()
