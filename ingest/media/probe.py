"""What a media file holds. ffprobe reads the header, then walks all packets: a header may lack the duration,
estimate it, or promise more than an interrupted copy brought along."""

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

from archive.errors import MediaError, ProgramFailed
from ingest.media.boxes import index_first, is_webm
from ingest.media.captions import carries_text
from ingest.media.carried import carries_more
from ingest.media.commands import MOST_PIXELS, Limits, Programs, address, run, sandbox
from schemas.media import AudioStream, Probe, VideoStream

KINDS = ("wav", "flac", "mp3", "m4a", "ogg", "opus", "mp4", "mov", "mkv", "webm")
"""Endings of the file kinds that the archive takes."""

_LISTED = f"{', '.join(KINDS[:-1])} or {KINDS[-1]}"
_NO_KIND = f"is none of the kinds that the archive takes: {_LISTED}"

_HEADER = (
    "format=format_name,start_time,duration:format_tags:"
    "stream=index,codec_name,codec_type,codec_tag_string,profile,pix_fmt,width,height,sample_aspect_ratio,"
    "avg_frame_rate,r_frame_rate,field_order,sample_rate,channels,bit_rate:stream_tags:"
    "stream_disposition=attached_pic,default:stream_side_data=rotation:chapter=id"
)
_PACKETS = "packet=stream_index,pts_time,duration_time,size,flags"

_COMPLAINTS = " complaints"
"""Beside what ffprobe answers: the last lines that it wrote to stderr."""

_TECHNICAL_TAGS = frozenset(
    {"compatible_brands", "duration", "encoder", "language", "major_brand", "minor_version", "vendor_id"}
)
"""Tags that describe the file and nobody in it. `handler_name` is one only with these values, as some
programs write the file's name there:"""
_HANDLERS = frozenset({"VideoHandler", "SoundHandler", "Core Media Video", "Core Media Audio"})

LONGEST_MS = 24 * 3_600_000
"""A recording is one tape or session. A file of 64 KB can say, packet by packet, that it lasts ten years, and
would be ten terabytes of silence for the recogniser."""

_MOST_STRETCHED = 4
"""Times that a picture is shown wider, or higher, than it is: 2 is the most that any tape or disc has. A file
that wants more is shown as it is."""

_TOO_LARGE = re.compile(r"Picture size (\d+)x(\d+) exceeds")

_Header: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class _Extent:
    """What the packets of one stream say. Times in seconds as the file counts them."""

    start: float = math.inf
    end: float = -math.inf
    last_end: float | None = None
    largest_gap: float = 0.0
    packets: int = 0
    size: int = 0
    smallest: int = 2**62
    largest: int = 0
    before: int | None = None
    """Size of the packet before: a stream's last one may be shorter, so one counts when there is a next."""

    def add(self, pts: float | None, duration: float | None, size: int) -> None:
        self.packets += 1
        self.size += size
        if self.before is not None and self.packets > 2:
            self.smallest, self.largest = min(self.smallest, self.before), max(self.largest, self.before)
        self.before = size
        if pts is None:
            return
        if self.last_end is not None:
            self.largest_gap = max(self.largest_gap, pts - self.last_end)
        self.start = min(self.start, pts)
        self.last_end = pts + (duration or 0.0)
        self.end = max(self.end, self.last_end)

    @property
    def constant(self) -> bool:
        return self.packets > 3 and self.largest - self.smallest <= 1


def probe(path: Path, programs: Programs) -> Probe:
    """What `path` holds. Reads the whole file, and an MP4 with H.264 twice.

    Raises MediaError where it is none of the kinds that the archive takes, damaged beyond reading, or without
    sound and picture. A file that ends before its header says is described as far as it goes
    (`Probe.cut_short`).
    """
    try:
        size = path.stat().st_size if path.is_file() else None
    except OSError as error:
        raise MediaError(path, f"cannot be read: {error.strerror}") from error
    if size is None:
        raise MediaError(path, "is not a file")
    if size == 0:
        raise MediaError(path, "is empty")
    header = _read_header(path, programs)
    declared = _seconds(header["format"].get("duration"))
    start = _seconds(header["format"].get("start_time")) or 0.0
    extents = _walk(path, programs, size, start)
    if (size_of := _too_large(header)) is not None:
        raise MediaError(path, f"its picture is {size_of}, more than {MOST_PIXELS // 10**6} million pixels")
    video = _video(header, extents, start)
    audio = _audio(header, extents, start)
    for kind, found in (("video", video), ("audio", audio)):
        if found is None and (tag := _unknown(header, kind)) is not None:
            raise MediaError(path, f"its {kind} is protected, or in a form that ffmpeg cannot decode ({tag})")
    if video is None and audio is None:
        raise MediaError(path, "holds neither sound nor moving picture")
    duration_ms = max(stream.end_ms for stream in (video, audio) if stream is not None)
    if duration_ms <= 0:
        raise MediaError(path, "has no length: its packets carry no times")
    container = _container(header, path)
    return Probe(
        container=container,
        size=size,
        duration_ms=duration_ms,
        declared_ms=None if declared is None else max(0, round(declared * 1000)),
        start_ms=round(start * 1000),
        bit_rate=max(1, size * 8000 // duration_ms),
        index_first=index_first(path) if container in ("mp4", "mov") else None,
        described=_is_described(header)
        or carries_more(path, container)
        or (
            # All others are played in copies, which carry no text.
            container == "mp4"
            and video is not None
            and video.codec == "h264"
            and carries_text(path, video.stream, size, programs)
        ),
        video=video,
        audio=audio,
    )


def _read_header(path: Path, programs: Programs) -> _Header:
    arguments = ["-v", "error", *sandbox(), "-show_entries", _HEADER, "-of", "json", address(path)]
    complaints: list[str] = []
    try:
        answer = run(programs.ffprobe, arguments, Limits(timeout_s=120, cpu_s=60), on_end=complaints.extend)
        header: _Header = json.loads(answer)
    except ProgramFailed as error:
        raise MediaError(path, _why_unreadable(error, path)) from error
    except ValueError as error:
        raise MediaError(path, "cannot be read: ffprobe's answer makes no sense") from error
    if "format" not in header:
        raise MediaError(path, _NO_KIND)
    header[_COMPLAINTS] = complaints
    return header


def _walk(path: Path, programs: Programs, size: int, start: float) -> dict[int, _Extent]:
    """The extent of every stream, by its number. Raises MediaError as soon as one goes on for too long."""
    extents: dict[int, _Extent] = {}

    def add(line: str) -> None:
        fields = line.split(",")
        if len(fields) < 5 or not fields[0].isdigit() or not fields[3].isdigit():
            return
        if "D" in fields[4]:  # decoded, but not to be shown: before an edit list's start, or encoder priming
            return
        extent = extents.setdefault(int(fields[0]), _Extent())
        extent.add(_seconds(fields[1]), _seconds(fields[2]), int(fields[3]))
        if (extent.end - start) * 1000 > LONGEST_MS:
            raise MediaError(
                path,
                f"goes on for {(extent.end - start) / 3600:.0f} hours or longer; "
                f"expected at most {LONGEST_MS // 3_600_000}",
            )

    # At least a megabyte a second, as from a network drive, and 20 for each second of processor.
    limits = Limits(timeout_s=120 + size / 10**6, cpu_s=60 + size // (20 * 10**6))
    arguments = ["-v", "error", *sandbox(), "-show_entries", _PACKETS, "-of", "csv=p=0", address(path)]
    try:
        run(programs.ffprobe, arguments, limits, add)
    except ProgramFailed as error:
        raise MediaError(path, _why_unreadable(error, path)) from error
    return extents


def _why_unreadable(error: ProgramFailed, path: Path) -> str:
    if any("not on whitelist" in line for line in error.lines):
        return _NO_KIND
    if (found := _size_complained_of(error.lines)) is not None:
        return f"its picture is {found}, more than {MOST_PIXELS // 10**6} million pixels"
    said = error.lines[-1].removeprefix(address(path)).lstrip(": ") if error.lines else error.reason
    return f"cannot be read as {_LISTED}: {said}"


def _size_complained_of(lines: Iterable[str]) -> str | None:
    found = next(filter(None, map(_TOO_LARGE.search, lines)), None)
    return f"{found[1]} x {found[2]}" if found else None


def _too_large(header: _Header) -> str | None:
    """The size of a picture that was not looked at for its size, if there is one that is no cover."""
    for stream in header.get("streams", []):
        if stream.get("codec_type") == "video" and not _is_cover(stream):
            size = int(stream.get("width", 0)) * int(stream.get("height", 0))
            if size > MOST_PIXELS:
                return f"{stream['width']} x {stream['height']}"
            if size == 0 and (found := _size_complained_of(header[_COMPLAINTS])) is not None:
                return found
    return None


def _unknown(header: _Header, kind: str) -> str | None:
    """The tag of a stream of a kind that nothing here can decode, if there is one."""
    for stream in header.get("streams", []):
        if stream.get("codec_type") == kind and not _is_cover(stream) and not _is_known(stream):
            return str(stream.get("codec_tag_string", "unknown"))
    return None


def _is_cover(stream: _Header) -> bool:
    return bool(stream.get("disposition", {}).get("attached_pic"))


def _is_known(stream: _Header) -> bool:
    return stream.get("codec_name") not in (None, "none", "unknown")


def _streams(header: _Header, kind: str, extents: dict[int, _Extent]) -> list[tuple[_Header, _Extent]]:
    """The streams of a kind that can be decoded and have timed packets, the file's default first."""
    found = [
        (stream, extents[stream["index"]])
        for stream in header.get("streams", [])
        if stream.get("codec_type") == kind
        and _is_known(stream)
        and not _is_cover(stream)
        and math.isfinite(extents.get(stream["index"], _Extent()).end)
    ]
    return sorted(found, key=lambda pair: not pair[0].get("disposition", {}).get("default"))


def _video(header: _Header, extents: dict[int, _Extent], start: float) -> VideoStream | None:
    for stream, extent in _streams(header, "video", extents):
        width, height = int(stream.get("width", 0)), int(stream.get("height", 0))
        if width <= 0 or height <= 0:
            continue
        stretched = _ratio(stream.get("sample_aspect_ratio"), ":") or Fraction(1)
        if not Fraction(1, _MOST_STRETCHED) <= stretched <= _MOST_STRETCHED:
            stretched = Fraction(1)
        shown = max(1, round(width * stretched))
        turned = _rotation(stream)
        upright = (shown, height) if turned % 180 == 0 else (height, shown)
        rate = _ratio(stream.get("avg_frame_rate"), "/") or _ratio(stream.get("r_frame_rate"), "/")
        return VideoStream(
            codec=stream["codec_name"],
            profile=stream.get("profile"),
            pixel_format=stream.get("pix_fmt"),
            coded_width=width,
            coded_height=height,
            width=upright[0],
            height=upright[1],
            rotation=turned,
            frame_rate=round(float(rate), 3) if rate else None,
            bit_rate=_bit_rate(stream, extent),
            interlaced=stream.get("field_order") in ("tt", "bb", "tb", "bt"),
            stream=stream["index"],
            start_ms=_from(start, extent.start),
            end_ms=_from(start, extent.end),
        )
    return None


def _audio(header: _Header, extents: dict[int, _Extent], start: float) -> AudioStream | None:
    usable = [
        pair
        for pair in _streams(header, "audio", extents)
        if int(pair[0].get("sample_rate", 0)) > 0 and int(pair[0].get("channels", 0)) > 0
    ]
    if not usable:
        return None
    heard = usable if _are_microphones([stream for stream, _ in usable]) else usable[:1]
    first, extent = heard[0]
    return AudioStream(
        codec=first["codec_name"],
        profile=first.get("profile"),
        sample_rate=int(first["sample_rate"]),
        channels=int(first["channels"]),
        bit_rate=_bit_rate(first, extent),
        constant_bit_rate=extent.constant,
        streams=tuple(sorted(stream["index"] for stream, _ in heard)),
        start_ms=_from(start, min(extent.start for _, extent in heard)),
        end_ms=_from(start, max(extent.end for _, extent in heard)),
        largest_gap_ms=max(0, *(round(extent.largest_gap * 1000) for _, extent in heard)),
    )


def _are_microphones(streams: list[_Header]) -> bool:
    """Whether each stream is one microphone of the same interview, as cameras with two inputs write them:
    several, each with one channel, at one rate, in no different languages."""
    return (
        len(streams) > 1
        and all(int(stream["channels"]) == 1 for stream in streams)
        and len({stream["sample_rate"] for stream in streams}) == 1
        and len({stream.get("tags", {}).get("language", "und") for stream in streams}) == 1
    )


def _bit_rate(stream: _Header, extent: _Extent) -> int | None:
    if str(stream.get("bit_rate", "")).isdigit():
        return int(stream["bit_rate"])
    seconds = extent.end - extent.start
    return round(extent.size * 8 / seconds) if seconds > 0 else None


def _rotation(stream: _Header) -> int:
    for side in stream.get("side_data_list", []):
        if "rotation" in side:  # ffprobe counts anticlockwise
            return round(-float(side["rotation"]) / 90) * 90 % 360
    return 0


def _container(header: _Header, path: Path) -> str:
    names = str(header["format"]["format_name"]).split(",")
    if "mov" in names:
        brand = str(header["format"].get("tags", {}).get("major_brand", "qt")).strip()
        return "mov" if brand == "qt" else "mp4"
    if "matroska" in names:
        return "webm" if is_webm(path) else "matroska"
    return names[0]


def _is_described(header: _Header) -> bool:
    streams = header.get("streams", [])
    return (
        bool(header.get("chapters"))
        or any(_is_cover(s) or s.get("codec_type") not in ("audio", "video") for s in streams)
        or any(
            name.lower() not in _TECHNICAL_TAGS
            and not (name.lower() == "handler_name" and str(value) in _HANDLERS)
            for name, value in _tags(header)
        )
    )


def _tags(header: _Header) -> Iterator[tuple[str, str]]:
    yield from header["format"].get("tags", {}).items()
    for stream in header.get("streams", []):
        yield from stream.get("tags", {}).items()


def _from(start: float, time: float) -> int:
    """Milliseconds from the file's start; what lies before it by an encoder's priming is at 0."""
    return max(0, round((time - start) * 1000))


def _seconds(text: Any) -> float | None:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _ratio(text: Any, sign: str) -> Fraction | None:
    above, _, below = str(text).partition(sign)
    if not above.isdigit() or not below.isdigit() or int(below) == 0 or int(above) == 0:
        return None
    return Fraction(int(above), int(below))
