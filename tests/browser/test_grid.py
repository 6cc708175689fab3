from __future__ import annotations

import pytest

pytest.importorskip("playwright", reason="the browser tests need playwright")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def grid(book):
    """The patients of a small scenario."""
    shown = book.page.locator(".hs-grid").first
    expect(shown).to_have_attribute("data-total", "300", timeout=120_000)
    return shown


@pytest.fixture(autouse=True)
def beginning(grid):
    """Begin each test on the first page."""
    grid.locator(".hs-rows").focus()
    grid.page.keyboard.press("Home")
    expect(grid).to_have_attribute("data-page", "1")


def status(grid):
    return expect(grid.get_by_role("status"))


def test_pages_are_turned_one_by_one_or_by_their_number(grid):
    expect(grid.locator("tbody tr")).to_have_count(20)

    grid.get_by_role("button", name="Next page").click()
    status(grid).to_have_text("rows 21 to 40 of 300")
    grid.get_by_role("spinbutton", name="Page").fill("15")
    grid.get_by_role("spinbutton", name="Page").press("Enter")
    status(grid).to_have_text("rows 281 to 300 of 300")
    expect(grid.get_by_role("button", name="Next page")).to_be_disabled()


def test_the_keyboard_alone_turns_pages_and_opens_a_row_and_a_life(grid):
    keyboard = grid.page.keyboard

    keyboard.press("End")
    status(grid).to_have_text("rows 281 to 300 of 300")
    keyboard.press("Home")
    status(grid).to_have_text("rows 1 to 20 of 300")
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        keyboard.press(key)
    expect(grid.locator(".hs-detail")).to_contain_text("Row 3")
    expect(grid.locator(".hs-detail dt", has_text="primary_care_provider_id")).to_have_count(1)
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(grid.locator(".hs-life svg.hs-timeline")).to_be_visible()
    keyboard.press("Escape")
    expect(grid.locator(".hs-detail")).to_be_hidden()
    expect(grid.locator(".hs-rows tbody tr").nth(2)).to_be_focused()


def test_rows_are_sorted_filtered_and_what_is_wrong_is_said(grid):
    sort = grid.get_by_role("button", name="birth_date", exact=True)
    sort.click()
    expect(grid.locator("th[aria-sort=ascending]")).to_contain_text("birth_date")

    grid.get_by_role("button", name="Filters").click()
    grid.get_by_role("textbox", name="Filter gender").fill("=F")
    expect(grid).not_to_have_attribute("data-total", "300")
    number = grid.get_by_role("textbox", name="Filter id", exact=True)
    number.fill("> x")
    expect(grid.get_by_role("alert")).to_have_text("id is compared with a number, not 'x'.")
    number.fill("")
    expect(grid.locator(".hs-problem")).to_be_empty()
    grid.get_by_role("textbox", name="Filter gender").fill("")
    expect(grid).to_have_attribute("data-total", "300")


def test_columns_are_chosen_and_rows_downloaded_and_copied(grid):
    with grid.page.expect_download() as download:
        grid.get_by_role("button", name="CSV").click()
    assert len(download.value.path().read_text().splitlines()) == 301

    grid.locator("summary", has_text="Columns").click()
    grid.get_by_role("checkbox", name="person_id").uncheck()
    expect(grid.get_by_role("button", name="person_id", exact=True)).to_have_count(0)
    grid.page.keyboard.press("Escape")
    grid.get_by_role("button", name="Copy page").click()
    status(grid).to_contain_text("rows copied")
    copied = grid.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("id\tmrn")
    assert len(copied.splitlines()) == 21


def test_a_grid_is_fit_for_readers_who_do_not_see_it_in_both_themes(book, grid):
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        book.theme(theme)
        book.page.wait_for_timeout(500)
        found = Axe().run(book.page, context=".hs-grid")
        assert found.violations_count == 0, found.generate_report()


def test_hostile_text_is_shown_and_never_run(book):
    grid = book.page.locator(".hs-grid").nth(1)
    expect(grid).to_have_attribute("data-total", "300")
    expect(grid.locator("tbody img")).to_have_count(0)
    expect(grid.locator("tbody tr").first).to_contain_text("<img src=x")
    assert book.page.title() != "1"
