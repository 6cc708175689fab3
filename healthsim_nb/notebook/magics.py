"""``%hs`` and ``%%hs``: a word, what is said with it, and one method for each word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

import healthsim_nb as hs
from healthsim_nb.errors import HealthsimError, SpecificationError
from healthsim_nb.notebook import background, listings
from healthsim_nb.notebook.cards import understood
from healthsim_nb.notebook.checking import validate
from healthsim_nb.notebook.generation import generate, grow, resume, watched
from healthsim_nb.notebook.shown import sentence, value_of
from healthsim_nb.operations.noting import started_by
from healthsim_nb.words import NOTEBOOK, find, parameters, parse, run_settings, told_of
from healthsim_nb.words.acts import ACTS
from healthsim_nb.words.doing import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from healthsim_nb.notebook.session import Session

MOST_ENTRIES = 20
"""Entries of the history that are listed if nothing is said."""
NO_YAML = (
    "'cohort' makes what the lines below it say: write %%hs cohort NAME and the YAML under it."
    " %hs understand REQUEST shows YAML to begin with."
)
NO_VARIABLE = "assign it in the notebook, or say --param name=value"
_KEEP = re.compile(r"(?:^|\s)-o\s+([^\W\d]\w*)\s*$")
"""``-o name`` at the end of a line."""


@magics_class
class HsMagics(Magics):
    """The words of the notebook.

    A method ``do_<word>`` takes what was said and returns what is shown.
    """

    shell: Any

    def __init__(self, shell: InteractiveShell, session: Session) -> None:
        super().__init__(shell)
        self.session = session

    @no_var_expand
    @line_cell_magic
    def hs(self, line: str, cell: str | None = None) -> Any:
        """Make, find, ask and export synthetic populations: ``%hs help`` says how."""
        try:
            return self._run(line, cell)
        except HealthsimError as problem:
            raise UsageError(str(problem)) from None
        except KeyboardInterrupt as stop:
            raise UsageError(told_of(stop, line.split()[0])) from None

    def _run(self, line: str, cell: str | None) -> Any:
        kept = _KEEP.search(line)
        name, _, rest = line[: kept.start() if kept else None].strip().partition(" ")
        word = find(name or "help", NOTEBOOK)
        said = parse(word, rest if cell is None else _named(word.name, rest.strip()), cell)
        with started_by("magic"):
            shown = getattr(self, f"do_{word.name}")(**said)
        if kept:
            self.shell.user_ns[kept[1]] = value_of(shown)
        return shown

    def do_help(self, word: str | None) -> Any:
        """Show the words, or one of them."""
        return listings.help_for(find(word, NOTEBOOK) if word else None)

    def do_generate(self, what: str, **said: Any) -> Any:
        """Make a population, show how the request was understood, and use it."""
        made = generate(self.session.workspace, what, run_settings(said))
        self.session.use(made)
        return made

    def do_extend(self, scenario: str, months: int) -> Any:
        """Let the lives of a scenario go on."""
        found = self.session.scenario(scenario)
        said = f"{found.name}: {months:,} month{'s' if months != 1 else ''} more"
        grow(lambda tell: found.extend(months, progress=tell), said, found.brief.patients)
        self.session.use(found)
        return found

    def do_add(self, scenario: str, n: int) -> Any:
        """Add patients to a scenario."""
        found = self.session.scenario(scenario)
        said = f"{found.name}: {n:,} patient{'s' if n != 1 else ''} more"
        grow(lambda tell: found.add(n, progress=tell), said, n)
        self.session.use(found)
        return found

    def do_runs(self) -> Any:
        """List the runs."""
        return listings.runs(self.session.workspace.runs())

    def do_history(
        self,
        kind: str | None,
        scenario: str | None,
        last: int | None,
        code: int | None,
        again: int | None,
    ) -> Any:
        """Show what was done, or repeat it."""
        workspace = self.session.workspace
        if again is not None:
            entry = workspace.history().entry(again)
            return background.run(lambda _: entry.again(), lambda _: None)
        if code is not None:
            return sentence(workspace.history().entry(code).code)
        return workspace.history(kind, scenario=scenario)[: last or MOST_ENTRIES]

    def do_resume(self, run: str, turn: int | None, name: str | None, recompute: bool) -> Any:
        """Go on with a run."""
        workspace = self.session.workspace
        made = resume(workspace, run, turn=turn, name=name, recompute=recompute)
        self.session.use(made)
        return made

    def do_scenarios(self, search: str, tag: str | None) -> Any:
        """List scenarios."""
        found = self.session.workspace.scenarios(search=search or None, tag=tag)
        used = self.session.in_use()
        name = used.name if used else None
        return listings.scenarios(found, all_of_them=not search and not tag, used=name)

    def do_use(self, scenario: str) -> Any:
        """Choose the scenario in use."""
        chosen = self.session.scenario(scenario)
        self.session.use(chosen)
        return chosen

    def do_summary(self, scenario: str, samples: int | None) -> Any:
        """Summarise a scenario."""
        found = self.session.scenario(scenario)
        most: dict[str, Any] = {} if samples is None else {"samples": samples}
        return watched(f"Summary of {found.name}", lambda _: found.summary(**most), reads=True)

    def do_scorecard(self, scenario: str) -> Any:
        """Hold a scenario beside the United States."""
        found = self.session.scenario(scenario)
        return watched(f"Scorecard of {found.name}", lambda _: found.scorecard(), reads=True)

    def do_savings(self, scenario: str, year: int | None, by: str | None) -> Any:
        """Settle the shared savings of a year."""
        found = self.session.scenario(scenario)
        who: Any = by or "state"
        work = lambda _: found.shared_savings(year, by=who)  # noqa: E731
        return watched(f"Shared savings of {found.name}", work, reads=True)

    def do_timeline(self, patient: int, scenario: str | None) -> Any:
        """Show one patient's life."""
        found = self.session.scenario(scenario)
        return background.ask(lambda: found.timeline(patient))

    def do_notes(
        self, patient: int | None, encounter: int | None, limit: int | None, scenario: str | None
    ) -> Any:
        """Write clinical notes."""
        most = {} if limit is None else {"limit": limit}
        found = self.session.scenario(scenario)
        return background.ask(lambda: found.notes(patient, encounter, **most))

    def do_validate(
        self,
        what: str | None,
        scenario: str | None,
        rules: str | None,
        severity: str | None,
        table: str | None,
        format: str | None,  # noqa: A002 - the word of the surface
        json: bool,
    ) -> Any:
        """Check a scenario or files against the rules."""
        names = [name.strip() for name in rules.split(",")] if rules else None
        wanted = {"rules": names, "severity": severity}
        files = {"table": table, "format": format}
        report = validate(self.session, what, scenario, wanted, files)
        return report.to_dict() if json else report

    def do_rules(self, name: str | None, on: bool, off: bool) -> Any:
        """Show the rules, or one; switch one on or off."""
        workspace = self.session.workspace
        if on or off:
            return workspace.switch_rule(name or "", on=on)
        found = workspace.rules(name)
        return found[0] if found.ids == [name] else found

    def do_query(
        self,
        sql: str,
        scenario: str | None,
        page: int | None,
        page_size: int | None,
        param: list[str],
    ) -> Any:
        """Ask a scenario; $name is the value of a variable, which is bound."""
        given = {"page": page, "page_size": page_size}
        said: dict[str, Any] = {name: v for name, v in given.items() if v is not None}
        sql, bound = self._bound(sql, param)
        found = self.session.scenario(scenario)
        return self.session.show(background.ask(lambda: found.query(sql, params=bound, **said)))

    def do_understand(self, what: str) -> Any:
        """Show how a request is understood."""
        return understood(self.session.workspace.understand(what))

    def do_cohort(self, name: str, yaml: str, seed: int | None) -> Any:
        """Make a population from the YAML in the cell, and use it."""
        if not yaml.strip() or ":" not in yaml:
            raise SpecificationError(NO_YAML)
        made = generate(self.session.workspace, yaml, {"name": name, "seed": seed})
        self.session.use(made)
        return made

    def _bound(self, sql: str, param: list[str]) -> tuple[str, dict[str, Any]]:
        """Return a query and the values of its parameters: those said, else the notebook's."""
        text, names = parameters.dollars(sql)
        known = {**self.shell.user_ns, **parameters.said(param)}
        return text, parameters.values(names, known, NO_VARIABLE)

    def do_grid(self, what: str, scenario: str | None, param: list[str]) -> Any:
        """Show a table or a query as a grid; $name is the value of a variable, which is bound."""
        from healthsim_nb.notebook.grid import grid

        sql, bound = self._bound(what, param)
        return grid(self.session.scenario(scenario), sql or "patients", params=bound)

    def do_build(self, what: str, name: str | None) -> Any:
        """Show the cohort builder."""
        from healthsim_nb.notebook.builder import Builder

        session = self.session
        return Builder(session.workspace, what or None, name=name or "builder", made=session.use)

    def do_browse(self) -> Any:
        """Show the browser of the workspace."""
        from healthsim_nb.notebook.browser import Browser

        session = self.session
        return Browser(session.workspace, use=session.use, used=session.in_use)

    def do_next(self) -> Any:
        """Show the next page."""
        return self.session.show(background.ask(self.session.page.next))

    def do_previous(self) -> Any:
        """Show the page before."""
        return self.session.show(background.ask(self.session.page.previous))

    def do_export(
        self,
        kind: str,
        folder: str | None,
        scenario: str | None,
        tables: str | None,
    ) -> Any:
        """Write a scenario's tables."""
        chosen = [t.strip() for t in tables.split(",")] if tables else None
        found = self.session.scenario(scenario)
        written = watched(
            f"Writing {kind}",
            lambda tell: found.export(kind, folder, tables=chosen, progress=tell),
        )
        return listings.written(folder, written)

    def do_templates(self) -> Any:
        """List the templates."""
        return listings.templates(hs.templates())

    def do_dictionary(self, table: str | None) -> Any:
        """Say what the tables hold."""
        return self.session.workspace.dictionary(table)

    def do_open(self, path: str) -> Any:
        """Open another workspace."""
        self.session.open(path)
        return self.do_status()

    def do_status(self) -> Any:
        """Say what is open and in use."""
        opened = self.session.opened
        return listings.status(opened, self.session.in_use() if opened else None)

    def do_close(self) -> Any:
        """Close the workspace."""
        if self.session.opened is None:
            raise SpecificationError("No workspace is open.")
        self.session.close()
        return sentence("Closed. %hs open opens a workspace again.")


def _act(name: str) -> Callable[..., Any]:
    """Return the method of a word about the library of scenarios."""

    def do(self: HsMagics, **said: Any) -> Any:
        session = self.session
        desk = Desk(session.workspace, session.scenario, input, self.shell.user_ns, watched)
        done = ACTS[name](desk, **said)
        if done.use is not None:
            session.use(done.use)
        return listings.done(done)

    do.__doc__ = ACTS[name].__doc__
    return do


for _name in ACTS:
    if not hasattr(HsMagics, f"do_{_name}"):
        setattr(HsMagics, f"do_{_name}", _act(_name))


def _named(name: str, line: str) -> str:
    """Return the line of ``%%hs query NAME`` with its name as an option."""
    return f"--scenario {line}" if name == "query" and re.match(r"[^-\s]", line) else line
