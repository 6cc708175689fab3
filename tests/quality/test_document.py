"""The page of all rules is as the rules are."""

from __future__ import annotations

from pathlib import Path

from healthsim_nb import quality
from healthsim_nb.quality import document

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


def test_the_page_is_up_to_date():
    command = "python -m healthsim_nb.quality.document > docs/rules.md"

    assert PAGE.read_text(encoding="utf-8") == document.text(), f"Run: {command}"


def test_the_page_names_every_rule_and_every_area_has_a_title():
    page = document.text()

    assert [name for name in quality.rules() if f"`{name}`" not in page] == []
    areas = {rule.area for rule in quality.rules().values()}
    assert areas == {*document.TITLES, "declared"}
