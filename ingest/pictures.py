"""Pictures of a copy for listening: a still of a film, and how loud it is."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.access import Span
from archive.errors import ProgramFailed
from ingest.media.posters import make_poster
from ingest.media.waveforms import make_waveform
from ingest.workshop import Workshop
from schemas.media import Probe

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that lies where things are made; `kind` as in `Derivative`."""

    kind: str
    media_type: str
    path: Path


def make_pictures(
    shop: Workshop,
    original: Path,
    probe: Probe,
    copy: Path | None,
    played: Probe,
    name: str,
    closed: Sequence[Span],
) -> list[Picture]:
    """Those that there can be. `copy` is what is played, None where the original is; `probe` and `played` say
    what is in the two. Where stretches are closed, nothing but the copy is looked at."""
    partly = copy is not None and bool(closed)
    poster = make_poster(
        copy if copy and partly else original,
        played if partly else probe,
        shop.making / f"{name}.jpg",
        shop.programs,
        closed=closed,
    )
    waveform = _draw_waveform(shop, copy or original, played, name)
    pictures = [] if poster is None else [Picture("poster", "image/jpeg", poster)]
    return pictures if waveform is None else [*pictures, Picture("waveform", "image/svg+xml", waveform)]


def _draw_waveform(shop: Workshop, played: Path, probe: Probe, name: str) -> Path | None:
    """A copy without a waveform is heard all the same: what keeps it from being drawn keeps nobody from
    that."""
    try:
        return make_waveform(played, probe, shop.making / f"{name}.svg", shop.programs, shop.go_on)
    except ProgramFailed as error:
        log.warning("%s has no waveform: %s", name, error)
        return None
