"""A real Chromium on a real server. `address` is where a small archive is served (one for the whole session,
only to be read), `shelf` names its testimonies, `page` is a fresh page of 1280 by 900."""

import math
import os
import shutil
import socket
import struct
import subprocess
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from archive.changes.collections import NewRules, change
from archive.database import writing
from archive.queries.collections import find_named
from archive.settings import Settings
from ingest.media.commands import find_programs
from search import indexer
from search.backend import create_backend
from tests.archives import NOW, SmallArchive
from web.app import create_app

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Shelf = dict[str, str]

DAYS = [
    f"On day {number} it rained in the morning and the sun came in the afternoon." for number in range(1, 41)
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies here drives a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.browser)


def make_tone(path: Path, seconds: int) -> Path:
    """A quiet tone as WAV: enough for a player, and made without any program."""
    rate = 8000
    samples = (round(800 * math.sin(2 * math.pi * 220 * n / rate)) for n in range(rate * seconds))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return path


def make_video(path: Path) -> Path:
    """A few seconds of a test picture with a tone."""
    ffmpeg = find_programs(Settings(home=path.parent)).ffmpeg
    picture = ["-f", "lavfi", "-i", "testsrc=size=320x180:rate=10:duration=6"]
    sound = ["-f", "lavfi", "-i", "sine=duration=6"]
    command = [str(ffmpeg), "-v", "error", "-nostdin", *picture, *sound, "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, the system's."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing")
        pytest.skip("Chromium is missing")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmallArchive, Shelf]]:
    """The archive that is served, and its testimonies by what they are for."""
    folder = tmp_path_factory.mktemp("browser")
    tone = make_tone(folder / "tone.wav", 60)
    made = SmallArchive(folder / "archive")
    sound = {"media": tone, "media_type": "audio/wav"}
    shelf = {
        "days": made.add(
            "Forty days of weather",
            [DAYS, ["The second tape speaks of bread.", "It was warm."]],
            accession_number="D/1",
            places=["Łódź"],
            subjects=["weather"],
            summary="Rain in the mornings and sun in the afternoons.",
            rights="Free to use.",
            **sound,
        ),
        "person": made.add(
            "Wetter im Süden",
            [["Es regnete in Graz.", "Dann kam die Sonne."]],
            language="de",
            person=True,
            timed=False,
            translation=[["It rained in Graz.", "Then the sun came."]],
            translation_language="en",
            kind="reading",
            **sound,
        ),
        "hebrew": made.add(
            "קהלת", [["לכל זמן ועת לכל חפץ", "שלח לחמך"]], language="he", person=True, **sound
        ),
        "long": made.add(
            "A conversation about the weather on the coast, the building of the new library, the price of "
            "bread in the bakery by the harbour, and the Donaudampfschifffahrtsgesellschaft",
            [["Rain."]],
            collection="south",
            **sound,
        ),
        "warned": made.add(
            "A storm at sea",
            [["The storm came at night.", "In the morning it was over."]],
            description={"content_warning": "A storm is described in detail."},
            **sound,
        ),
        "listening": made.add(
            "Wind", [["The wind turned perhaps to the west."]], collection="listening", **sound
        ),
    }
    with writing(made.engine) as session:
        collection = find_named(session, "listening")
        assert collection is not None
        change(session, collection, NewRules(machine_text="listen"), said_by="test")
    video = make_video(folder / "video.mp4")
    shelf["video"] = made.add("A picture", [DAYS[:1]], media=video, media_type="video/mp4", video=True)
    backend = create_backend(made.settings)
    indexer.prepare(made.engine, backend)
    indexer.deliver(made.engine, backend)
    backend.close()
    yield made, shelf
    made.close()


@pytest.fixture(scope="session")
def shelf(archive: tuple[SmallArchive, Shelf]) -> Shelf:
    """Public ids of the testimonies by what they are for: days, person, hebrew, long, warned, listening,
    video."""
    return archive[1]


@pytest.fixture(scope="session")
def address(archive: tuple[SmallArchive, Shelf]) -> Iterator[str]:
    """Where the site is reached."""
    app = create_app(archive[0].settings, clock=lambda: NOW)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page. What goes wrong in it fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    # A page that is not there says so in the console; that is no fault of its scripts.
    assert [text for text in wrong if "the server responded with a status" not in text] == []


@pytest.fixture(scope="session")
def pages(shelf: Shelf) -> list[str]:
    """Every kind of page, in its states."""
    return [
        "/",
        "/search",
        "/search?q=rain",
        "/search?q=rain&language=en&place=%C5%81%C3%B3d%C5%BA",
        "/search?q=lemberik+trolley",
        "/collections/weather",
        "/api/docs",
        "/for-everybody",
        "/nowhere",
        "/search?page=x",
        f"/testimonies/{shelf['days']}",
        f"/testimonies/{shelf['days']}?r=2&t=0.5,1.5&q=bread",
        f"/testimonies/{shelf['person']}?text=en",
        f"/testimonies/{shelf['person']}?beside=en&q=Sonne",
        f"/testimonies/{shelf['hebrew']}?q=%D7%9C%D7%9B%D7%9C",
        f"/testimonies/{shelf['long']}",
        f"/testimonies/{shelf['warned']}",
        f"/embed/{shelf['days']}?t=10,11.2",
        f"/embed/{shelf['days']}?lines=3&colours=dark",
        f"/embed/{shelf['hebrew']}?lines=1",
        "/embed/nobody",
        f"/testimonies/{shelf['video']}",
        f"/embed/{shelf['video']}",
    ]
