"""HTML for what the workspace gives: requests as understood, scenarios, pages, dictionaries."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from healthsim_nb.errors import HealthsimError
from healthsim_nb.notebook import html, pharmacy, reports
from healthsim_nb.notebook.libraries import merged, scenario_table
from healthsim_nb.notebook.shown import Shown
from healthsim_nb.notebook.summaries import summary
from healthsim_nb.notebook.timelines import timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from healthsim_nb import Page, Scenario

EDIT = "The same as a specification, to change and run"
CODE = "The same as code, to repeat"
ASK = "SELECT * FROM patients"
MOST_NOTES = 5
"""Notes that the card of a scenario shows."""


def register(shell: Any) -> None:
    """Let a shell show our results with these functions, however the notebook came by them."""
    formatter = shell.display_formatter.formatters["text/html"]
    for (home, name), function in FACES.items():
        formatter.for_type_by_name(f"healthsim_nb.{home}", name, function)


def understood(request: Any, done: int | None = None) -> Shown:
    """Show how a request was understood; with ``done``, how many patients there are so far."""
    n, text = request.specification.n, request.to_text()
    source = html.tag("pre", html.text(f"%%hs generate\n{request.to_yaml()}"))
    body = [
        html.pairs(request.understood),
        html.note(text.rpartition("\n")[2]),
        html.tag("details", html.tag("summary", EDIT) + source),
    ]
    if done is not None:
        so_far = getattr(done, "told", f"{done:,} of {n:,} patients")
        body.append(html.bar(done, n, so_far))
        text += f"\n{so_far}"
    return Shown(request, text, "".join(body))


def scenario(shown: Scenario) -> str:
    """Return a scenario as HTML."""
    brief = shown.brief
    size = f"{brief.patients:,} patients · {brief.rows:,} rows"
    try:
        spec = shown.specification
        months = f"{spec.months:,} month{'' if spec.months == 1 else 's'}"
        when = f"{months} from {spec.start} · seed {spec.seed}"
    except HealthsimError:
        when = f"kept on {brief.created_at:%Y-%m-%d}"
    source = brief.request or brief.template or brief.description
    tags = html.chips(brief.tags)
    ask = html.note_of(
        html.code("%hs summary"), " shows what is in it, ", html.code(f"%sql {ASK}"), " asks it."
    )
    said = html.note(source) if source else ""
    yours = [f"Note {n.id} on {n.about}: {n.text}" for n in shown._workspace.notes(scenario=shown)]
    noted = "".join(map(html.note, yours[:MOST_NOTES]))
    return html.block(html.heading(brief.name, size), said, html.note(when), tags, noted, ask)


def page(shown: Page, *, turned: bool = True) -> str:
    """Return a page of rows as HTML; ``turned``: whether ``%hs next`` shows the one after it."""
    first = (shown.page - 1) * shown.page_size + 1
    last = first + len(shown.rows) - 1
    where = f"rows {first:,} to {last:,} of {shown.total:,}" if shown.rows else "no rows"
    number = f"page {shown.page:,} of {shown.pages:,}" if shown.pages > 1 else ""
    foot = html.note(" · ".join(filter(None, (where, number))))
    more = html.note_of(html.code("%hs next"), " shows more") if turned and shown.has_more else ""
    return html.block(html.table(shown.columns, shown.rows), html.line(foot, more))


def notes(shown: Any) -> str:
    """Return clinical notes as HTML, the first one open."""
    if not shown:
        return html.block(html.text(repr(shown)))
    folds = [
        html.fold(note.text.partition("\n")[0], html.tag("pre", html.text(note.text)))
        for note in shown
    ]
    first = folds[0].replace("<details>", "<details open>", 1)
    return html.block(first, *folds[1:])


def workspace(shown: Any) -> str:
    """Return a workspace as HTML: where it is, and its scenarios."""
    if shown.closed:
        return html.block(html.heading(shown.name, "closed"))
    found = shown.scenarios()
    note = f"{len(found):,} scenario{'' if len(found) == 1 else 's'}"
    return html.block(html.heading(shown.name, note), scenario_table(found) if found else "")


def dictionary(shown: Any) -> str:
    """Return the meaning of columns as HTML."""
    names = {entry.table for entry in shown}
    if len(names) > 1:
        return html.block(html.tag("pre", html.text(shown)))
    columns = ("column", "type", "null", "refers to", "meaning")
    rows = [
        (e.column, e.type, "" if e.required else "may be", e.references or "", e.about)
        for e in shown
    ]
    return html.block(html.heading(*names), html.table(columns, rows, prose=True))


def history(shown: Any) -> str:
    """Return what was done here as HTML: a table, and each entry as code."""
    if not len(shown):
        return html.block(html.note(repr(shown)))
    counted = shown.COLUMNS.index("rows")
    rows = [
        tuple(
            html.Count(v) if place == counted and isinstance(v, int) else v
            for place, v in enumerate(entry.row())
        )
        for entry in shown
    ]
    code = "\n".join(f"# {entry.id}\n{entry.code}" for entry in shown)
    details = html.tag("details", html.tag("summary", CODE) + html.tag("pre", html.text(code)))
    return html.block(html.table(shown.COLUMNS, rows), details)


def entry(shown: Any) -> str:
    """Return one thing that was done as HTML."""
    when = f"{shown.status} · {shown.began_at:%Y-%m-%d %H:%M}"
    head = html.heading(f"{shown.id} · {shown.kind}", when)
    return html.block(head, html.tag("pre", html.text(shown.code)), html.note(shown.told))


def written_notes(shown: Any) -> str:
    """Return notes of the user's own as HTML, whole."""
    if not len(shown):
        return html.block(html.note(shown.to_text()))
    rows = [(n.id, f"{n.updated_at:%Y-%m-%d %H:%M}", n.about, n.text) for n in shown]
    more = html.note_of(html.code("%hs note --remove NO"), " removes one.")
    return html.block(html.table(shown.COLUMNS, rows, prose=True), more)


def written_note(shown: Any) -> str:
    """Return one note of the user's own as HTML."""
    head = html.heading(f"Note {shown.id}", f"on {shown.about} · {shown.updated_at:%Y-%m-%d %H:%M}")
    return html.block(head, html.tag("pre", html.text(shown.text)))


def outputs(shown: Any) -> str:
    """Return what was written from here as HTML."""
    if not len(shown):
        return html.block(html.note(shown.to_text()))
    counted = shown.COLUMNS.index("files")
    rows = [
        tuple(html.Count(v) if place == counted else v for place, v in enumerate(one.row()))
        for one in shown
    ]
    return html.block(html.table(shown.COLUMNS, rows))


def attrition(shown: Any) -> str:
    """Return the steps of a choice as HTML: a row a step, with a bar as long as who is left."""
    rows = [
        html.tag("th", html.text(step.name), scope="row", title=step.criterion)
        + "".join(html.tag("td", html.text(cell), class_="hs-right") for cell in row[1:])
        + html.tag("td", html.funnel(step.of_all))
        for step, row in zip(shown.steps, shown.rows(), strict=True)
    ]
    head = "".join(
        html.tag("th", html.text(name), scope="col", class_="hs-right" if 0 < i < 5 else "")
        for i, name in enumerate(shown.COLUMNS)
    )
    body = "".join(html.tag("tr", row) for row in rows)
    whole = html.tag(
        "table", f"<thead>{html.tag('tr', head)}</thead><tbody>{body}</tbody>", class_="hs-funnel"
    )
    last = shown.steps[-1]
    told = f"{last.left:,} of {shown.steps[0].left:,} patients of {shown.scenario}"
    criteria = "\n".join(f"-- {s.name}\n{s.criterion}" for s in shown.steps if s.criterion)
    return html.block(
        html.heading("Attrition", told),
        html.tag("div", whole, class_="hs-wide"),
        html.fold("The criteria as SQL", html.tag("pre", html.text(criteria))),
    )


def distribution(shown: Any) -> str:
    """Return a distribution as HTML; matplotlib is loaded only now."""
    from healthsim_nb.notebook import plots

    return plots.distribution(shown)


def _later(room: str, name: str) -> Callable[[Any], str]:
    """Return a face whose module is loaded when it is first shown: the extension loads quickly."""

    def face(shown: Any) -> str:
        found: str = getattr(import_module(f"healthsim_nb.notebook.{room}"), name)(shown)
        return found

    return face


scorecard, savings = _later("scorecards", "scorecard"), _later("settlements", "savings")

FACES = {
    ("chart.timeline", "Timeline"): timeline,
    ("pharmacy.card", "FormularyCard"): pharmacy.formulary,
    ("pharmacy.card", "Lookup"): pharmacy.lookup,
    ("pharmacy.comparison", "Comparison"): pharmacy.comparison,
    ("pharmacy.review", "Review"): pharmacy.review,
    ("quality.report", "Report"): reports.report,
    ("quality.rule", "Rule"): reports.rule,
    ("operations.validation", "Rules"): reports.rules,
    ("chart.note", "Notes"): notes,
    ("quality.scorecard", "Scorecard"): scorecard,
    ("quality.shared_savings", "SharedSavings"): savings,
    ("scenario", "Scenario"): scenario,
    ("schema.dictionary", "Dictionary"): dictionary,
    ("store.merging.report", "Merged"): merged,
    ("store.attrition", "Attrition"): attrition,
    ("store.distribution", "Distribution"): distribution,
    ("store.desk.notes", "Note"): written_note,
    ("store.desk.notes", "Notes"): written_notes,
    ("store.desk.outputs", "Outputs"): outputs,
    ("store.history", "Entry"): entry,
    ("store.history", "History"): history,
    ("store.pages", "Page"): page,
    ("store.summary", "Summary"): summary,
    ("templates.request.understanding", "Understanding"): lambda u: understood(u)._repr_html_(),
    ("workspace", "Workspace"): workspace,
}
"""Each class by its module and name: none of them is imported before it is there."""
