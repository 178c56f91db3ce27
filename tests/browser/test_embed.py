"""What other sites frame: a page of another origin plays it, and is told its height."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from micawber import Provider, ProviderRegistry
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import Shelf

LESSON = """<!doctype html><html lang="en"><title>A lesson</title><h1>Weather</h1>
<iframe id="clip" src="{}" width="600" height="480" title="A clip"{}></iframe>
<script>addEventListener("message", ({{ data }}) => {{
  if (data?.source === "testimony-embed") document.getElementById("clip").dataset.height = data.height;
}});</script>"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Another site, and the folder that it serves."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}", tmp_path
        server.shutdown()
        thread.join()


def frame(page: Page, elsewhere: tuple[str, Path], address: str, more: str = "") -> FrameLocator:
    """A page of the other site, with an embed in it."""
    site, folder = elsewhere
    (folder / "lesson.html").write_text(LESSON.format(address, more), encoding="utf-8")
    (folder / "favicon.ico").touch()
    page.goto(f"{site}/lesson.html")
    return page.frame_locator("#clip")


def height(page: Page) -> int:
    page.wait_for_selector("#clip[data-height]")
    return int(page.locator("#clip").get_attribute("data-height") or 0)


def test_another_site_plays_a_stretch(
    page: Page, address: str, shelf: Shelf, elsewhere: tuple[str, Path]
) -> None:
    inner = frame(page, elsewhere, f"{address}/embed/{shelf['days']}?t=10,11.2")
    inner.get_by_role("button", name="Play 00:10 to 00:12").click()
    expect(inner.locator(".spoken")).to_have_count(1)
    audio = inner.locator("audio")
    for _ in range(60):
        if audio.evaluate("(media) => media.paused"):
            break
        page.wait_for_timeout(100)
    assert audio.evaluate("(media) => media.currentTime") == pytest.approx(11.2, abs=0.1)
    assert page.context.storage_state() == {"cookies": [], "origins": []}


def test_in_a_sandbox_it_plays_and_looks_the_same(
    page: Page, address: str, shelf: Shelf, elsewhere: tuple[str, Path]
) -> None:
    """As sites make one of every frame that they do not know."""
    inner = frame(page, elsewhere, f"{address}/embed/{shelf['days']}?t=10,11.2", ' sandbox="allow-scripts"')
    inner.get_by_role("button", name="Play 00:10 to 00:12").click()
    expect(inner.locator(".spoken")).to_have_count(1)
    family = inner.locator(".text").first.evaluate("(text) => getComputedStyle(text).fontFamily")
    assert family.startswith("Charter")


def test_arrow_keys_lead_from_passage_to_passage(page: Page, address: str, shelf: Shelf) -> None:
    page.goto(f"{address}/embed/{shelf['days']}")
    page.wait_for_selector(".words.speaking")
    page.locator(".said [data-m]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".said").nth(2).locator("[data-m]").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".said").nth(1).locator("[data-m]").first).to_be_focused()
    expect(page.locator("#keys")).to_be_attached()


@pytest.mark.parametrize(("lines", "most"), [("1", 1), ("3", 3)])
def test_a_line_or_three_follow_the_voice(
    page: Page, address: str, shelf: Shelf, elsewhere: tuple[str, Path], lines: str, most: int
) -> None:
    inner = frame(page, elsewhere, f"{address}/embed/{shelf['days']}?lines={lines}")
    words = inner.locator(".words")
    line = words.locator(".text").first.evaluate("(text) => parseFloat(getComputedStyle(text).lineHeight)")
    assert words.evaluate("(box) => box.clientHeight") == pytest.approx(most * line, abs=2)
    inner.locator("audio").evaluate("(media) => { media.currentTime = 40; media.play(); }")
    spoken = inner.locator(".spoken")
    expect(spoken).to_have_count(1)
    page.wait_for_timeout(300)
    seen = "(word) => { const box = word.getBoundingClientRect();"
    seen += "const room = word.closest('.words').getBoundingClientRect();"
    seen += "return box.top >= room.top - 4 && box.bottom <= room.bottom + 4; }"
    assert inner.locator(".spoken").first.evaluate(seen)
    assert height(page) <= 285


def test_the_page_that_frames_it_is_told_its_height(
    page: Page, address: str, shelf: Shelf, elsewhere: tuple[str, Path]
) -> None:
    frame(page, elsewhere, f"{address}/embed/{shelf['days']}?t=10,11.2")
    told = height(page)
    page.locator("#clip").evaluate("(frame, told) => { frame.height = told; }", told)
    inner = page.frame_locator("#clip").locator("html")
    scrolled = "(page) => [page.scrollHeight - page.clientHeight, page.querySelector('.words').scrollHeight"
    scrolled += " - page.querySelector('.words').clientHeight]"
    page.wait_for_timeout(200)
    assert inner.evaluate(scrolled) == [0, 0]


def test_the_reader_may_move_the_words(
    page: Page, address: str, shelf: Shelf, elsewhere: tuple[str, Path]
) -> None:
    inner = frame(page, elsewhere, f"{address}/embed/{shelf['days']}")
    inner.locator("audio").evaluate("(media) => media.play()")
    expect(inner.locator(".spoken")).to_have_count(1)
    inner.locator(".words").hover()
    page.mouse.wheel(0, 2000)
    page.wait_for_timeout(1500)
    assert inner.locator(".words").evaluate("(box) => box.scrollTop") > 500


def test_without_scripts_it_can_be_heard_and_read(page: Page, address: str, shelf: Shelf) -> None:
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{address}/embed/{shelf['days']}?t=10,11.2")
    expect(plain.locator("audio[controls]")).to_be_visible()
    expect(plain.locator(".words")).to_contain_text("rained")
    expect(plain.get_by_role("link", name="Hear and read it in context")).to_be_visible()
    context.close()


def test_a_consumer_that_nobody_here_wrote_finds_the_embed(
    page: Page, address: str, shelf: Shelf, elsewhere: tuple[str, Path]
) -> None:
    link = f"{address}/testimonies/{shelf['days']}?t=10,11.2"
    page.goto(link)
    found = page.locator('link[type="application/json+oembed"]').get_attribute("href") or ""
    consumer = ProviderRegistry()
    consumer.register(f"{address}/testimonies/.*", Provider(found.partition("?")[0]))
    site, folder = elsewhere
    html = consumer.parse_html(f"<p>{link.replace('&', '&amp;')}</p>")
    (folder / "lesson.html").write_text(f"<!doctype html><title>A lesson</title>{html}", encoding="utf-8")
    (folder / "favicon.ico").touch()
    page.goto(f"{site}/lesson.html")
    inner = page.frame_locator("iframe")
    expect(inner.get_by_role("button", name="Play 00:10 to 00:12")).to_be_visible()


def test_the_html_to_copy_is_what_was_chosen_and_seen(
    page: Page, address: str, shelf: Shelf, elsewhere: tuple[str, Path]
) -> None:
    page.goto(f"{address}/testimonies/{shelf['days']}?t=10,11.2")
    page.get_by_text("The player and its words").click()
    code = page.get_by_label("HTML to copy")
    whole = code.input_value()
    assert f'src="{address}/embed/{shelf["days"]}?t=10,11.2"' in whole
    page.get_by_label("three lines").check()
    page.get_by_label("dark").check()
    assert (
        f'src="{address}/embed/{shelf["days"]}?t=10,11.2&amp;lines=3&amp;colours=dark"' in code.input_value()
    )
    page.get_by_role("button", name="Preview").click()
    inner = page.frame_locator(".previewed iframe")
    expect(inner.get_by_role("button", name="Play 00:10 to 00:12")).to_be_visible()
    expect(inner.locator("body.lines-3")).to_be_visible()
    page.get_by_label("all", exact=True).check()
    page.get_by_label("as the reader has them").check()
    assert code.input_value() == whole  # as without scripts
    page.locator(".passage a.time").nth(3).click()
    assert f'src="{address}/embed/{shelf["days"]}"' in code.input_value()
