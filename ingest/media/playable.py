"""Which originals play as they are in Chromium, Firefox and Safari, and how a copy of the others is made.

| original                                         | plays | otherwise                                     |
| ------------------------------------------------ | ----- | --------------------------------------------- |
| mp4: H.264 (8 bit, 4:2:0), with AAC or no sound   | all   |                                               |
| m4a: AAC                                          | all   |                                               |
| mp3 at a constant bit rate                        | all   | at a varying one, a seek lands anywhere       |
| flac                                              | all   | above the bit rate below: AAC                 |
| mp4, m4a with the index at the end                | all   | only once it is loaded: rewrapped             |
| H.264 or AAC in mov, mkv                          | some  | rewrapped, and sound that is not AAC encoded  |
| wav                                               | all   | too large to listen to: AAC                   |
| ogg, opus, webm                                   | not in older Safari | encoded                         |
| anything else                                     | some  | encoded                                       |

Two more reasons for a copy, whatever the codec. A file with names, titles or places in its tags, or
captions in its pictures, would give them to everyone who downloads it: its copy has none. And a file
whose time does not begin at zero: ffmpeg counts from its start, a browser from 0 (an MP4 with a first
time of 1.98 s had a sound at 3.0 s for ffmpeg and at 5.0 s for Chromium), and cited times have to hold in
what is played.
"""

from dataclasses import dataclass
from enum import StrEnum

from schemas.media import AudioStream, Probe, VideoStream

MOST_AUDIO_BITS = 320_000
"""Bits per second of sound above which an original is too large to listen to: the most that MP3 has."""
MOST_VIDEO_BITS = 6_000_000
"""Of picture and sound together: 1080p of an interview is good at 4 to 5 million; a DV tape has 29."""
MOST_HEIGHT = 1080
AT_ZERO_MS = 50
"""A stream that starts within this is at zero: encoder priming is at most 46 ms (MP3 at 24 kHz), and nobody
hears a word marked as late as that."""
LONGEST_GAP_MS = 100
"""Longest hole in a sound stream that players skip without losing the time."""

_H264_PROFILES = {"Constrained Baseline", "Baseline", "Main", "High"}
_H264_PIXELS = {"yuv420p", "yuvj420p"}
_AAC_PROFILES = {"LC", "HE-AAC", "HE-AACv2"}


class How(StrEnum):
    """How the stream of a playback copy is made."""

    NONE = "none"
    COPIED = "copied"
    ENCODED = "encoded"


@dataclass(frozen=True, slots=True)
class Playback:
    """What is played: the original, where `reasons` is empty, else a copy, made as said."""

    media_type: str
    suffix: str
    """Ending for the copy's file name: `.mp4`, `.m4a` or `.mp3`."""
    video: How
    audio: How
    reasons: tuple[str, ...] = ()

    @property
    def original(self) -> bool:
        """Whether no copy is needed."""
        return not self.reasons


def plan_playback(probe: Probe, *, partly: bool = False) -> Playback:
    """How a file with this probe is to be played. `partly`: a stretch of it is closed; nothing can then be
    taken over as it is, since what was compressed together can only be silenced together."""
    if partly:
        kind, suffix = ("video/mp4", ".mp4") if probe.has_video else ("audio/mp4", ".m4a")
        return Playback(
            kind,
            suffix,
            How.ENCODED if probe.has_video else How.NONE,
            How.ENCODED if probe.has_audio else How.NONE,
            ("part of it is closed",),
        )
    reasons = tuple(_reasons(probe))
    if probe.video is None and probe.container == "mp3" and _steady_mp3(probe.audio):
        return Playback("audio/mpeg", ".mp3", How.NONE, How.COPIED, reasons)
    if not reasons:
        suffix = {"flac": ".flac", "mp4": ".mp4" if probe.has_video else ".m4a"}[probe.container]
        return Playback(probe.media_type, suffix, *_how(probe), reasons)
    if probe.has_video:
        return Playback("video/mp4", ".mp4", *_how(probe), reasons)
    return Playback("audio/mp4", ".m4a", *_how(probe), reasons)


def _reasons(probe: Probe) -> list[str]:
    reasons = []
    if probe.described:
        reasons.append("carries descriptions that are not for everyone")
    if probe.cut_short:
        reasons.append("ends before its header says")
    if abs(probe.start_ms) > AT_ZERO_MS:
        reasons.append(f"its time begins at {probe.start_ms} ms")
    if probe.video is not None:
        reasons += _video_reasons(probe, probe.video)
    elif probe.audio is not None:
        reasons += _audio_reasons(probe, probe.audio)
    if probe.audio is not None and not _on_time(probe.audio):
        reasons.append("its sound starts late or has holes")
    if probe.audio is not None and len(probe.audio.streams) > 1:
        reasons.append("its microphones are in streams of their own")
    if probe.index_first is False:
        reasons.append("its index is at the end")
    return reasons


def _video_reasons(probe: Probe, video: VideoStream) -> list[str]:
    reasons = []
    if probe.container != "mp4":
        reasons.append(f"{probe.container} does not play everywhere")
    if not _plain_h264(video):
        reasons.append(f"{video.codec} ({video.profile}, {video.pixel_format}) does not play everywhere")
    if probe.bit_rate > MOST_VIDEO_BITS or min(video.height, video.width) > MOST_HEIGHT:
        reasons.append(f"too large to stream ({probe.bit_rate // 1000} kb/s, {video.width}x{video.height})")
    if probe.audio is not None and not _plain_aac(probe.audio):
        reasons.append(f"{probe.audio.codec} does not play everywhere beside a picture")
    return reasons


def _audio_reasons(probe: Probe, audio: AudioStream) -> list[str]:
    if probe.container == "mp3" and not audio.constant_bit_rate:
        return ["MP3 with a varying bit rate: seeking lands anywhere"]
    plays = (probe.container, audio.codec) in {("mp3", "mp3"), ("flac", "flac")} or (
        probe.container == "mp4" and _plain_aac(audio)
    )
    if not plays:
        return [f"{audio.codec} in {probe.container} does not play everywhere, or is large"]
    if (audio.bit_rate or probe.bit_rate) > MOST_AUDIO_BITS:
        return ["too large to listen to"]
    return []


def _how(probe: Probe) -> tuple[How, How]:
    return _how_video(probe), _how_audio(probe.audio)


def _how_video(probe: Probe) -> How:
    video = probe.video
    if video is None:
        return How.NONE
    small = probe.bit_rate <= MOST_VIDEO_BITS or (video.bit_rate or MOST_VIDEO_BITS + 1) <= MOST_VIDEO_BITS
    if _plain_h264(video) and small and min(video.height, video.width) <= MOST_HEIGHT:
        return How.COPIED
    return How.ENCODED


def _how_audio(audio: AudioStream | None) -> How:
    if audio is None:
        return How.NONE
    small = audio.bit_rate is not None and audio.bit_rate <= MOST_AUDIO_BITS
    if _plain_aac(audio) and small and _on_time(audio) and len(audio.streams) == 1:
        return How.COPIED
    return How.ENCODED


def _plain_h264(video: VideoStream) -> bool:
    return (
        video.codec == "h264"
        and video.profile in _H264_PROFILES
        and video.pixel_format in _H264_PIXELS
        and not video.interlaced
    )


def _plain_aac(audio: AudioStream) -> bool:
    return audio.codec == "aac" and audio.profile in _AAC_PROFILES and audio.channels <= 2


def _steady_mp3(audio: AudioStream | None) -> bool:
    return audio is not None and audio.codec == "mp3" and audio.constant_bit_rate and _on_time(audio)


def _on_time(audio: AudioStream) -> bool:
    return audio.start_ms <= AT_ZERO_MS and audio.largest_gap_ms <= LONGEST_GAP_MS
