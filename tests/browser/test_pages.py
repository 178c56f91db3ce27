"""What holds for every page: narrow windows, accessibility in light and dark, no scripts needed, nobody else
asked for anything."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Shelf


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, address: str, pages: list[str], scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})  # type: ignore[arg-type]
    page = context.new_page()
    found = {}
    for path in pages:
        page.goto(address + path)
        page.wait_for_load_state()
        results = Axe().run(page)
        if results.violations_count:
            found[path] = results.generate_report()
    context.close()
    assert not found, "\n".join(f"{path}\n{report}" for path, report in found.items())


def test_axe_finds_nothing_on_a_phone_and_while_it_plays(
    browser: Browser, address: str, shelf: Shelf
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{address}/testimonies/{shelf['days']}?t=1,9&q=rained")
    page.wait_for_selector(".transcript.speaking")
    page.locator(".opened button").click()
    page.wait_for_selector(".spoken")
    for summary in page.locator("summary").all():
        summary.click()
    results = Axe().run(page)
    context.close()
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", [320, 768, 1280, 1920])
def test_no_page_is_wider_than_its_window(
    browser: Browser, address: str, pages: list[str], width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 700})
    page = context.new_page()
    wide = []
    for path in pages:
        page.goto(address + path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    context.close()
    assert wide == []


def test_nobody_else_is_asked_for_anything_and_nothing_is_remembered(
    page: Page, address: str, pages: list[str]
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in pages:
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
    assert len(asked) > len(pages)
    assert [url for url in asked if not url.startswith(address + "/")] == []
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


class TestWithoutScripts:
    """Everything but what only scripts can do works without them."""

    @pytest.fixture
    def plain(self, browser: Browser) -> Page:
        context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        yield page
        context.close()

    def test_a_word_is_searched_for_found_and_read(self, plain: Page, address: str) -> None:
        plain.goto(address)
        plain.get_by_role("searchbox").fill("bread")
        plain.get_by_role("button", name="Search").click()
        expect(plain.locator("h1")).to_have_text(re.compile(r"testimon\w+: bread"))
        plain.locator(".passage-link").first.click()
        expect(plain.locator("mark").first).to_have_text("bread")
        expect(plain.locator(".opened-here")).to_be_in_viewport()

    def test_the_browsers_own_controls_play_the_stretch(
        self, plain: Page, address: str, shelf: Shelf
    ) -> None:
        plain.goto(f"{address}/testimonies/{shelf['days']}?r=2&t=0.5,1.5")
        audio = plain.locator("audio:visible")
        expect(audio).to_have_count(1)
        assert audio.get_attribute("controls") is not None
        assert (audio.get_attribute("src") or "").endswith("#t=0.5,1.5")
        expect(plain.locator(".within").first).to_be_visible()

    def test_no_control_is_shown_that_does_nothing(self, plain: Page, address: str, shelf: Shelf) -> None:
        plain.goto(f"{address}/testimonies/{shelf['days']}?t=0.5,1.5")
        for control in plain.locator("main button:not(form button), main input:not(form input)").all():
            expect(control).to_be_hidden()

    def test_times_and_recordings_are_links(self, plain: Page, address: str, shelf: Shelf) -> None:
        plain.goto(f"{address}/testimonies/{shelf['days']}")
        plain.get_by_role("link", name="Recording 2").click()
        expect(plain).to_have_url(re.compile(r"\?r=2$"))
        plain.locator(".passage .time").nth(1).click()
        expect(plain).to_have_url(re.compile(r"\?t=[\d.]+$"))

    def test_the_description_opens_on_a_phone(self, plain: Page, address: str, shelf: Shelf) -> None:
        plain.set_viewport_size({"width": 360, "height": 740})
        plain.goto(f"{address}/testimonies/{shelf['days']}")
        expect(plain.get_by_text("Free to use.")).to_be_hidden()
        plain.get_by_text("About this testimony").locator("visible=true").click()
        expect(plain.get_by_text("Free to use.")).to_be_visible()


def test_from_the_search_box_to_the_voice_with_the_keyboard_alone(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the page")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("bread")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=bread")
    while not page.evaluate("document.activeElement.matches('.passage-link')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".transcript.speaking")
    page.keyboard.press("Enter")
    page.wait_for_function("() => !document.querySelector('.player:not([hidden]) audio').paused")
    expect(page.locator(".spoken")).to_have_count(1)


def test_focus_is_always_seen(page: Page, address: str, shelf: Shelf) -> None:
    page.goto(f"{address}/testimonies/{shelf['days']}")
    page.wait_for_selector(".transcript.speaking")
    for _ in range(30):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
                const focused = document.activeElement;
                if (!focused || focused === document.body || focused.matches('audio, video')) return null;
                return parseFloat(getComputedStyle(focused).outlineWidth);
            }"""
        )
        assert seen is None or seen >= 2


def test_on_paper_the_citation_comes_first_and_controls_are_gone(
    page: Page, address: str, shelf: Shelf
) -> None:
    page.goto(f"{address}/testimonies/{shelf['days']}")
    page.emulate_media(media="print")
    expect(page.locator("header .print-only")).to_be_visible()
    expect(page.locator("header .print-only")).to_contain_text(f"/testimonies/{shelf['days']}")
    for control in ("audio", "button", "nav.recordings", "footer"):
        for one in page.locator(control).all():
            expect(one).to_be_hidden()
    expect(page.get_by_text("Free to use.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_with_forced_colours_the_spoken_word_of_a_stretch_is_seen(
    browser: Browser, address: str, shelf: Shelf
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, forced_colors="active")
    page = context.new_page()
    page.goto(f"{address}/testimonies/{shelf['days']}?t=0,4&q=rained")
    page.wait_for_selector(".transcript.speaking")
    page.locator("span[data-m]:has(mark)").first.click()
    page.wait_for_selector(".within.spoken mark")
    word, mark, ground, paper = page.evaluate(
        """() => {
            const style = (selector) => getComputedStyle(document.querySelector(selector));
            const spoken = style('.within.spoken');
            return [spoken.color, style('.spoken mark').color, spoken.backgroundColor,
                style('body').backgroundColor];
        }"""
    )
    context.close()
    assert word == mark
    assert word != ground
    assert ground not in (paper, "rgba(0, 0, 0, 0)")


def test_on_a_phone_the_text_comes_before_what_is_known_of_it(page: Page, address: str, shelf: Shelf) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}/testimonies/{shelf['person']}")
    page.wait_for_selector(".transcript.speaking")
    order = "(a, b) => a.getBoundingClientRect().top < b.getBoundingClientRect().top"
    first = f"({order})(document.querySelector('.transcript'), document.querySelector('.about'))"
    assert page.evaluate(first)
    follows = (
        "document.querySelector('.transcript').compareDocumentPosition(document.querySelector('.about'))"
    )
    assert page.evaluate(follows) == 4
    page.set_viewport_size({"width": 1280, "height": 740})
    page.wait_for_function(f"() => {follows} === 2")


def test_at_200_percent_and_with_forced_colours_the_spoken_word_is_seen(
    browser: Browser, address: str, shelf: Shelf
) -> None:
    context = browser.new_context(viewport={"width": 640, "height": 450}, forced_colors="active")
    page = context.new_page()
    page.goto(f"{address}/testimonies/{shelf['days']}")
    page.wait_for_selector(".transcript.speaking")
    page.locator("span[data-m]").first.click()
    page.wait_for_selector(".spoken")
    word, paper = page.evaluate(
        """() => [document.querySelector('.spoken'), document.body].map(
            (element) => getComputedStyle(element).backgroundColor)"""
    )
    context.close()
    assert word != paper
