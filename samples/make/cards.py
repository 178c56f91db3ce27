"""Title cards for a sample video: drawn by Chromium, joined by ffmpeg with slow cross-fades."""

import html
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

FADE_S = 0.8
FRAMES = 25
SIZE = (1280, 720)

PAGE = """<!doctype html><meta charset="utf-8"><style>
html, body {{ margin: 0; height: 100%; background: #1f4e5a; color: #fbfaf7; }}
body {{ display: flex; flex-direction: column; justify-content: space-between; padding: 72px 96px;
  box-sizing: border-box; font-family: "Charis SIL", "Bitstream Charter", "DejaVu Serif", serif; }}
p {{ margin: 0; font-size: 26px; color: #cfdcdc; }}
h1 {{ margin: 0; font-weight: normal; font-size: 84px; line-height: 1.15; letter-spacing: -0.01em; }}
hr {{ width: 96px; height: 2px; margin: 0 0 36px; border: 0; background: #f4e2ac; }}
</style><p>A guide to the archive</p><div><hr><h1>{title}</h1></div>
<p>Sample recording with a synthetic voice. No person is heard or seen.</p>"""


def draw(title: str, path: Path, browser: str) -> None:
    """One title card as a PNG."""
    with TemporaryDirectory() as folder:
        page = Path(folder) / "card.html"
        page.write_text(PAGE.format(title=html.escape(title)), encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
        quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        where = [
            f"--user-data-dir={folder}/profile",
            f"--screenshot={path}",
            f"--window-size={SIZE[0]},{SIZE[1]}",
        ]
        command = [browser, *options, *quiet, *where, page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)


def film(cards: list[tuple[str, int]], sound: Path, length_ms: int, path: Path, browser: str) -> None:
    """A video of `cards` (title, start in milliseconds) under `sound`, H.264 and AAC, ready for browsers."""
    with TemporaryDirectory() as folder:
        inputs: list[str] = []
        steps: list[str] = []
        before = "0:v"
        for number, (title, start) in enumerate(cards):
            picture = Path(folder) / f"{number}.png"
            draw(title, picture, browser)
            after = cards[number + 1][1] if number + 1 < len(cards) else length_ms
            seconds = (after - start) / 1000 + FADE_S
            inputs += ["-loop", "1", "-framerate", str(FRAMES), "-t", f"{seconds:.3f}", "-i", str(picture)]
            if number:
                offset = max(0.0, start / 1000 - FADE_S / 2)
                fade = f"xfade=transition=fade:duration={FADE_S}:offset={offset:.3f}"
                steps.append(f"[{before}][{number}:v]{fade}[v{number}]")
                before = f"v{number}"
        steps.append(f"[{before}]format=yuv420p[out]")
        video = ["-c:v", "libx264", "-preset", "veryslow", "-tune", "stillimage", "-crf", "24", "-g", "250"]
        ending = ["-c:a", "copy", "-movflags", "+faststart", "-map_metadata", "-1", "-fflags", "+bitexact"]
        graph = ["-filter_complex", ";".join(steps), "-map", "[out]", "-map", f"{len(cards)}:a"]
        command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", *inputs, "-i", str(sound), *graph]
        last = ["-t", f"{length_ms / 1000:.3f}", str(path)]
        subprocess.run([*command, *video, *ending, *last], check=True)
