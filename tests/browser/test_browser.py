"""The browser of a workspace, and pictures, in a real browser."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright", reason="the browser tests need playwright")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def browser(book):
    shown = book.page.locator(".hs-browse")
    expect(shown).to_have_attribute("data-found", "2", timeout=120_000)
    return shown


def test_scenarios_are_found_opened_used_and_deleted_only_when_it_is_confirmed(browser):
    browser.get_by_role("searchbox", name="Search scenarios").fill("blue")
    expect(browser).to_have_attribute("data-found", "1")
    browser.get_by_role("button", name="class", exact=True).click()
    expect(browser.locator(".hs-card .healthsim")).to_contain_text("300")
    browser.get_by_role("searchbox", name="Search scenarios").fill("")
    expect(browser).to_have_attribute("data-found", "2")

    browser.get_by_role("button", name="Use class").click()
    expect(browser.locator("tr.hs-used")).to_contain_text("class")
    browser.get_by_role("button", name="other", exact=True).click()
    below = browser.locator("tr.hs-below:visible").first
    below.get_by_role("button", name="Delete …").click()
    expect(below.get_by_role("button", name="Keep it")).to_be_focused()
    below.get_by_role("button", name="Delete for ever").click()
    expect(browser).to_have_attribute("data-found", "1")


def test_rules_are_filtered_and_show_their_sql_with_the_keyboard_alone(browser):
    keyboard = browser.page.keyboard

    browser.get_by_role("tab", name="Scenarios").focus()
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    expect(browser.get_by_role("tab", name="Rules")).to_have_attribute("aria-selected", "true")
    keyboard.press("Tab")
    keyboard.type("systolic-above")
    rule = browser.get_by_role("button", name="systolic-above-diastolic", exact=True)
    expect(browser.locator("button.hs-open:visible")).to_have_count(1)
    rule.press("Enter")
    expect(browser.locator("tr.hs-below:visible pre")).to_contain_text("systolic_bp")


def test_it_is_fit_for_readers_who_do_not_see_it_in_both_themes(book, browser):
    for theme, tab in (("JupyterLab Dark", "Rules"), ("JupyterLab Light", "History")):
        book.theme(theme)
        browser.get_by_role("tab", name=tab).click()
        book.page.wait_for_timeout(500)
        found = Axe().run(book.page, context=".hs-browse")
        assert found.violations_count == 0, found.generate_report()


def test_a_picture_takes_the_colours_of_the_theme(book, browser):
    label = book.page.locator("svg.hs-plot text").first
    colours = set()
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        book.theme(theme)
        book.page.wait_for_timeout(300)
        colours.add(label.evaluate("e => getComputedStyle(e).fill"))
    assert len(colours) == 2
