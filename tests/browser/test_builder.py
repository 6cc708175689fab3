"""The cohort builder in a real browser, from the form to the rows and back on another day."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright", reason="the browser tests need playwright")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
expect.set_options(timeout=60_000)
OPEN = """import healthsim_nb as hs
%load_ext healthsim_nb
ws = hs.open("built.duckdb")"""


@pytest.fixture(scope="module")
def built(notebook):
    with notebook("builder", OPEN, "%hs build", "%hs grid") as book:
        book.run_cell(0)
        book.run_cell(1)
        expect(book.page.locator(".hs-build")).to_have_attribute(
            "data-seen", "100", timeout=120_000
        )
        yield book


@pytest.fixture
def builder(built):
    return built.page.locator(".hs-build")


def test_the_form_is_filled_with_the_keyboard_alone(builder):
    keyboard = builder.page.keyboard

    builder.get_by_role("combobox", name="Conditions that everyone has").focus()
    keyboard.type("gout")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(builder.get_by_role("button", name="Remove Gout")).to_be_visible()
    expect(builder.locator("[data-code=yaml]")).to_contain_text("gout")
    builder.get_by_role("button", name="Remove Gout").press("Enter")
    expect(builder.get_by_role("button", name="Remove Gout")).to_have_count(0)

    builder.get_by_role("slider", name="poor").focus()
    for _ in range(6):
        keyboard.press("PageUp")
    expect(builder.locator(".hs-sliders:visible")).to_have_attribute("data-sum", "1")
    expect(builder.locator("[data-code=magic]")).to_contain_text("--mix")


def test_what_is_wrong_is_said_beside_its_field_and_nothing_can_be_made(builder):
    builder.get_by_role("textbox", name="Patients").fill("0")
    wrong = builder.locator("[data-field=n] .hs-wrong")
    expect(wrong).to_have_text("n is 0: a scenario needs at least 1 patient.")
    expect(builder.get_by_role("button", name="Generate")).to_be_disabled()
    expect(builder.get_by_role("textbox", name="Patients")).to_have_attribute(
        "aria-invalid", "true"
    )
    builder.get_by_role("textbox", name="Patients").fill("100")
    expect(wrong).to_be_empty()
    expect(builder.get_by_role("button", name="Generate")).to_be_enabled()


def test_what_is_being_made_is_stopped_and_nothing_is_kept(builder):
    builder.get_by_role("textbox", name="Patients").fill("30000")
    expect(builder.locator("[data-code=magic]")).to_contain_text("--n 30000")
    builder.get_by_role("button", name="Generate").click()
    expect(builder.locator(".hs-do").get_by_role("status")).to_contain_text("of 30,000 patients")
    builder.get_by_role("button", name="Cancel").click()
    expect(builder.get_by_text("Stopped: nothing was kept.")).to_be_visible()
    expect(builder.get_by_role("button", name="Generate")).to_be_focused()
    builder.get_by_role("textbox", name="Patients").fill("100")


def test_it_is_fit_for_readers_who_do_not_see_it_in_both_themes(built):
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        built.theme(theme)
        built.page.wait_for_timeout(500)
        found = Axe().run(built.page, context=".hs-build")
        assert found.violations_count == 0, found.generate_report()


def test_from_the_form_to_the_rows_and_back_on_another_day(built, builder):
    template = builder.get_by_role("combobox", name="Template or request")
    template.fill("150 Medicare members with diabetes, 65 to 85, in Texas, for 3 months")
    template.press("Enter")
    expect(builder.get_by_role("button", name="Remove Texas")).to_be_visible()
    expect(builder).to_have_attribute("data-seen", "150")
    builder.get_by_role("textbox", name="Name").fill("texas")
    expect(builder.locator("[data-code=magic]")).to_contain_text("--name texas")

    builder.get_by_role("button", name="Generate").click()
    expect(builder).to_have_attribute("data-made", "texas")

    built.run_cell(2)
    grid = built.page.locator(".hs-grid")
    expect(grid).to_have_attribute("data-total", "150")
    grid.get_by_role("button", name="Next page").click()
    expect(grid.get_by_role("status")).to_have_text("rows 21 to 40 of 150")
    grid.get_by_role("button", name="family_name", exact=True).click()
    expect(grid.locator("th[aria-sort=ascending]")).to_contain_text("family_name")
    grid.get_by_role("button", name="Filters").click()
    grid.get_by_role("textbox", name="Filter gender").fill("=F")
    expect(grid).not_to_have_attribute("data-total", "150")
    women = grid.get_attribute("data-total")
    with built.page.expect_download() as download:
        grid.get_by_role("button", name="CSV").click()
    assert len(download.value.path().read_text().splitlines()) == int(women) + 1

    # Longer than changes gather before they are written.
    built.page.wait_for_timeout(1500)
    built.restart()
    built.run()

    expect(builder).to_have_attribute("data-seen", "150", timeout=120_000)
    expect(builder.get_by_role("textbox", name="Name")).to_have_value("texas")
    expect(builder.get_by_role("button", name="Remove Texas")).to_be_visible()
    expect(grid).to_have_attribute("data-total", women)
