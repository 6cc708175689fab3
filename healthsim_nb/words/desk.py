"""The words about notes, outputs and rules of the user's own, and about clearing the workspace."""

from __future__ import annotations

from healthsim_nb.words.parts import SCENARIO, WHICH, Option, Word

DESK = (
    Word(
        "outputs",
        "list the files that were written from here: numbered artefacts and dated drafts",
        "outputs",
        (SCENARIO, Option("--kind", "only artefact or only draft", metavar="KIND")),
    ),
    Word(
        "draft",
        "write what a SELECT finds to a file named after the moment",
        "draft SELECT * FROM patients",
        (
            WHICH,
            Option("--format", "csv (if not said), json, ndjson or parquet", metavar="FORMAT"),
            Option("sql", "the SELECT", many=True, needed=True),
        ),
        raw=True,
    ),
    Word(
        "note",
        "write a note of your own on a scenario, a patient or a run; without a text: list them",
        "note --patient 851 ask about this A1c",
        (
            Option("text", "what you want to remember", many=True),
            WHICH,
            Option("--patient", "about this patient", int, "ID"),
            Option("--run", "about this run", metavar="RUN"),
            Option("--workspace", "about the workspace as a whole", bool),
            Option("--change", "give the note of that number this text", int, "NO"),
            Option("--remove", "remove the note of that number", int, "NO"),
        ),
    ),
    Word(
        "rule",
        "keep a data-quality rule of your own, change it, or show one",
        "rule no-old-mothers --protects 'Nobody is 130.'",
        (
            Option("name", "its id: small letters, digits, hyphens", needed=True),
            Option("sql", "a SELECT of the id of rows that break it; best in a cell", many=True),
            Option("--protects", "what must hold, as a sentence", metavar="WORDS"),
            Option("--severity", "error (if not said) or warning", metavar="WHICH"),
            Option("--source", "who says so", metavar="WORDS"),
            Option("--confidence", "how sure it is, from 0 to 1 (1)", metavar="SHARE"),
            Option("--remove", "remove it", bool),
        ),
    ),
    Word(
        "reset",
        "clear everything in the workspace, after asking, and go on with an empty one",
        "reset",
        (Option("--yes", "do not ask", bool),),
    ),
)
