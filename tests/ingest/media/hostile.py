"""Files that somebody built to do harm, byte by byte: `python -m tests.ingest.media.hostile` writes the small
ones into tests/specimens/bad, each named after what it tries. Tests that need large ones build them.

What they lead to would really be followed: `../canary/canary.wav` (a test puts a sound there), a file that
every system has, and an address where nobody listens.
"""

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

from tests.ingest.media.making import BAD, EXACT, GOOD, ffmpeg

CANARY = "../canary/canary.wav"
EVERYWHERE = "/etc/passwd"
NOWHERE = "http://127.0.0.1:9/canary.ts"

RATE = 8_000
"""Samples a second of the sound in the movies built here: 16 bits, one channel."""


def box(kind: bytes, *content: bytes) -> bytes:
    """One box of an MP4 or QuickTime file."""
    inside = b"".join(content)
    return struct.pack(">I4s", 8 + len(inside), kind) + inside


def full(kind: bytes, *content: bytes, flags: int = 0) -> bytes:
    """A box with version 0 and flags."""
    return box(kind, struct.pack(">I", flags), *content)


def movie(
    *,
    samples: int = 2 * RATE,
    sample_bytes: int = 2,
    each_lasts: int = 1,
    last_lasts: int | None = None,
    reference: bytes | None = None,
    tracks: int = 1,
    duration: int | None = None,
    content: bytes | None = None,
    chunks: Sequence[int] | None = None,
    per_chunk: int | None = None,
) -> bytes:
    """A QuickTime file with bare sound: two seconds of it, unless its tables are made to lie.

    `reference` is the entry of its data reference box; the default says that the sound is in this file.
    """
    head = box(b"ftyp", b"qt  ", struct.pack(">I", 0), b"qt  ")
    media = content if content is not None else struct.pack("<h", 3000) * (2 * RATE)
    mdat = box(b"mdat", media)
    start = len(head) + 8
    total = duration if duration is not None else samples * each_lasts
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    mvhd = full(
        b"mvhd", struct.pack(">IIIIIH10x", 0, 0, RATE, total, 0x10000, 0x100), matrix, bytes(24),
        struct.pack(">I", tracks + 1),
    )  # fmt: skip
    times = [(samples, each_lasts)] if last_lasts is None else [(samples - 1, each_lasts), (1, last_lasts)]
    offsets = chunks if chunks is not None else [start]
    tables = box(
        b"stbl",
        full(
            b"stsd",
            struct.pack(">I", 1),
            box(b"sowt", bytes(6), struct.pack(">HHHIHHHHI", 1, 0, 0, 0, 1, 16, 0, 0, RATE << 16)),
        ),
        full(b"stts", struct.pack(">I", len(times)), *(struct.pack(">II", *each) for each in times)),
        full(b"stsc", struct.pack(">IIII", 1, 1, per_chunk or samples, 1)),
        full(b"stsz", struct.pack(">II", sample_bytes, samples)),
        full(b"stco", struct.pack(">I", len(offsets)), *(struct.pack(">I", each) for each in offsets)),
    )
    here = full(b"url ", flags=1)
    minf = box(
        b"minf",
        full(b"smhd", bytes(4)),
        box(b"dinf", full(b"dref", struct.pack(">I", 1), reference if reference is not None else here)),
        tables,
    )
    traks = []
    for number in range(1, tracks + 1):
        tkhd = full(
            b"tkhd", struct.pack(">IIIII8xHHHH", 0, 0, number, 0, total, 0, 0, 0x100, 0), matrix, bytes(8),
            flags=7,
        )  # fmt: skip
        mdhd = full(b"mdhd", struct.pack(">IIIIHH", 0, 0, RATE, total, 0x55C4, 0))
        hdlr = full(b"hdlr", b"mhlrsoun", bytes(12), b"\0")
        traks.append(box(b"trak", tkhd, box(b"mdia", mdhd, hdlr, minf)))
    return head + mdat + box(b"moov", mvhd, *traks)


def alias(path: str) -> bytes:
    """A QuickTime alias to another file, as an entry of a data reference box (tags 2, 18, 19 are read)."""
    volume = b"\x06canary"
    name = Path(path).name.encode()
    record = bytearray(150)
    record[10 : 10 + len(volume)] = volume
    record[50] = len(name)
    record[51 : 51 + len(name)] = name
    struct.pack_into(">hh", record, 130, 1, 1)  # up one folder, down one
    tags = b""
    for kind, text in ((2, path.replace("/", ":").encode()), (18, path.encode()), (19, b"/")):
        tags += struct.pack(">hH", kind, len(text)) + text + b"\0" * (len(text) % 2)
    return full(b"alis", struct.pack(">IH", 0, 0)[:0], bytes(record), tags, struct.pack(">h", -1))


def png(width: int, height: int) -> bytes:
    """A picture of zeros: a thousandth of what it is when unpacked."""
    row = bytes(1 + 4 * width)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def with_cover(sound: bytes, picture: bytes, kind: str) -> bytes:
    """An MP3 with a cover before it (ID3v2.3)."""
    frame = b"\0" + kind.encode() + b"\0\x03\0" + picture
    body = b"APIC" + struct.pack(">IH", len(frame), 0) + frame
    size = bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + body + sound


FOLLOWED = {
    "follows-hls.mp4": (
        "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:2\n"
        f'#EXT-X-KEY:METHOD=AES-128,URI="file://{EVERYWHERE}"\n#EXT-X-MAP:URI="{CANARY}"\n'
        f"#EXTINF:2,\n{CANARY}\n#EXTINF:2,\nfile://{EVERYWHERE}\n#EXTINF:2,\n{NOWHERE}\n#EXT-X-ENDLIST\n"
    ),
    "follows-hls-master.mov": (
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n"
        f"{CANARY}\n#EXT-X-STREAM-INF:BANDWIDTH=2\nfile://{EVERYWHERE}\n"
    ),
    "follows-ffconcat.mp4": (
        f"ffconcat version 1.0\nfile '{CANARY}'\nfile 'file:{EVERYWHERE}'\nfile '{NOWHERE}'\n"
    ),
    "follows-sdp.mp4": (
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=canary\nc=IN IP4 127.0.0.1\nt=0 0\n"
        "m=audio 5004 RTP/AVP 0\na=rtpmap:0 PCMU/8000\n"
    ),
    "follows-dash.mp4": (
        '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT2S"><Period><AdaptationSet mimeType="audio/mp4">'
        f'<Representation id="1" bandwidth="1"><BaseURL>{CANARY}</BaseURL><BaseURL>{NOWHERE}</BaseURL>'
        "<SegmentBase/></Representation></AdaptationSet></Period></MPD>\n"
    ),
    "follows-smooth.mkv": (
        f'<smil><body><audio src="{CANARY}"/><audio src="file://{EVERYWHERE}"/>'
        f'<audio src="{NOWHERE}"/></body></smil>\n'
    ),
    "follows-m3u.mp3": f"{CANARY}\nfile://{EVERYWHERE}\n{NOWHERE}\n",
    "follows-rtsp-redirect.mov": f"RTSPtext\r\n{NOWHERE.replace('http', 'rtsp')}\r\n",
    "follows-svg.wav": (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<image xlink:href="{CANARY}"/><image xlink:href="file://{EVERYWHERE}"/></svg>\n'
    ),
}
"""Texts that lead elsewhere, dressed as media."""


def make_bad() -> None:
    """Write the small ones."""
    for name, text in FOLLOWED.items():
        (BAD / name).write_text(text)
    url = full(b"url ", CANARY.encode() + b"\0")
    (BAD / "follows-data-url.mov").write_bytes(movie(reference=url))
    (BAD / "follows-data-alias.mov").write_bytes(movie(reference=alias(CANARY)))
    (BAD / "zip.mp4").write_bytes(_zip())
    whole = movie()
    (BAD / "no-streams.mp4").write_bytes(whole[: whole.index(b"moov") - 4] + box(b"moov"))
    late = f"asetpts=PTS+gte(N\\,20)*{10 * 365 * 86_400}/TB"
    ffmpeg("-i", GOOD / "beep.wav", "-af", late, "-c:a", "pcm_s16le", *EXACT, BAD / "lasts-ten-years.mkv")
    _make_large_frame()
    (BAD / "says-ten-years.mov").write_bytes(movie(duration=2**32 - 1))
    (BAD / "billion-samples.mov").write_bytes(movie(samples=2**30))


def _make_large_frame() -> None:
    """Two pictures of 160 x 120 that say that they are larger."""
    path = BAD / "frame-of-16000.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x120:r=1:d=2", "-c:v", "mjpeg", "-q:v", 20, *EXACT, path)
    small, large = struct.pack(">HH", 120, 160), struct.pack(">HH", 16_000, 16_000)
    content = path.read_bytes().replace(b"\xff\xc0\x00\x11\x08" + small, b"\xff\xc0\x00\x11\x08" + large)
    path.write_bytes(content.replace(struct.pack(">HH", 160, 120) + b"\x00\x48", large + b"\x00\x48"))


def _zip() -> bytes:
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("canary.wav"), (GOOD / "beep.wav").read_bytes()[:1000])
    return buffer.getvalue()


if __name__ == "__main__":
    make_bad()
