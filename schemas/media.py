"""What a media file says of itself, as the archive understands it. Times are integer milliseconds."""

from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveInt

_CUT_SHORT_MS = 500
"""A header may round; further off than this means lost data."""
_EXACT = {"wav", "flac", "mp4", "mov", "matroska", "webm"}
"""Containers whose header knows the length. That of others is guessed, by a bit rate or the last page."""


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class VideoStream(_Facts):
    """The moving picture. Cover art, though ffprobe calls it video, is none."""

    codec: str
    profile: str | None = None
    pixel_format: str | None = None
    coded_width: PositiveInt
    coded_height: PositiveInt
    width: PositiveInt
    """As it is shown: upright, with square pixels."""
    height: PositiveInt
    rotation: int = 0
    """Degrees clockwise that a player turns the coded picture by: 0, 90, 180 or 270."""
    frame_rate: float | None = None
    bit_rate: int | None = None
    interlaced: bool = False
    stream: NonNegativeInt
    """The file's number of the stream."""
    start_ms: NonNegativeInt
    """First picture, counted from the start of the file."""
    end_ms: NonNegativeInt


class AudioStream(_Facts):
    """The sound that is heard and recognised: the file's first, or all where each is one microphone."""

    codec: str
    profile: str | None = None
    sample_rate: PositiveInt
    channels: PositiveInt
    bit_rate: int | None = None
    constant_bit_rate: bool = False
    """Whether all packets are of one size, give or take a byte: then a place in the file tells a time."""
    start_ms: NonNegativeInt
    """First sample, counted from the start of the file."""
    end_ms: NonNegativeInt
    largest_gap_ms: NonNegativeInt = 0
    """Longest stretch inside the stream for which the file holds no sound."""
    streams: tuple[NonNegativeInt, ...]
    """The file's numbers of the streams that are heard: one, or one for each single microphone."""


class Probe(_Facts):
    """What a media file holds, measured on its packets, not believed from its header."""

    container: str
    """`wav`, `flac`, `mp3`, `ogg`, `mp4`, `mov`, `matroska` or `webm`, by content, never by file name."""
    size: PositiveInt
    """Bytes."""
    duration_ms: PositiveInt
    """From the start of the file to the end of its last packet of sound or picture."""
    declared_ms: NonNegativeInt | None = None
    """What the header gives as duration, where it gives one."""
    start_ms: int = 0
    """The time that the file gives to its own start; the archive counts from there as from 0."""
    bit_rate: PositiveInt
    """Of the whole file, in bits per second."""
    index_first: bool | None = None
    """Whether an MP4's index stands before its media, so that it plays while it loads; None for others."""
    described: bool = False
    """Whether the file carries names, titles, places, chapters, pictures or data beside sound and picture,
    or text within the pictures."""
    video: VideoStream | None = None
    audio: AudioStream | None = None

    @property
    def has_video(self) -> bool:
        """Whether there is a moving picture."""
        return self.video is not None

    @property
    def has_audio(self) -> bool:
        """Whether there is sound."""
        return self.audio is not None

    @property
    def cut_short(self) -> bool:
        """Whether the file ends before its header says, as one does whose copying was interrupted."""
        if self.declared_ms is None or self.container not in _EXACT:
            return False
        # Some headers give the time at the end instead of the length.
        return self.declared_ms - max(0, self.start_ms) - self.duration_ms > _CUT_SHORT_MS

    @property
    def media_type(self) -> str:
        """The file's own MIME type."""
        kind = "video" if self.has_video else "audio"
        if self.container == "mov":
            return "video/quicktime"
        if self.container == "matroska":
            return f"{kind}/x-matroska"
        return f"{kind}/{'mpeg' if self.container == 'mp3' else self.container}"
