"""The words that understand, tell and write without making anything; ``asking_acts.py`` does it."""

from __future__ import annotations

from healthsim_nb.words.parts import NOTEBOOK, SCENARIO, WHICH, Option, Word

WHAT = Option("what", "a template's id, or in plain English who you want", many=True, needed=True)

ASKING = (
    Word(
        "cohort",
        "make a population from a specification in YAML, and keep it under a name",
        "cohort my-cohort",
        (
            Option("name", "what to call it", needed=True),
            Option("yaml", "the specification, in the lines below", many=True),
            Option("--seed", "another seed gives other people (0)", int, "N"),
        ),
        (NOTEBOOK,),
    ),
    Word(
        "understand",
        "how a request is understood, as words and as YAML to edit; nothing is made",
        "understand a couple hundred diabetics in New England, half poorly controlled",
        (WHAT,),
    ),
    Word(
        "cost",
        "the rows, seconds and bytes that a population would take on this machine",
        "cost 10,000 Medicare members with heart failure",
        (WHAT,),
    ),
    Word(
        "specification",
        "what a scenario was made from, as YAML to edit and make again",
        "specification",
        (SCENARIO,),
    ),
    Word(
        "table",
        "a whole table of a scenario as a DataFrame: -o keeps it",
        "table patients",
        (Option("table", "a table", needed=True), WHICH),
    ),
    Word(
        "write",
        "write what a SELECT finds to a file of yours",
        "write --to old.csv SELECT * FROM patients WHERE birth_date < DATE '1950-01-01'",
        (
            WHICH,
            Option("--to", "a csv, json, ndjson or parquet file", str, "FILE", needed=True),
            Option("sql", "the SELECT", many=True, needed=True),
        ),
        raw=True,
    ),
    Word(
        "eligibility",
        "the plans that somebody has on a day, the one that pays first first",
        "eligibility 12 2024-03-01",
        (
            Option("who", "a member's or patient's id, or a number on their card", needed=True),
            Option("day", "as 2024-03-01", needed=True),
            WHICH,
        ),
    ),
    Word(
        "signature",
        "one line that is the same for the same content, anywhere",
        "signature",
        (SCENARIO,),
    ),
    Word("formats", "the formats that export writes", "formats"),
)
