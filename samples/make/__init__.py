"""Makes the sample recordings out of `samples/texts`: voices, sound, title cards, captions."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # of the library that the voices run on; see ingest.transcription
