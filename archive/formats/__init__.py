"""Transcripts as files, and quotations: WebVTT, SubRip, plain text, JSON, one sentence of citation.

Each of `webvtt`, `subrip`, `plain` and `json` has

    write(reading, stream, recording, *, archive, address, gettext=str) -> str

which writes what a viewer may read (a `Reading` and one of its streams) and knows of nothing else.
`recording` is a recording's number, or None for all of them in order; `archive` the archive's name, `address`
the one to cite. Sentences for readers go through `gettext`. A machine's words never leave without saying so.
"""

from collections.abc import Callable

Gettext = Callable[[str], str]
"""Translates a sentence of the interface. `str` leaves it in English."""
