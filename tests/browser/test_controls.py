"""The controls under the player: by pointer, by key, on the device, before a testimony with a warning."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Shelf

MEDIA = "document.querySelector('.player:not([hidden]) :is(audio, video)')"


@pytest.fixture
def days(page: Page, address: str, shelf: Shelf) -> Page:
    """The page of a testimony of two recordings, ready to be played."""
    page.goto(f"{address}/testimonies/{shelf['days']}")
    page.wait_for_selector(".transcript.speaking")
    return page


def state(page: Page, name: str) -> object:
    return page.evaluate(f"{MEDIA}.{name}")


def reaches(page: Page, seconds: float) -> None:
    page.wait_for_function(f"() => Math.abs({MEDIA}.currentTime - {seconds}) < 0.8")


def test_play_pause_and_skips_by_button(days: Page) -> None:
    days.get_by_role("button", name="Play", exact=True).click()
    days.wait_for_function(f"() => !{MEDIA}.paused")
    days.get_by_role("button", name="Pause").click()
    days.wait_for_function(f"() => {MEDIA}.paused")
    days.get_by_role("button", name="On 10 seconds").click()
    days.get_by_role("button", name="On 10 seconds").click()
    reaches(days, 20)
    days.get_by_role("button", name="Back 10 seconds").click()
    reaches(days, 10)
    expect(days.locator(".clock .now")).to_have_text("00:10")
    assert state(days, "paused")


def test_the_slider_is_worked_by_keys_and_says_where_it_is(days: Page) -> None:
    slider = days.get_by_role("slider", name="Place in the recording")
    slider.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "PageUp", "ArrowLeft"):
        days.keyboard.press(key)
    reaches(days, 55)
    expect(slider).to_have_attribute("aria-valuetext", "00:55 of 01:00")
    days.keyboard.press("Home")
    reaches(days, 0)


def test_a_click_on_the_waveform_leads_there(days: Page) -> None:
    box = days.locator(".position").bounding_box()
    assert box is not None
    days.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    reaches(days, 30)
    expect(days.locator(".spoken")).to_have_count(1)


def test_speed_keeps_to_the_next_recording(days: Page) -> None:
    days.get_by_label("Speed").select_option("1.5")
    assert state(days, "playbackRate") == 1.5
    assert state(days, "preservesPitch") is True
    days.get_by_role("link", name="Recording 2").click()
    days.wait_for_selector(".player[data-recording='2']:not([hidden])", state="attached")
    assert state(days, "playbackRate") == 1.5
    expect(days.locator(".clock .whole")).not_to_be_empty()


def test_a_passage_is_repeated_until_its_listener_has_had_enough(days: Page) -> None:
    days.evaluate(f"{MEDIA}.muted = true")
    days.locator("span[data-m]").nth(16).click()  # in the second passage, from 8.35 s on
    repeat = days.get_by_role("button", name="Repeat this passage")
    repeat.click()
    expect(repeat).to_have_attribute("aria-pressed", "true")
    expect(days.locator(".repeats")).to_have_text(re.compile(r"Repeats 00:08 to 00:1\d"))
    expect(days.locator(".ticks .repeated")).to_have_count(1)
    # Just before its end, it begins again.
    days.evaluate(f"{MEDIA}.currentTime = 15.6")
    days.wait_for_function(f"() => {MEDIA}.currentTime < 9.5")
    assert not state(days, "paused")
    # Who goes elsewhere has had enough.
    days.locator(".passage .time").first.click()
    expect(repeat).to_have_attribute("aria-pressed", "false")
    expect(days.locator(".repeats")).to_be_empty()


def test_single_keys_and_their_list_and_how_they_are_turned_off(days: Page) -> None:
    days.keyboard.press("l")
    reaches(days, 10)
    days.keyboard.press("j")
    reaches(days, 0)
    days.keyboard.press(">")
    assert state(days, "playbackRate") == 1.25
    days.keyboard.press("m")
    assert state(days, "muted") is True
    days.keyboard.press("k")
    days.wait_for_function(f"() => !{MEDIA}.paused")
    days.keyboard.press("k")
    days.keyboard.press("/")
    expect(days.get_by_role("searchbox", name="Find in this testimony")).to_be_focused()
    days.keyboard.type("kjl")  # what is written is no command
    assert state(days, "paused") is True
    days.locator("h1").click()
    days.keyboard.press("?")
    expect(days.get_by_role("dialog", name="Keys")).to_be_visible()
    assert Axe().run(days).violations_count == 0
    days.get_by_label("Use these keys on this device").uncheck()
    days.keyboard.press("Escape")
    days.keyboard.press("k")
    assert state(days, "paused") is True
    days.reload()
    days.wait_for_selector(".transcript.speaking")
    days.keyboard.press("?")
    expect(days.get_by_role("dialog")).to_have_count(0)


def test_where_somebody_stopped_is_offered_on_this_device_and_can_be_forgotten(days: Page) -> None:
    expect(days.locator(".resume")).to_be_hidden()
    days.evaluate(f"(({MEDIA}.muted = true), ({MEDIA}.currentTime = 31), {MEDIA}.play())")
    days.wait_for_function(f"() => {MEDIA}.currentTime > 31.2")
    days.keyboard.press("k")
    for _ in range(2):
        days.reload()
        days.wait_for_selector(".transcript.speaking")
        offer = days.get_by_role("button", name="Go on from 00:31 of recording 1")
        expect(offer).to_be_visible()
        assert state(days, "paused") is True
    offer.click()
    days.wait_for_function(f"() => {MEDIA}.currentTime > 31")
    expect(offer).to_be_hidden()
    days.keyboard.press("k")
    days.reload()
    days.get_by_role("button", name="Forget").click()
    assert days.evaluate("localStorage.length") == 0
    days.reload()
    days.wait_for_selector(".transcript.speaking")
    expect(days.locator(".resume")).to_be_hidden()


def test_who_follows_a_link_to_a_moment_is_offered_that_one(days: Page, address: str, shelf: Shelf) -> None:
    days.evaluate(f"(({MEDIA}.muted = true), ({MEDIA}.currentTime = 31), {MEDIA}.play())")
    days.wait_for_function(f"() => {MEDIA}.currentTime > 31.2")
    days.keyboard.press("k")
    days.goto(f"{address}/testimonies/{shelf['days']}?t=10")
    days.wait_for_selector(".transcript.speaking")
    expect(days.locator(".opened button")).to_be_visible()
    expect(days.locator(".resume")).to_be_hidden()


def test_a_film_has_captions_and_its_own_controls_only_on_the_whole_screen(
    page: Page, address: str, shelf: Shelf
) -> None:
    page.goto(f"{address}/testimonies/{shelf['video']}")
    page.wait_for_selector(".transcript.speaking")
    assert state(page, "controls") is False
    captions = page.get_by_role("button", name="Captions")
    captions.click()
    expect(captions).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(f"() => {MEDIA}.textTracks[0].cues?.length > 0")
    page.locator("video").click()
    page.wait_for_function(f"() => !{MEDIA}.paused")
    page.keyboard.press("f")
    page.wait_for_function(f"() => document.fullscreenElement === {MEDIA} && {MEDIA}.controls")
    page.evaluate("document.exitFullscreen()")
    page.wait_for_function(f"() => !{MEDIA}.controls")


def test_the_system_is_told_what_is_heard(days: Page) -> None:
    days.evaluate(f"{MEDIA}.muted = true")
    days.keyboard.press("k")
    days.wait_for_function("() => navigator.mediaSession.metadata?.title === 'Forty days of weather'")


def test_nothing_moves_when_the_controls_begin_to_work(page: Page, address: str, shelf: Shelf) -> None:
    page.add_init_script(
        """window.shift = 0; window.moved = []; new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) {
                window.shift += entry.value;
                for (const { node } of entry.sources) window.moved.push(node?.outerHTML?.slice(0, 80));
            }
        }).observe({type: 'layout-shift', buffered: true});"""
    )
    for name in ("days", "video"):
        page.goto(f"{address}/testimonies/{shelf[name]}")
        page.wait_for_selector(".transcript.speaking")
        page.wait_for_timeout(300)
        assert page.evaluate("window.shift") < 0.01, (name, page.evaluate("window.moved"))


def test_from_one_found_passage_to_the_next(page: Page, address: str, shelf: Shelf) -> None:
    page.goto(f"{address}/testimonies/{shelf['days']}")
    page.get_by_role("searchbox", name="Find in this testimony").fill('"day 3" OR "day 5"')
    page.keyboard.press("Enter")
    page.wait_for_selector(".hits:not([hidden])")
    expect(page.locator(".hits > span")).to_contain_text("2 found")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".passage.hit")).to_contain_text("On day 3")
    expect(page.locator(".hits > span")).to_contain_text("1 of 2")
    page.locator("h1").click()
    page.keyboard.press("n")
    expect(page.locator(".passage.hit")).to_contain_text("On day 5")
    expect(page.locator(".passage.hit mark").first).to_be_in_viewport()
    page.keyboard.press("n")
    expect(page.locator(".passage.hit")).to_contain_text("On day 3")
    page.keyboard.press("p")
    expect(page.locator(".hits > span")).to_contain_text("2 of 2")
    reaches(page, 33.9)


def test_before_a_testimony_with_a_warning_there_is_a_choice(page: Page, address: str, shelf: Shelf) -> None:
    page.goto(f"{address}/testimonies/{shelf['warned']}")
    expect(page.get_by_text("A storm is described in detail.")).to_be_visible()
    expect(page.locator(".spread")).to_be_hidden()
    page.get_by_role("link", name="Go on to the testimony").click()
    page.wait_for_selector(".transcript.speaking")
    expect(page.get_by_text("The storm came at night.")).to_be_visible()
    # A way out stays, and who went on is not asked again.
    expect(page.locator(".listen").get_by_role("link", name="Leave this page")).to_be_visible()
    page.reload()
    page.wait_for_selector(".transcript.speaking")
    expect(page.get_by_text("The storm came at night.")).to_be_visible()
    page.locator(".listen").get_by_role("link", name="Leave this page").click()
    expect(page).to_have_url(f"{address}/")


def test_without_scripts_a_warning_stands_before_all_else(
    browser: Browser, address: str, shelf: Shelf
) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{address}/testimonies/{shelf['warned']}")
    warning = plain.get_by_text("A storm is described in detail.").bounding_box()
    player = plain.locator("audio").bounding_box()
    expect(plain.get_by_text("The storm came at night.")).to_be_visible()
    assert warning is not None
    assert player is not None
    assert warning["y"] < player["y"]
    context.close()


def test_doubtful_words_are_marked_where_somebody_wants_that_without_scripts_too(
    browser: Browser, address: str, shelf: Shelf
) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{address}/testimonies/{shelf['listening']}")
    expect(plain.locator(".doubtful")).to_have_text("perhaps")
    line = "getComputedStyle(document.querySelector('.doubtful')).textDecorationLine"
    assert plain.evaluate(line) == "none"
    plain.get_by_label("Mark the words that the machine was unsure of").check()
    assert plain.evaluate(line) == "underline"
    context.close()
