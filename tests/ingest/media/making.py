"""`python -m tests.ingest.media.making` makes the media in tests/specimens again.

Each good one lasts two seconds and has a beep at 1.0 to 1.1 s and, where it has a picture, a white flash at
the same time: what should come out of it, and when, is known. They are in the repository, so that tests
neither wait for them nor depend on the encoder at hand.
"""

import subprocess
from pathlib import Path

GOOD = Path(__file__).parents[2] / "specimens" / "good"
BAD = GOOD.with_name("bad")

BEEP_MS = 1_000
SOUND = "aevalsrc='0.7*sin(2*PI*880*t)*between(t,1,1.1)+0.02*sin(2*PI*220*t)':s=48000:d=2"
PICTURE = (
    "testsrc2=s=160x120:r=25:d=2,eq=brightness=-0.2,drawbox=c=white:t=fill:enable='between(t,0.99,1.09)'"
)
H264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "32", "-pix_fmt", "yuv420p", "-g", "25"]
AAC = ["-c:a", "aac", "-b:a", "48k"]
EXACT = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]
FRONT = ["-movflags", "+faststart"]


def ffmpeg(*arguments: object) -> None:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *(str(each) for each in arguments)]
    subprocess.run(command, check=True)


def sound(*before: str) -> list[str]:
    return [*before, "-f", "lavfi", "-i", SOUND]


def picture(*before: str) -> list[str]:
    return [*before, "-f", "lavfi", "-i", PICTURE]


def make_good() -> None:
    wav = GOOD / "beep.wav"
    ffmpeg(*sound(), "-ar", 16000, *EXACT, wav)
    ffmpeg(*sound(), *EXACT, "-sample_fmt", "s16", GOOD / "beep.flac")
    ffmpeg(*sound(), "-b:a", "64k", *EXACT, "-id3v2_version", 0, GOOD / "beep.mp3")
    ffmpeg(*sound(), "-q:a", 6, *EXACT, "-id3v2_version", 0, GOOD / "beep-varying.mp3")
    ffmpeg(*sound(), *AAC, *EXACT, *FRONT, GOOD / "beep.m4a")
    ffmpeg(*sound(), "-c:a", "libvorbis", *EXACT, GOOD / "beep.ogg")
    ffmpeg(*sound(), "-c:a", "libopus", "-b:a", "24k", *EXACT, GOOD / "beep.opus")
    both = [*picture(), *sound()]
    ffmpeg(*both, *H264, *AAC, *EXACT, *FRONT, GOOD / "beep.mp4")
    ffmpeg(*both, *H264, "-c:a", "pcm_s16le", *EXACT, GOOD / "beep.mov")
    ffmpeg(*both, *H264, "-c:a", "libopus", "-b:a", "24k", *EXACT, GOOD / "beep.mkv")
    webm = ["-c:v", "libvpx", "-b:v", "100k", "-c:a", "libopus", "-b:a", "24k", *EXACT]
    ffmpeg(*both, *webm, GOOD / "beep.webm")

    ffmpeg(*both, *H264, *AAC, *EXACT, GOOD / "index-last.mp4")
    ffmpeg(*picture(), *H264, *EXACT, *FRONT, GOOD / "no-sound.mp4")
    # Written to a pipe, the length cannot be put into the header afterwards.
    piped = ["ffmpeg", "-v", "error", *both, *webm, "-f", "webm", "pipe:1"]
    (GOOD / "no-duration.webm").write_bytes(subprocess.run(piped, check=True, capture_output=True).stdout)
    late = [*picture(), *sound("-itsoffset", "0.5")]
    ffmpeg(*late, *H264, *AAC, *EXACT, *FRONT, GOOD / "late-sound.mp4")
    ffmpeg(*both, *H264, *AAC, *EXACT, "-output_ts_offset", 2, GOOD / "starts-at-2s.mkv")
    ffmpeg(
        *[*both, *H264, *AAC, *EXACT, *FRONT, "-metadata", "title=Bread in a bakery"],
        *["-metadata", "location=+51.0000+010.0000/", GOOD / "described.mp4"],
    )
    cover = [*sound(), "-f", "lavfi", "-i", "color=red:s=32x32:d=0.04", "-map", 0, "-map", 1, "-c:v", "mjpeg"]
    tags = ["-metadata", "title=Bread in a bakery", "-disposition:v", "attached_pic", "-b:a", "64k"]
    ffmpeg(*cover, "-fflags", "+bitexact", *tags, GOOD / "described.mp3")
    two = ["-map", 0, "-map", 1, "-c:a", "pcm_s16le", "-ar", 16000, *EXACT]
    silence = ["-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono:d=2"]
    ffmpeg(*silence, *sound(), *two, GOOD / "two-microphones.mov")
    upside_down = ["-af", "pan=stereo|c0=c0|c1=-1*c0", "-ar", 16000, *EXACT]
    ffmpeg(*sound(), *upside_down, GOOD / "upside-down.flac")
    source = GOOD / "beep.mp4"
    ffmpeg("-display_rotation", 90, "-i", source, "-c", "copy", *EXACT, *FRONT, GOOD / "turned.mp4") if (
        _has_display_rotation()
    ) else ffmpeg("-i", source, "-c", "copy", "-metadata:s:v", "rotate=270", *FRONT, GOOD / "turned.mp4")
    wide = ["-vf", "setsar=16/15,setfield=tff", "-flags", "+ildct+ilme", "-x264opts", "tff=1"]
    ffmpeg(*both, *wide, *H264, "-c:a", "pcm_s16le", *EXACT, GOOD / "interlaced-wide.mov")
    ffmpeg("-f", "lavfi", "-i", "color=black:s=160x120:r=25:d=2", *H264, *EXACT, *FRONT, GOOD / "black.mp4")


def _has_display_rotation() -> bool:
    told = subprocess.run(["ffmpeg", "-h", "full"], capture_output=True, text=True, check=True).stdout
    return "-display_rotation" in told


def make_bad() -> None:
    whole = (GOOD / "beep.mp4").read_bytes()
    (BAD / "empty.mp4").write_bytes(b"")
    (BAD / "text.mp4").write_text("Not all that is called a film is one.\n")
    (BAD / "zeros.mp3").write_bytes(bytes(4096))
    (BAD / "index-lost.mp4").write_bytes((GOOD / "index-last.mp4").read_bytes()[:6000])
    (BAD / "cut-short.mp4").write_bytes(whole[: len(whole) * 2 // 3])
    (BAD / "cut-short.wav").write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt ")
    (BAD / "playlist.mp4").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n../good/beep.wav\n#EXT-X-ENDLIST\n"
    )
    (BAD / "concat.mp4").write_text("ffconcat version 1.0\nfile ../good/beep.wav\n")
    captions = BAD / "captions.srt"
    captions.write_text("1\n00:00:00,000 --> 00:00:01,000\nBread in a bakery.\n")
    ffmpeg("-i", captions, *EXACT, BAD / "captions-only.mkv")
    captions.unlink()
    protected = whole.replace(b"avc1\x00\x00\x00\x00", b"encv\x00\x00\x00\x00").replace(b"mp4a", b"enca")
    (BAD / "unknown-codec.mp4").write_bytes(protected)


if __name__ == "__main__":
    for folder in (GOOD, BAD):
        folder.mkdir(parents=True, exist_ok=True)
    make_good()
    make_bad()
