"""Words that are chosen in the text: by pointer and by key, widened, quoted, linked, embedded."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Shelf

COPIED = "navigator.clipboard.readText()"


@pytest.fixture
def days(browser: Browser, address: str, shelf: Shelf) -> Iterator[Page]:
    """The page of a testimony of two recordings, whose reader lets the archive copy."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}/testimonies/{shelf['days']}")
    page.wait_for_selector(".transcript.speaking")
    yield page
    context.close()


def drag(page: Page, first: int, last: int) -> None:
    """Choose from within one word to within another."""
    start = page.locator("span[data-m]").nth(first).bounding_box()
    end = page.locator("span[data-m]").nth(last).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 4, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] - 4, end["y"] + 8, steps=5)
    page.mouse.up()


def test_chosen_words_are_quoted_with_their_citation(days: Page, address: str, shelf: Shelf) -> None:
    expect(days.locator(".quoting")).to_be_hidden()
    drag(days, 4, 17)
    expect(days.locator(".quoting .times")).to_have_text("00:02 to 00:10")
    assert Axe().run(days).violations_count == 0
    days.get_by_role("button", name="Copy quotation").click()
    expect(days.locator(".quoting .copied")).to_have_text("Copied")
    quoted = days.evaluate(COPIED).split("\n")
    assert quoted[:2] == ["“rained in the morning and the sun came in the afternoon.", "On day 2”"]
    link = f"{address}/testimonies/{shelf['days']}?t=2,9.8"
    assert quoted[2].startswith("Forty days of weather. Weather reports, ")
    assert quoted[2].endswith(f"Recording 1, 00:00:02–00:00:10. {link}")
    assert quoted[3].startswith("This transcript was made by a machine (Whisper base")
    days.get_by_role("button", name="Copy link", exact=True).click()
    days.wait_for_function(f"async () => await {COPIED} === {link!r}")
    # What was copied leads to the very words.
    days.goto(link)
    expect(days.locator(".within[data-m]").first).to_have_text("rained")
    expect(days.locator(".within[data-m]").last).to_have_text("2")


def test_by_keyboard_alone_words_are_chosen_and_the_stretch_is_widened(days: Page) -> None:
    days.locator("[data-m][tabindex='0']").focus()
    for _ in range(4):
        days.keyboard.press("Shift+ArrowRight")
    expect(days.locator(".quoting .times")).to_have_text("00:00 to 00:03")
    assert days.evaluate("getSelection().toString()") == "On day 1 it rained"
    days.keyboard.press("Shift+ArrowLeft")
    assert days.evaluate("getSelection().toString()") == "On day 1 it"
    days.keyboard.press("Tab")
    expect(days.get_by_role("button", name="Hear the chosen passage")).to_be_focused()
    days.keyboard.press("Tab")
    days.keyboard.press("Tab")
    expect(days.get_by_role("button", name="Begin a word later")).to_be_focused()
    days.keyboard.press("Enter")
    assert days.evaluate("getSelection().toString()") == "day 1 it"
    days.get_by_role("button", name="End a word later").press("Enter")
    assert days.evaluate("getSelection().toString()") == "day 1 it rained"
    days.get_by_role("button", name="Copy quotation").press("Enter")
    days.wait_for_function(f"async () => (await {COPIED}).startsWith('“day 1 it rained”')")


def test_what_is_heard_over_and_over_follows_the_chosen_words(days: Page) -> None:
    days.evaluate("document.querySelector('audio').muted = true")
    drag(days, 30, 32)
    days.get_by_role("button", name="Hear the chosen passage").click()
    expect(days.locator(".repeats")).not_to_be_empty()
    before = days.locator(".repeats").inner_text()
    for _ in range(4):
        days.get_by_role("button", name="End a word later").click()
    expect(days.locator(".repeats")).not_to_have_text(before)
    days.get_by_role("button", name="Choose nothing").click()
    expect(days.locator(".quoting")).to_be_hidden()


def test_chosen_words_are_embedded(days: Page, shelf: Shelf) -> None:
    drag(days, 4, 10)
    days.locator(".quoting").get_by_role("button", name="Embed").click()
    code = days.get_by_label("HTML to copy")
    expect(code).to_be_focused()
    assert f"/embed/{shelf['days']}?t=2," in code.input_value()


def test_a_choice_never_runs_over_two_recordings(days: Page) -> None:
    days.evaluate(
        """() => { const words = document.querySelectorAll('[data-m]');
            const tape = document.querySelector('.tape[data-recording="2"] [data-m]');
            const last = [...words].indexOf(tape) - 2;
            getSelection().setBaseAndExtent(words[last], 0, tape, 1); }"""
    )
    days.get_by_role("button", name="Copy quotation").click()
    days.wait_for_function(f"async () => (await {COPIED}).startsWith('“the afternoon.”')")


def test_where_words_are_for_listening_alone_there_is_the_link_alone(
    days: Page, address: str, shelf: Shelf
) -> None:
    days.goto(f"{address}/testimonies/{shelf['listening']}")
    days.wait_for_selector(".transcript.speaking")
    drag(days, 0, 2)
    expect(days.locator(".quoting .link-alone")).to_be_visible()
    expect(days.get_by_role("button", name="Copy quotation")).to_be_hidden()
    expect(days.get_by_role("button", name="Copy link", exact=True)).to_be_visible()


def test_a_clip_is_made_with_the_keyboard_alone_and_leads_to_the_words(days: Page, shelf: Shelf) -> None:
    days.locator("[data-m][tabindex='0']").focus()
    for _ in range(3):
        days.keyboard.press("ArrowRight")
    for _ in range(4):
        days.keyboard.press("Shift+ArrowRight")
    make = days.locator(".quoting").get_by_role("button", name="Make a clip")
    for _ in range(14):
        days.keyboard.press("Tab")
        if make.evaluate("(button) => button === document.activeElement"):
            break
    days.keyboard.press("Enter")
    days.wait_for_url("**/clips/*")
    days.wait_for_selector(".transcript.speaking")
    expect(days.locator("blockquote.quoted")).to_have_text("it rained in the morning")
    expect(days.locator("h1")).to_be_in_viewport()
    assert Axe().run(days).violations_count == 0
    days.set_viewport_size({"width": 320, "height": 640})
    assert days.evaluate("document.documentElement.scrollWidth") <= 320
    days.get_by_role("button", name="Play 00:01 to 00:04").click()
    days.wait_for_function("() => !document.querySelector('audio').paused")
    days.get_by_role("link", name="Hear and read it in the whole testimony").click()
    expect(days.locator(".within[data-m]").first).to_have_text("it")
