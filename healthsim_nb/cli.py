"""The command line: ``healthsim WORD …``, with the same words as ``%hs`` in a notebook."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import healthsim_nb as hs
from healthsim_nb.cli_validate import validate
from healthsim_nb.errors import HealthsimError, SpecificationError, WorkspaceError
from healthsim_nb.operations.noting import started_by
from healthsim_nb.store.plain import table
from healthsim_nb.words import (
    TERMINAL,
    Option,
    find,
    help_on,
    help_text,
    parameters,
    parse_parts,
    run_settings,
    told_of,
    words,
)
from healthsim_nb.words.acts import ACTS, MAKING
from healthsim_nb.words.asking_acts import EMPTY_HANDED
from healthsim_nb.words.doing import Desk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healthsim_nb import Scenario
    from healthsim_nb.quality import Report as Findings

FAILED, NOT_UNDERSTOOD, STOPPED = 1, 2, 130
Report = Callable[[Any], None] | None
WIDE = 30
"""Characters of a progress bar."""
MOST_ENTRIES = 20
"""Entries of the history that are listed if nothing is said."""
DEFAULT = "healthsim.duckdb"
DATABASE = Option("--database", f"the workspace's file ({DEFAULT})", metavar="PATH")
NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "01-first-cohort.ipynb"
PEOPLE = """
    SELECT p.id, given_name, family_name, birth_date, gender, city, state, count(d.id) AS diagnoses
    FROM patients AS p LEFT JOIN diagnoses AS d ON d.patient_id = p.id
    GROUP BY ALL ORDER BY p.id
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the code that the program ends with."""
    name, *parts = list(sys.argv[1:] if arguments is None else arguments) or ["help"]
    if name in ("-h", "--help"):
        name = "help"
    if name == "--version":
        print(f"healthsim_nb {hs.__version__}")
        return 0
    if {"-h", "--help"} & set(parts):
        name, parts = "help", [name]
    try:
        said = _understood(name, parts)
    except HealthsimError as problem:
        return _complain(problem, NOT_UNDERSTOOD)
    try:
        with started_by("command line"):
            code = COMMANDS[name](**said)
    except HealthsimError as problem:
        return _complain(problem, FAILED)
    except KeyboardInterrupt as stop:
        return _complain(told_of(stop, name), STOPPED)
    return code or 0


def _understood(name: str, parts: list[str]) -> dict[str, Any]:
    word = find(name, TERMINAL)
    if name in ON_A_WORKSPACE:
        word = replace(word, options=(*word.options, DATABASE))
    return parse_parts(word, parts)


def _complain(problem: object, code: int) -> int:
    print(f"healthsim: {problem}", file=sys.stderr)
    return code


def _existing(database: str | None) -> hs.Workspace:
    """Open a workspace to read from it: a name with a slip in it must not make a new file."""
    path = database or DEFAULT
    if not Path(path).exists():
        raise WorkspaceError(
            f"There is no workspace {path}: make one with healthsim generate, "
            "or say where it is with --database."
        )
    return hs.open(path)


def _scenario(workspace: hs.Workspace, name: str | None) -> Scenario:
    """Return the scenario of that name, else the newest."""
    if name:
        return workspace.scenario(name)
    newest = next(iter(workspace.scenarios()), None)
    if newest is None:
        raise SpecificationError("There is no scenario yet: make one with healthsim generate.")
    return workspace.scenario(newest.name)


def _generate(what: str, database: str | None, **said: Any) -> None:  # noqa: ANN401
    settings = run_settings(said)
    with hs.open(database or DEFAULT) as workspace:
        print(_made(workspace, what, settings).summary(samples=0).to_text())


def _made(workspace: hs.Workspace, what: str, settings: dict[str, Any]) -> Scenario:
    """Make a scenario; tell how the request was understood, how far it is, and how long it took."""
    given = {name: value for name, value in settings.items() if value is not None}
    about = {k: v for k, v in given.items() if k not in ("name", "tags", "checkpoint_interval")}
    understood = workspace.understand(what, **about)
    print(understood.to_text(), file=sys.stderr)
    n, began = understood.specification.n, perf_counter()
    made = workspace.generate(what, **given, progress=_bar())
    seconds = perf_counter() - began
    rows = sum(made.counts.values())
    print(f"\n{made.name}: {n:,} patients, {rows:,} rows in {seconds:.1f} s.\n", file=sys.stderr)
    return made


def _bar() -> Callable[[Any], None] | None:
    """Return what draws a progress bar, with the time left, where a person looks on."""
    if not sys.stderr.isatty():
        return None

    def draw(done: Any) -> None:  # noqa: ANN401 - a number that knows more
        share = min(done / done.of, 1.0) if done.of else 0.0
        filled = "█" * int(WIDE * share)
        # The rest of a longer line of before is wiped off.
        print(f"\r{filled:░<{WIDE}} {done.told}\x1b[K", end="", file=sys.stderr, flush=True)

    return draw


def _watched(said: str, work: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - what the work returns
    """Do what may last, with a progress bar where a person looks on."""
    tell = _bar()
    if tell is None:
        return work(None)
    print(said, file=sys.stderr)
    try:
        return work(tell)
    finally:
        print(file=sys.stderr)


def _extend(scenario: str, months: int, database: str | None) -> None:
    with _existing(database) as workspace:
        found = _scenario(workspace, scenario)
        _grown(found, lambda tell: found.extend(months, progress=tell))


def _add(scenario: str, n: int, database: str | None) -> None:
    with _existing(database) as workspace:
        found = _scenario(workspace, scenario)
        _grown(found, lambda tell: found.add(n, progress=tell))


def _runs(database: str | None) -> None:
    with _existing(database) as workspace:
        found = workspace.runs()
    print(
        table(found[0].COLUMNS, [run.row() for run in found], whole=("run",))
        if found
        else "There is no run yet."
    )


def _history(
    kind: str | None,
    scenario: str | None,
    last: int | None,
    code: int | None,
    again: int | None,
    database: str | None,
) -> None:
    with _existing(database) as workspace:
        if again is not None:
            print(workspace.history().entry(again).again())
        elif code is not None:
            print(workspace.history().entry(code).code)
        else:
            print(workspace.history(kind, scenario=scenario)[: last or MOST_ENTRIES])


def _resume(
    run: str, turn: int | None, name: str | None, recompute: bool, database: str | None
) -> None:
    with _existing(database) as workspace:
        began = perf_counter()
        made = workspace.resume(run, turn, name=name, recompute=recompute, progress=_bar())
        seconds, brief = perf_counter() - began, made.brief
        told = f"{brief.patients:,} patients, {brief.rows:,} rows, went on in {seconds:.1f} s."
        print(f"\n{made.name}: {told}\n", file=sys.stderr)
        print(made.summary(samples=0).to_text())


def _grown(found: Scenario, work: Callable[[Report], object]) -> None:
    """Make a scenario longer or larger, and tell what it has become."""
    before, began = found.brief.rows, perf_counter()
    work(_bar())
    seconds, rows = perf_counter() - began, found.brief.rows - before
    print(f"\n{found.name}: {rows:,} rows more in {seconds:.1f} s.\n", file=sys.stderr)
    print(found.summary(samples=0).to_text())


def _scenarios(search: str, tag: str | None, database: str | None) -> None:
    with _existing(database) as workspace:
        found = workspace.scenarios(search=search or None, tag=tag)
    rows = [(b.name, b.patients, b.rows, b.template, ", ".join(b.tags)) for b in found]
    columns = ("name", "patients", "rows", "template", "tags")
    print(table(columns, rows) if rows else "No scenario matches.")


def _summary(scenario: str, samples: int | None, database: str | None) -> None:
    with _existing(database) as workspace:
        print(_scenario(workspace, scenario).summary(samples=samples or 0).to_text())


def _scorecard(scenario: str, database: str | None) -> None:
    with _existing(database) as workspace:
        print(_scenario(workspace, scenario).scorecard().to_text())


def _savings(scenario: str, year: int | None, by: str | None, database: str | None) -> None:
    with _existing(database) as workspace:
        print(_scenario(workspace, scenario).shared_savings(year, by=by or "state").to_text())  # type: ignore[arg-type]


def _timeline(patient: int, scenario: str | None, database: str | None) -> None:
    with _existing(database) as workspace:
        print(_scenario(workspace, scenario).timeline(patient).to_text())


def _notes(
    patient: int | None,
    encounter: int | None,
    limit: int | None,
    scenario: str | None,
    database: str | None,
) -> None:
    most = {} if limit is None else {"limit": limit}
    with _existing(database) as workspace:
        print(_scenario(workspace, scenario).notes(patient, encounter, **most).to_text())


def _validate(json: bool, database: str | None, **said: str | None) -> int:
    def kept(name: str | None, **wanted: Any) -> Findings:  # noqa: ANN401 - handed on
        with _existing(database) as workspace:
            draw = _bar()

            def watch(done: int, _: int) -> None:
                if draw:
                    draw(done)

            return _scenario(workspace, name).validate(**wanted, progress=watch)

    return validate(kept, as_json=json, **said)


def _rules(name: str | None, on: bool, off: bool, database: str | None) -> None:
    with _existing(database) as workspace:
        if on or off:
            print(workspace.switch_rule(name or "", on=on))
        else:
            found = workspace.rules(name)
            print(found[0] if found.ids == [name] else found)


def _query(
    sql: str,
    scenario: str | None,
    page: int | None,
    page_size: int | None,
    param: list[str],
    database: str | None,
) -> None:
    given = {"page": page, "page_size": page_size}
    said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    sql, names = parameters.dollars(sql)
    bound = parameters.values(names, parameters.said(param), "say --param name=value")
    with _existing(database) as workspace:
        print(_scenario(workspace, scenario).query(sql, params=bound, **said))


def _export(
    kind: str,
    folder: str | None,
    scenario: str | None,
    tables: str | None,
    database: str | None,
) -> None:
    chosen = [name.strip() for name in tables.split(",")] if tables else None
    with _existing(database) as workspace:
        found = _scenario(workspace, scenario)
        written = _watched(
            f"Writing {kind}",
            lambda tell: found.export(kind, folder, tables=chosen, progress=tell),
        )
        for path in written:
            print(path)


def _templates() -> None:
    known = hs.templates()
    wide = max(map(len, known))
    print("\n".join(f"{name:<{wide}}  {about}" for name, about in known.items()))


def _dictionary(table: str | None) -> None:
    with hs.open(":memory:") as workspace:
        print(workspace.dictionary(table))


def _demo(n: int | None, months: int | None, folder: str | None) -> None:
    where = Path(folder or "demo")
    where.mkdir(parents=True, exist_ok=True)
    settings = {"n": n or 10_000, "months": months or 24, "name": "demo"}
    with hs.open(where / "healthsim.duckdb") as workspace:
        made = any(brief.name == "demo" for brief in workspace.scenarios())
        if made:
            print("The demo was made before; remove the folder to make it again.\n")
        c = workspace.scenario("demo") if made else _made(workspace, "general-population", settings)
        print(c.summary(samples=0).to_text())
        print(f"\nOne page of its patients:\n\n{c.query(PEOPLE, page_size=10)}")
        filled = [table for table, rows in c.counts.items() if rows]
        written = c.export("parquet", where / "parquet", tables=filled)
    print(f"\nParquet: {len(written)} files in {where / 'parquet'}/")
    print(f"DuckDB:  {where / 'healthsim.duckdb'}")
    print("\nNow open the first notebook: make lab")


def _lab() -> None:
    notebook = [str(NOTEBOOK)] if NOTEBOOK.exists() else []
    subprocess.run([sys.executable, "-m", "jupyterlab", *notebook], check=False)  # noqa: S603 - ours


def _help(word: str | None) -> None:
    told = help_on(find(word, TERMINAL), "healthsim") if word else help_text(TERMINAL, "healthsim")
    print(told)


def _act(name: str) -> Callable[..., None]:
    """Return the command of a word about the library of scenarios."""

    def run(database: str | None, **said: Any) -> None:  # noqa: ANN401 - each word says other things
        with _place_for(name, database) as workspace:
            desk = Desk(workspace, partial(_scenario, workspace), _ask, {}, _watched)
            print(ACTS[name](desk, **said).text)

    return run


def _place_for(name: str, database: str | None) -> hs.Workspace:
    """Open what a word works on; some can begin a workspace, and some need none."""
    if name in EMPTY_HANDED and not Path(database or DEFAULT).exists():
        return hs.open(":memory:")
    return hs.open(database or DEFAULT) if name in MAKING else _existing(database)


def _ask(question: str) -> str:
    if not sys.stdin.isatty():
        raise SpecificationError("Nobody is there to be asked: say --yes if you are sure.")
    return input(question)


COMMANDS: dict[str, Callable[..., int | None]] = {
    **{name: _act(name) for name in ACTS if name in words(TERMINAL)},
    "add": _add,
    "demo": _demo,
    "dictionary": _dictionary,
    "export": _export,
    "extend": _extend,
    "generate": _generate,
    "history": _history,
    "help": _help,
    "lab": _lab,
    "notes": _notes,
    "query": _query,
    "resume": _resume,
    "rules": _rules,
    "runs": _runs,
    "savings": _savings,
    "scenarios": _scenarios,
    "scorecard": _scorecard,
    "summary": _summary,
    "timeline": _timeline,
    "templates": _templates,
    "validate": _validate,
}
ON_A_WORKSPACE = (
    *ACTS,
    "add",
    "export",
    "extend",
    "generate",
    "history",
    "notes",
    "query",
    "resume",
    "rules",
    "runs",
    "savings",
    "scenarios",
    "scorecard",
    "summary",
    "timeline",
    "validate",
)
