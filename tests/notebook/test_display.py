"""What results look like: as HTML, escaped, and as text."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from healthsim_nb.notebook import cards, html, listings, scorecards

HOSTILE = "<img src=x onerror=alert(1)>"
VOID = {"progress", "img", "br"}


class Balance(HTMLParser):
    """Collects what is opened and closed."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def tags(text):
    """Return the tags of a piece of HTML whose tags are closed in order."""
    parser = Balance()
    parser.feed(text)
    assert parser.open == []
    return parser.seen


def rich(shell, thing):
    """Return the HTML and the text that a shell shows of a thing."""
    shell.display_formatter.active_types = ["text/plain", "text/html"]  # as in a notebook
    data, _ = shell.display_formatter.format(thing)
    shell.display_formatter.active_types = ["text/plain"]
    return data["text/html"], data["text/plain"]


@pytest.fixture
def scenario(made):
    """The small scenario."""
    return made.scenario("texas")


def test_every_result_of_the_workspace_is_shown_as_html_and_as_text(texas, made, scenario):
    results = [
        made,
        scenario,
        scenario.summary(),
        scenario.query("SELECT * FROM patients"),
        made.dictionary("patients"),
        made.dictionary(),
        made.understand("5 people with hypertension"),
    ]

    for thing in results:
        shown, plain = rich(texas, thing)
        assert tags(shown).count("div") > 0
        assert plain
        assert "object at 0x" not in plain


def test_a_page_says_where_it_is_and_how_to_go_on(texas, scenario):
    shown, _ = rich(texas, scenario.query("SELECT id FROM patients", page_size=25))

    assert "rows 1 to 25 of 60 · page 1 of 3" in shown
    assert "%hs next" in shown


def test_the_last_page_does_not_offer_another(texas, scenario):
    shown, _ = rich(texas, scenario.query("SELECT id FROM patients", page=3, page_size=25))

    assert "rows 51 to 60 of 60" in shown
    assert "%hs next" not in shown


def test_a_page_without_rows_says_so(texas, scenario):
    shown, _ = rich(texas, scenario.query("SELECT id FROM patients WHERE id < 0"))

    assert "no rows" in shown


def test_values_names_and_titles_are_escaped(texas, scenario):
    page = scenario.query(f"SELECT '{HOSTILE}' AS \"{HOSTILE}\"")
    pieces = [
        rich(texas, page)[0],
        html.heading(HOSTILE, HOSTILE),
        html.note(HOSTILE),
        html.chips([HOSTILE]),
        html.tiles([(HOSTILE, HOSTILE)]),
        html.pairs([(HOSTILE, HOSTILE)]),
        html.bars([(HOSTILE, 0.5)]),
        html.fold(HOSTILE, ""),
        html.section(HOSTILE, ""),
        html.code(HOSTILE),
        html.bar(1, 2, HOSTILE),
        html.tag("p", "", class_=f'"{HOSTILE}'),
        listings.sentence(HOSTILE)._repr_html_(),
    ]

    for piece in pieces:
        assert "<img" not in piece
        assert "&lt;img" in piece


def test_null_is_not_shown_as_a_word(texas, scenario):
    shown, _ = rich(texas, scenario.query("SELECT NULL AS nothing, 'None' AS word"))

    assert html.NOTHING in shown
    assert shown.count("None") == 1


def test_numbers_stand_to_the_right_and_text_does_not(texas, scenario):
    shown, _ = rich(texas, scenario.query("SELECT 1 AS number, 'a' AS word"))

    assert '<th scope="col" class="hs-right">number</th>' in shown
    assert '<th scope="col">word</th>' in shown


def test_colours_come_from_the_theme_with_a_fallback():
    sheet = html.style()
    colours = re.findall(r"--hs-(?:text|soft|line|faint|raised|accent): ([^;]+);", sheet)

    assert len(colours) == 6
    assert all(re.match(r"var\(--jp-.*#[0-9a-f]{6}\)+$", colour) for colour in colours)
    assert not re.search(r"[^-](?:color|background): #", sheet)


def test_progress_is_shown_below_how_the_request_was_understood(made):
    request = made.understand("5,000 people with hypertension")

    shown = cards.understood(request, 1250)

    assert '<progress max="5000" value="1250">' in shown._repr_html_()
    assert repr(shown).endswith("1,250 of 5,000 patients")
    assert "<progress" not in cards.understood(request)._repr_html_()


def test_a_specification_can_be_copied_from_how_a_request_was_understood(made):
    request = made.understand("5 people with hypertension", seed=9)

    assert html.text(request.to_yaml()) in cards.understood(request)._repr_html_()


def test_a_summary_shows_the_figures_that_are_asked_for_first(texas, scenario):
    shown, _ = rich(texas, scenario.summary(samples=1))
    women = scenario.summary().statistics["patients"]["female"]

    assert "<strong>60</strong>" in shown
    assert f"<strong>{women:.0%}".replace("%", " %") in shown
    assert "Some rows of each table" in shown


def test_loading_the_extension_leaves_jupysql_and_pandas_for_later():
    code = """
        import sys
        from IPython.core.interactiveshell import InteractiveShell
        shell = InteractiveShell.instance()
        shell.run_line_magic("load_ext", "healthsim_nb")
        print("sql" in sys.modules, "pandas" in sys.modules)
    """
    code = "\n".join(line.strip() for line in code.splitlines())
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "False"]


def test_a_scorecard_has_a_bar_for_the_us_and_one_for_the_scenario(texas, scenario):
    card = scenario.scorecard()
    shown, plain = rich(texas, card)

    assert tags(shown).count("tr") > len(card.rows)
    assert shown.count('class="hs-us"') == sum(row.scenario is not None for row in card.rows)
    assert "is it real?" in shown
    assert "US" in plain
    assert scorecards.scorecard(replace(card, name=HOSTILE)).count(HOSTILE) == 0


@pytest.mark.parametrize("line", ["grid", "build", "browse"])
def test_where_no_front_end_is_a_widget_is_plain_html_and_text(texas, line):
    shown = texas.run_line_magic("hs", line)

    data, _ = texas.display_formatter.format(shown)
    shown.close()

    assert "application/vnd.jupyter.widget-view+json" in data
    for readable in (data["text/html"], data["text/plain"]):
        assert "texas" in readable or "ws.generate(" in readable
        assert not re.search(
            r"<script|<button|<input|src=|https?://| object at 0x|model_id", readable
        )
    assert len(data["text/plain"].splitlines()) > 1
