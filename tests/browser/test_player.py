"""Words follow the voice, and the voice follows the words."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Shelf

TIME = "document.querySelector('.player:not([hidden]) audio').currentTime"
PAUSED = "document.querySelector('.player:not([hidden]) audio').paused"


@pytest.fixture
def days(page: Page, address: str, shelf: Shelf) -> Page:
    """The page of a testimony of two recordings, ready to be played."""
    page.goto(f"{address}/testimonies/{shelf['days']}")
    page.wait_for_selector(".transcript.speaking")
    return page


def word(page: Page, number: int, recording: int = 1):  # type: ignore[no-untyped-def]
    return page.locator(f".tape[data-recording='{recording}'] span[data-m]").nth(number)


def wait_until(page: Page, condition: str) -> None:
    page.wait_for_function(f"() => {condition}")


def test_nothing_is_lit_or_heard_before_somebody_wants_it(days: Page) -> None:
    assert days.evaluate(PAUSED)
    expect(days.locator(".spoken")).to_have_count(0)


def test_the_spoken_word_is_lit_and_it_alone(days: Page) -> None:
    word(days, 0).click()
    wait_until(days, f"{TIME} > 0.6")
    for _ in range(5):
        lit = days.evaluate(
            """() => {
                const now = document.querySelector('audio').currentTime * 1000;
                return [...document.querySelectorAll('.spoken')].map(
                    (word) => [Number(word.dataset.m), Number(word.dataset.d), now]);
            }"""
        )
        assert len(lit) <= 1
        for start, length, now in lit:
            # A frame or two may lie between the voice and the light.
            assert start - 20 <= now <= start + length + 120
        days.wait_for_timeout(230)
    first = days.locator(".spoken").first.get_attribute("data-m")
    wait_until(
        days, f"document.querySelector('.spoken') && document.querySelector('.spoken').dataset.m != {first}"
    )


def test_a_click_on_a_word_plays_from_it(days: Page) -> None:
    chosen = word(days, 20)
    start = int(chosen.get_attribute("data-m")) / 1000
    chosen.click()
    wait_until(days, f"!{PAUSED} && {TIME} >= {start}")
    assert days.evaluate(TIME) < start + 1.5


def test_enter_on_a_word_plays_from_it_and_space_pauses(days: Page) -> None:
    word(days, 0).focus()
    for _ in range(3):
        days.keyboard.press("ArrowRight")
    expect(word(days, 3)).to_be_focused()
    days.keyboard.press("Enter")
    wait_until(days, f"!{PAUSED} && {TIME} >= 1.5")
    days.keyboard.press(" ")
    wait_until(days, PAUSED)


def test_arrows_lead_from_word_to_word_and_from_passage_to_passage(days: Page) -> None:
    word(days, 0).focus()
    days.keyboard.press("ArrowDown")
    days.keyboard.press("ArrowDown")
    expect(days.locator(":focus")).to_have_text("On")
    assert days.evaluate("document.activeElement.closest('.passage').innerText.includes('day 3')")
    days.keyboard.press("ArrowUp")
    days.keyboard.press("ArrowLeft")
    assert days.evaluate("document.activeElement.closest('.passage').innerText.includes('day 1')")
    days.keyboard.press("ArrowLeft")
    expect(days.locator(":focus")).to_have_text("the")


def test_in_hebrew_the_next_word_lies_to_the_left(page: Page, address: str, shelf: Shelf) -> None:
    page.goto(f"{address}/testimonies/{shelf['hebrew']}")
    page.wait_for_selector(".transcript.speaking")
    page.locator("span[data-m]").first.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(":focus")).to_have_text("זמן")


def test_the_transcript_is_one_stop_for_the_tab_key(days: Page) -> None:
    days.locator(".find button").focus()
    days.keyboard.press("Tab")
    assert days.evaluate("document.activeElement.matches('.transcript [data-m]')")
    days.keyboard.press("Tab")
    assert days.evaluate("document.activeElement.closest('footer') !== null")


def test_a_time_in_the_margin_plays_from_there_and_stands_in_the_address(days: Page) -> None:
    days.locator(".passage .time").nth(1).click()
    wait_until(days, f"!{PAUSED} && {TIME} >= 8.3")
    assert re.search(r"\?t=[\d.]+$", days.url)


def test_a_passage_without_times_of_words_is_lit_as_a_whole(page: Page, address: str, shelf: Shelf) -> None:
    page.goto(f"{address}/testimonies/{shelf['person']}")
    page.wait_for_selector(".transcript.speaking")
    page.locator(".text").nth(1).click()
    expect(page.locator(".spoken")).to_have_text("Dann kam die Sonne.")
    expect(page.locator(".spoken")).to_have_count(1)


def test_selecting_words_plays_nothing(days: Page) -> None:
    box = word(days, 1).bounding_box()
    days.mouse.move(box["x"] + 1, box["y"] + 5)
    days.mouse.down()
    days.mouse.move(box["x"] + 150, box["y"] + 5, steps=5)
    days.mouse.up()
    assert days.evaluate("getSelection().toString().trim().length") > 0
    assert days.evaluate(PAUSED)


def test_the_second_recording_takes_the_place_of_the_first(days: Page) -> None:
    word(days, 0).click()
    wait_until(days, f"!{PAUSED}")
    word(days, 2, recording=2).click()
    wait_until(days, f"!{PAUSED} && {TIME} >= 1")
    expect(days.locator(".player:not([hidden])")).to_have_attribute("data-recording", "2")
    expect(days.locator(".recordings [aria-current]")).to_have_text("Recording 2")
    assert days.evaluate("document.querySelector('.player[data-recording=\"1\"] audio').paused")


def test_after_one_recording_comes_the_next(days: Page) -> None:
    word(days, 0).click()
    wait_until(days, f"!{PAUSED}")
    days.evaluate("document.querySelector('audio').currentTime = 59.8")
    days.wait_for_selector(".player[data-recording='2']:not([hidden])", state="attached")
    wait_until(days, f"!{PAUSED} && {TIME} > 0.1 && {TIME} < 5")


class TestFollowing:
    """The page follows the voice until its reader scrolls away."""

    def test_it_follows_and_stops_when_the_reader_scrolls(self, days: Page) -> None:
        button = days.locator(".to-voice")
        expect(button).to_be_hidden()
        word(days, 150).click()
        days.wait_for_function("() => scrollY > 100")
        days.wait_for_timeout(1000)  # until the page has come to rest
        days.mouse.move(900, 400)
        days.mouse.wheel(0, -3000)
        expect(button).to_be_visible()
        days.wait_for_function("() => scrollY < 100")
        days.wait_for_timeout(900)
        assert days.evaluate("scrollY") < 100
        button.click()
        days.wait_for_function(
            """() => {
                const box = document.querySelector('.spoken')?.getBoundingClientRect();
                return box && box.top > 0 && box.bottom < innerHeight;
            }"""
        )
        expect(button).to_be_hidden()

    def test_scrolling_while_nothing_is_heard_leaves_nothing(self, days: Page) -> None:
        days.mouse.move(900, 400)
        days.mouse.wheel(0, 600)
        days.wait_for_timeout(200)
        expect(days.locator(".to-voice")).to_be_hidden()

    def test_the_player_never_covers_the_word_on_a_phone(self, days: Page) -> None:
        days.set_viewport_size({"width": 360, "height": 640})
        word(days, 100).click()
        days.wait_for_timeout(1200)
        covered = days.evaluate(
            """() => {
                const words = document.querySelectorAll('span[data-m]');
                const word = document.querySelector('.spoken') ?? words[100];
                const player = document.querySelector('.listen').getBoundingClientRect();
                return [word.getBoundingClientRect().top, player.bottom, innerHeight];
            }"""
        )
        assert covered[0] >= covered[1]
        assert covered[1] <= 0.4 * covered[2]


class TestStretch:
    """`?t=from,to` waits at its start, is played, and stops at its end."""

    @pytest.fixture
    def stretch(self, page: Page, address: str, shelf: Shelf) -> Page:
        page.goto(f"{address}/testimonies/{shelf['days']}?t=10,11.2")
        page.wait_for_selector(".transcript.speaking")
        wait_until(page, "document.querySelector('audio').readyState > 0")
        return page

    def test_nothing_plays_by_itself(self, stretch: Page) -> None:
        stretch.wait_for_timeout(600)
        assert stretch.evaluate(PAUSED)
        assert stretch.evaluate(TIME) == pytest.approx(10, abs=0.05)
        expect(stretch.locator(".within span, span.within").first).to_be_in_viewport()

    def test_it_is_played_and_stops(self, stretch: Page) -> None:
        stretch.get_by_role("button", name="Play 00:10 to 00:12").click()
        wait_until(stretch, f"!{PAUSED}")
        wait_until(stretch, PAUSED)
        assert stretch.evaluate(TIME) == pytest.approx(11.2, abs=0.1)

    def test_the_players_own_button_plays_it_too_and_then_goes_on(self, stretch: Page) -> None:
        stretch.evaluate("document.querySelector('audio').play()")
        wait_until(stretch, f"{PAUSED} && {TIME} > 11")
        assert stretch.evaluate(TIME) == pytest.approx(11.2, abs=0.1)
        stretch.evaluate("document.querySelector('audio').play()")
        wait_until(stretch, f"!{PAUSED} && {TIME} > 11.8")

    def test_who_goes_elsewhere_is_not_stopped(self, stretch: Page) -> None:
        word(stretch, 30).click()
        start = int(word(stretch, 30).get_attribute("data-m")) / 1000
        wait_until(stretch, f"!{PAUSED} && {TIME} > {start + 0.8}")

    def test_it_can_be_played_again(self, stretch: Page) -> None:
        button = stretch.get_by_role("button", name="Play 00:10 to 00:12")
        for _ in range(2):
            button.click()
            wait_until(stretch, f"!{PAUSED}")
            wait_until(stretch, PAUSED)
        assert stretch.evaluate(TIME) == pytest.approx(11.2, abs=0.1)

    def test_a_moment_opens_where_it_is_and_enter_plays_from_there(
        self, page: Page, address: str, shelf: Shelf
    ) -> None:
        page.goto(f"{address}/testimonies/{shelf['days']}?t=16.8")
        page.wait_for_selector(".transcript.speaking")
        expect(page.locator(".opened-here .time")).to_be_focused()
        page.keyboard.press("Enter")
        wait_until(page, f"!{PAUSED} && {TIME} >= 16.8")
        expect(page.locator(".opened .from-here")).to_be_hidden()


def test_the_citation_and_a_link_to_the_moment_can_be_copied(days: Page) -> None:
    days.context.grant_permissions(["clipboard-read", "clipboard-write"])
    days.get_by_role("button", name="Copy citation").click()
    expect(days.locator(".copied").filter(has_text="Copied")).to_have_count(1)
    assert days.evaluate("navigator.clipboard.readText()").startswith(
        "Forty days of weather. Weather reports"
    )
    word(days, 2, recording=2).click()
    wait_until(days, f"{TIME} >= 1 && !{PAUSED}")
    days.evaluate("document.querySelector('.player:not([hidden]) audio').pause()")
    days.get_by_role("button", name="Copy link to this moment").click()
    days.wait_for_function("async () => (await navigator.clipboard.readText()).includes('t=')")
    assert re.search(r"/testimonies/\w+\?r=2&t=1(\.\d)?$", days.evaluate("navigator.clipboard.readText()"))


def test_who_moves_on_is_offered_and_cites_the_first_moment_no_more(
    page: Page, address: str, shelf: Shelf
) -> None:
    page.goto(f"{address}/testimonies/{shelf['days']}?t=10,11.2")
    page.wait_for_selector(".transcript.speaking")
    expect(page.locator(".opened .from-here")).to_be_visible()
    expect(page.locator("#citation")).to_contain_text("t=10,11.2")
    page.locator(".recordings").get_by_role("link", name="Recording 2").click()
    expect(page.locator(".opened .from-here")).to_be_hidden()
    expect(page.locator("#citation")).not_to_contain_text("t=")
    assert page.url.endswith("?r=2")
    page.go_back()
    expect(page.locator(".player:not([hidden])")).to_have_attribute("data-recording", "1")


def test_the_address_follows_from_tape_to_tape_and_keeps_the_search(
    page: Page, address: str, shelf: Shelf
) -> None:
    page.goto(f"{address}/testimonies/{shelf['days']}?q=bread")
    page.wait_for_selector(".transcript.speaking")
    word(page, 0).click()
    wait_until(page, f"!{PAUSED}")
    page.evaluate("document.querySelector('audio').currentTime = 59.8")
    page.wait_for_selector(".player[data-recording='2']:not([hidden])", state="attached")
    assert page.url.endswith("?r=2&q=bread")


def test_only_one_word_can_be_focused(days: Page) -> None:
    assert days.locator("[data-m][tabindex]").count() == 1
    word(days, 0).focus()
    days.keyboard.press("ArrowRight")
    expect(word(days, 1)).to_be_focused()
    assert days.locator("[data-m][tabindex]").count() == 1


def test_words_follow_a_file_that_begins_before_its_cited_time(
    page: Page, address: str, shelf: Shelf
) -> None:
    path = f"/testimonies/{shelf['days']}"

    def shift(route: Route) -> None:
        html = (
            route.fetch().text().replace('data-recording="1">', 'data-recording="1" data-offset="2000">', 1)
        )
        route.fulfill(body=html, content_type="text/html")

    page.route(f"**{path}", shift)
    page.goto(address + path)
    page.wait_for_selector(".transcript.speaking")
    chosen = word(page, 2)
    start = int(chosen.get_attribute("data-m")) / 1000
    chosen.click()
    wait_until(page, f"!{PAUSED} && {TIME} >= {start + 2}")
    assert page.evaluate(TIME) < start + 3.5
    lit = int(page.locator(".spoken").first.get_attribute("data-m"))
    assert lit <= 3000


def test_a_time_behind_the_sign_of_a_fragment_leads_to_its_stretch(
    page: Page, address: str, shelf: Shelf
) -> None:
    page.goto(f"{address}/testimonies/{shelf['days']}?q=rained#t=2,0:03.5")
    page.wait_for_url(f"{address}/testimonies/{shelf['days']}?q=rained&t=2,3.5")
    expect(page.get_by_role("button", name="Play 00:02 to 00:04")).to_be_visible()
    page.evaluate("location.hash = 't=5'")
    page.wait_for_url(f"{address}/testimonies/{shelf['days']}?q=rained&t=5")
    page.evaluate("location.hash = 'transcript'")
    expect(page.locator("#transcript")).to_be_visible()
    assert page.url.endswith("?q=rained&t=5#transcript")


def test_a_reference_is_copied_with_its_italics(page: Page, address: str, shelf: Shelf) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{address}/testimonies/{shelf['days']}?t=10,11.2")
    page.get_by_text("Chicago, MLA, APA and other styles").click()
    page.get_by_role("button", name="Copy: MLA").click()
    expect(page.locator(".reference .copied").filter(has_text="Copied")).to_be_visible()
    read = "async (type) => (await (await navigator.clipboard.read())[0].getType(type)).text()"
    assert f"{address}/testimonies/{shelf['days']}?t=10,11.2" in page.evaluate(read, "text/plain")
    assert "<i>" in page.evaluate(read, "text/html")


def test_who_goes_elsewhere_is_given_the_references_of_the_whole(
    page: Page, address: str, shelf: Shelf
) -> None:
    page.goto(f"{address}/testimonies/{shelf['days']}?t=10,11.2")
    page.get_by_text("Chicago, MLA, APA and other styles").click()
    entry = page.locator(".references:visible .entry").first
    expect(entry).to_contain_text("?t=10,11.2")
    page.locator(".passage a.time").nth(3).click()
    expect(entry).not_to_contain_text("?t=")


def test_a_stretch_that_ends_with_its_tape_does_not_run_on_into_the_next(
    page: Page, address: str, shelf: Shelf
) -> None:
    page.goto(f"{address}/testimonies/{shelf['days']}")
    length = page.evaluate(
        "() => new Promise((done) => { const m = document.querySelector('audio');"
        " m.readyState ? done(m.duration) : m.addEventListener('loadedmetadata', () => done(m.duration)); })"
    )
    page.goto(f"{address}/testimonies/{shelf['days']}?t={length - 0.8:.1f},{length:.1f}")
    page.locator(".opened button").click()
    page.wait_for_timeout(2500)
    assert page.evaluate("[...document.querySelectorAll('audio')].every((media) => media.paused)")
    expect(page.locator(".player[data-recording='1']:not([hidden])")).to_have_count(1)
