"""The words as a table. A word here needs a function of its name in the notebook or in cli.py."""

from __future__ import annotations

from healthsim_nb.words.asking import ASKING
from healthsim_nb.words.desk import DESK
from healthsim_nb.words.library import LIBRARY
from healthsim_nb.words.looking import LOOKING
from healthsim_nb.words.parts import NOTEBOOK, SCENARIO, TERMINAL, WHICH, Option, Word
from healthsim_nb.words.pharmacy import PHARMACY

__all__ = ["NOTEBOOK", "SCENARIO", "TERMINAL", "WHICH", "WORDS", "Option", "Word"]

WORDS = (
    Word(
        "generate",
        "make a population from a template or from a sentence, and keep it",
        "generate 200 Medicare members with diabetes, 65 to 85, in Texas --seed 7",
        (
            Option(
                "what", "a template's id, or in plain English who you want", many=True, needed=True
            ),
            Option("--n", "how many patients", int, "N"),
            Option("--months", "how many months of their lives", int, "N"),
            Option("--start", "the first day, as 2024-01-01", metavar="DAY"),
            Option("--checkpoint-interval", "save how far it is after so many months", int, "N"),
            Option("--seed", "another seed gives other people (0)", int, "N"),
            Option("--mix", "shares, as well-controlled=40,poor=60", metavar="SHARES"),
            Option("--notes", "write and keep clinical notes, too", bool),
            Option("--clinical-only", "no health plans, members and claims: twice as fast", bool),
            Option("--name", "what to call it", metavar="NAME"),
            Option("--tag", "a word to find it by; can be repeated", metavar="TAG", many=True),
        ),
    ),
    Word(
        "extend",
        "let the lives of a scenario go on for some months more",
        "extend --months 6",
        (SCENARIO, Option("--months", "how many more", int, "N", needed=True)),
    ),
    Word(
        "add",
        "add patients to a scenario",
        "add --n 100",
        (SCENARIO, Option("--n", "how many more", int, "N", needed=True)),
    ),
    Word(
        "runs",
        "list the runs that made the rows, and those that can go on, newest first",
        "runs",
    ),
    Word(
        "resume",
        "go on with a run that was interrupted, or from one of its checkpoints",
        "resume diabetes_500patients_20260115_093000_01 --turn 10",
        (
            Option("run", "its id, as runs lists it", needed=True),
            Option("--turn", "the checkpoint to go on from (the last)", int, "N"),
            Option("--name", "what to call the scenario", metavar="NAME"),
            Option("--recompute", "make lost checkpoints again from the seed", bool),
        ),
    ),
    Word(
        "forget",
        "remove a run that was interrupted, with its checkpoints",
        "forget diabetes_500patients_20260115_093000_01",
        (Option("run", "its id, as runs lists it", needed=True),),
    ),
    Word(
        "history",
        "what was done here, newest first; one can see an entry as code, or repeat it",
        "history --kind export",
        (
            Option("--kind", "only this: generate, extend, export, …", metavar="WORD"),
            Option("--scenario", "only what was done with it", metavar="NAME"),
            Option("--last", "how many entries (20)", int, "N"),
            Option("--code", "show the entry of that number as Python", int, "NO"),
            Option("--again", "repeat the entry of that number", int, "NO"),
        ),
    ),
    Word(
        "scenarios",
        "list what is kept, newest first",
        "scenarios diabetes",
        (
            Option("search", "part of a name", many=True),
            Option("--tag", "only those with this tag", metavar="TAG"),
        ),
    ),
    Word(
        "use",
        "choose the scenario that %hs and %sql speak of",
        "use diabetes",
        (Option("scenario", "its name, or a word of it", many=True, needed=True),),
        (NOTEBOOK,),
    ),
    Word(
        "summary",
        "counts, statistics and samples of a scenario",
        "summary",
        (SCENARIO, Option("--samples", "rows of each table to look at", int, "N")),
    ),
    Word(
        "scorecard",
        "how like the United States a scenario is, figure by figure",
        "scorecard",
        (SCENARIO,),
    ),
    Word(
        "savings",
        "whose patients the members are, what they should have cost, and who shares what was saved",
        "savings --year 2025",
        (
            SCENARIO,
            Option("--year", "calendar year (the last)", int, "YEAR"),
            Option("--by", "state, provider or all: who makes an organization", metavar="WHO"),
        ),
    ),
    Word(
        "timeline",
        "one patient's life on record as a picture",
        "timeline 851",
        (Option("patient", "the patient's id", int, "PATIENT", needed=True), WHICH),
    ),
    Word(
        "notes",
        "clinical notes, written from the tables",
        "notes --patient 851",
        (
            Option("--patient", "only this patient's", int, "ID"),
            Option("--encounter", "only of this encounter", int, "ID"),
            Option("--limit", "how many at most (20)", int, "N"),
            WHICH,
        ),
    ),
    Word(
        "query",
        "one SELECT on a scenario, page by page",
        "query SELECT gender, count(*) AS n FROM patients GROUP BY gender ORDER BY gender",
        (
            WHICH,
            Option("--page", "which page (1)", int, "N"),
            Option("--page-size", "rows on a page (20)", int, "N"),
            Option(
                "--param", "a value for $name in the SELECT; repeatable", str, "NAME=VALUE", True
            ),
            Option("sql", "the SELECT", many=True, needed=True),
        ),
        raw=True,
    ),
    Word(
        "grid",
        "a table to page through, sort, filter and export",
        "grid SELECT * FROM encounters WHERE class_code = 'IMP'",
        (
            WHICH,
            Option(
                "--param", "a value for $name in the SELECT; repeatable", str, "NAME=VALUE", True
            ),
            Option("what", "a table (patients), or one SELECT", many=True),
        ),
        (NOTEBOOK,),
        raw=True,
    ),
    Word(
        "build",
        "a form for a population: who they will be, what it takes, and make it",
        "build diabetes-management",
        (
            Option("what", "what to begin with: a template, or in plain English", many=True),
            Option("--name", "keep what is entered under this name (builder)", metavar="NAME"),
        ),
        (NOTEBOOK,),
    ),
    Word(
        "browse",
        "what the workspace holds: scenarios to search, tag and open, what was done, rules",
        "browse",
        where=(NOTEBOOK,),
    ),
    Word("next", "the next page of the last query", "next", where=(NOTEBOOK,)),
    Word("previous", "the page before it", "previous", where=(NOTEBOOK,)),
    Word(
        "export",
        "write a scenario's tables into a folder",
        "export parquet out/",
        (
            Option("kind", "csv, json, ndjson or parquet", metavar="FORMAT", needed=True),
            Option("folder", "where to (a numbered folder beside the workspace)"),
            WHICH,
            Option("--tables", "only these, with commas between", metavar="NAMES"),
        ),
    ),
    *LOOKING,
    *ASKING,
    *PHARMACY,
    *LIBRARY,
    *DESK,
    Word(
        "validate",
        "check a scenario, or files of yours, against the rules",
        "validate patients.csv",
        (
            Option("what", "a scenario; or a file or folder of tables, - for what comes in"),
            Option("--scenario", "a scenario, where a file has the same name", metavar="NAME"),
            Option("--rules", "only these ids and areas, with commas between", metavar="NAMES"),
            Option("--severity", "only error or only warning", metavar="WHICH"),
            Option("--table", "the table of a file whose name does not say it", metavar="TABLE"),
            Option("--format", "csv, json, ndjson or parquet, if need be", metavar="FORMAT"),
            Option("--json", "the result as JSON", bool),
        ),
    ),
    Word(
        "rules",
        "the rules that validate checks, or one of them",
        "rules laboratory",
        (
            Option("name", "a rule's id, or an area"),
            Option("--off", "switch a rule off", bool),
            Option("--on", "switch a rule on again", bool),
        ),
    ),
    Word("templates", "list the templates", "templates"),
    Word(
        "dictionary",
        "what the tables hold, or the columns of one",
        "dictionary lab_results",
        (Option("table", "a table"),),
    ),
    Word(
        "open",
        "open another workspace",
        "open study.duckdb",
        (Option("path", "a file, :memory:, or a variable that holds a workspace", needed=True),),
        (NOTEBOOK,),
    ),
    Word("status", "what is open and in use", "status", where=(NOTEBOOK,)),
    Word(
        "close",
        "close the workspace, so that another program can open it",
        "close",
        where=(NOTEBOOK,),
    ),
    Word(
        "demo",
        "make 10,000 patients over 24 months, show them, write Parquet",
        "demo",
        (
            Option("--n", "how many patients (10,000)", int, "N"),
            Option("--months", "how many months (24)", int, "N"),
            Option("--folder", "where to (demo)", metavar="FOLDER"),
        ),
        (TERMINAL,),
    ),
    Word("lab", "open the first notebook in JupyterLab", "lab", where=(TERMINAL,)),
    Word("help", "these words, or more about one", "help generate", (Option("word", "a word"),)),
)
