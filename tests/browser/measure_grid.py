"""How long a page among ten million rows takes in the browser, from the key to the rows.

    python -m pytest -q -s tests/browser/measure_grid.py

Milliseconds, as the page itself measures them: the median and the slowest of jumps to pages all
over the table, by number and, once the rows are sorted, by the column.
"""

from __future__ import annotations

import statistics

import pytest

pytest.importorskip("playwright", reason="the browser tests need playwright")
from playwright.sync_api import expect

ROWS = 10_000_000
MAKE = f"""import healthsim_nb as hs
from healthsim_nb.schema import scenario_tables
%load_ext healthsim_nb
ws = hs.open("many.duckdb")
c = ws.generate("gout", n=20, months=1, coverage=False, name="many")
values = {{"BIGINT": "i * 8 + i % 7", "TEXT": "'t' || (i * 48271) % 99991", "BOOLEAN": "i % 9 = 0",
    "DATE": "DATE '2024-01-01' + ((i * 7919) % 730)::INTEGER"}}
columns = [values.get(column.type, f"((i * 31) % 500003)::{{column.type}} / 100")
    for column in scenario_tables()["claims"].columns]
with ws.cursor() as cursor:
    cursor.execute(f"INSERT INTO hs.claims SELECT {{c.id}}, 1, {{', '.join(columns)}} "
        "FROM range({ROWS}) t(i)")"""
JUMP = """async ([grid, number]) => {
  const field = grid.querySelector("input[type=number]");
  const began = performance.now();
  field.value = number;
  field.dispatchEvent(new Event("input", {bubbles: true}));
  field.dispatchEvent(new Event("change", {bubbles: true}));
  field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
  while (grid.dataset.page !== String(number)) await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""


def jumps(grid, pages):
    taken = [grid.page.evaluate(JUMP, [grid.element_handle(), page]) for page in pages]
    return f"median {statistics.median(taken):.0f}, slowest {max(taken):.0f}"


def test_any_page_is_near(notebook):
    last = ROWS // 20
    everywhere = [last // 2, 1, last, *(last * k * 7 % 16 // 16 + k for k in range(1, 16))]
    with notebook("many", MAKE, "%hs grid claims --scenario many") as book:
        book.run()
        grid = book.page.locator(".hs-grid").first
        expect(grid).to_have_attribute("data-total", str(ROWS), timeout=300_000)
        print("\nby number, at first:", jumps(grid, everywhere), "ms")
        print("by number, again:", jumps(grid, everywhere[::-1]), "ms")
        grid.get_by_role("button", name="service_date", exact=True).click()
        expect(grid.locator("th[aria-sort=ascending]")).to_contain_text("service_date")
        jumps(grid, [last // 3])
        print("sorted:", jumps(grid, everywhere), "ms")
        print("sorted, again:", jumps(grid, everywhere[::-1]), "ms")
