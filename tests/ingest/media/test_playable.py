"""What is played as it is, and what needs which kind of copy."""

from collections.abc import Callable

import pytest

from ingest.media.playable import How, plan_playback
from schemas.media import AudioStream, Probe, VideoStream

Probed = Callable[[str], Probe]

SOUND = AudioStream(
    codec="aac",
    profile="LC",
    sample_rate=48_000,
    channels=2,
    bit_rate=128_000,
    start_ms=0,
    end_ms=60_000,
    streams=(1,),
)
PICTURE = VideoStream(
    codec="h264",
    profile="High",
    pixel_format="yuv420p",
    coded_width=1280,
    coded_height=720,
    width=1280,
    height=720,
    frame_rate=25.0,
    bit_rate=2_000_000,
    stream=0,
    start_ms=0,
    end_ms=60_000,
)
VIDEO = Probe(
    container="mp4",
    size=16_000_000,
    duration_ms=60_000,
    bit_rate=2_133_333,
    index_first=True,
    video=PICTURE,
    audio=SOUND,
)


def video(probe: Probe = VIDEO, **changes: object) -> Probe:
    return probe.model_copy(update={"video": PICTURE.model_copy(update=changes)})


def sound(probe: Probe = VIDEO, **changes: object) -> Probe:
    return probe.model_copy(update={"audio": SOUND.model_copy(update=changes)})


def test_an_ordinary_video_plays_as_it_is() -> None:
    assert plan_playback(VIDEO).original
    assert plan_playback(VIDEO).media_type == "video/mp4"


@pytest.mark.parametrize(
    "changed",
    [
        video(codec="hevc"),
        video(pixel_format="yuv422p"),
        video(pixel_format="yuv420p10le", profile="High 10"),
        video(interlaced=True),
        video(width=3840, height=2160),
        video(VIDEO.model_copy(update={"bit_rate": 29_000_000}), bit_rate=29_000_000),
    ],
)
def test_a_picture_that_does_not_play_everywhere_is_encoded(changed: Probe) -> None:
    plan = plan_playback(changed)
    assert not plan.original
    assert plan.video is How.ENCODED


@pytest.mark.parametrize(
    ("changed", "audio"),
    [
        (VIDEO.model_copy(update={"index_first": False}), How.COPIED),
        (VIDEO.model_copy(update={"container": "mov"}), How.COPIED),
        (VIDEO.model_copy(update={"described": True}), How.COPIED),
        (VIDEO.model_copy(update={"start_ms": 1978}), How.COPIED),
        (VIDEO.model_copy(update={"declared_ms": 90_000}), How.COPIED),
        (sound(codec="pcm_s16le", profile=None), How.ENCODED),
        (sound(channels=6), How.ENCODED),
        (sound(start_ms=478), How.ENCODED),
        (sound(largest_gap_ms=4000), How.ENCODED),
        (sound(streams=(1, 2), channels=1), How.ENCODED),
    ],
)
def test_a_good_picture_is_never_encoded_again(changed: Probe, audio: How) -> None:
    plan = plan_playback(changed)
    assert not plan.original
    assert (plan.video, plan.audio) == (How.COPIED, audio)


ORIGINALS = ["beep.flac", "beep.mp3", "beep.m4a", "beep.mp4", "no-sound.mp4", "turned.mp4", "black.mp4"]
COPIES = {
    "beep.wav": ("audio/mp4", How.NONE, How.ENCODED),
    "beep.ogg": ("audio/mp4", How.NONE, How.ENCODED),
    "beep.opus": ("audio/mp4", How.NONE, How.ENCODED),
    "beep-varying.mp3": ("audio/mp4", How.NONE, How.ENCODED),
    "beep.mov": ("video/mp4", How.COPIED, How.ENCODED),
    "beep.mkv": ("video/mp4", How.COPIED, How.ENCODED),
    "beep.webm": ("video/mp4", How.ENCODED, How.ENCODED),
    "index-last.mp4": ("video/mp4", How.COPIED, How.COPIED),
    "late-sound.mp4": ("video/mp4", How.COPIED, How.ENCODED),
    "described.mp3": ("audio/mpeg", How.NONE, How.COPIED),
}


@pytest.mark.slow
def test_specimens_that_need_no_copy(probed: Probed) -> None:
    for name in ORIGINALS:
        assert plan_playback(probed(name)).reasons == (), name


def test_specimens_that_need_one(probed: Probed) -> None:
    for name, (media_type, how_video, how_audio) in COPIES.items():
        plan = plan_playback(probed(name))
        assert plan.reasons, name
        assert (plan.media_type, plan.video, plan.audio) == (media_type, how_video, how_audio), name
