"""The data dictionary says all that is declared, and its page is current."""

from __future__ import annotations

from pathlib import Path

from healthsim_nb.schema import tables
from healthsim_nb.schema.dictionary import entries, markdown

PAGE = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_every_column_of_every_table_has_an_entry():
    found = {(entry.table, entry.column) for entry in entries()}

    assert found == {(t.name, c.name) for t in tables().values() for c in t.columns}


def test_an_entry_says_type_nullability_and_reference():
    entry = next(e for e in entries() if (e.table, e.column) == ("procedures", "order_id"))

    assert (entry.type, entry.required, entry.references) == ("BIGINT", False, "orders")
    assert (
        "| order_id | BIGINT, may be null | The order that asked for it → [orders](#orders) |"
        in (markdown())
    )


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == markdown(), (
        "Run: python -m healthsim_nb.schema.dictionary > docs/data-dictionary.md"
    )
