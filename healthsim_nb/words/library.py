"""The words about the library of scenarios; ``acts.py`` does what they say."""

from __future__ import annotations

from healthsim_nb.words.parts import NOTEBOOK, SCENARIO, WHICH, Option, Word

TAGS = Option("tag", "a word to find it by; several with commas between", many=True, needed=True)
FILE = Option("file", "such as diabetes.hsz", needed=True)

LIBRARY = (
    Word("tag", "put a tag on a scenario", "tag class", (TAGS, WHICH)),
    Word("untag", "take a tag off it", "untag class", (TAGS, WHICH)),
    Word(
        "rename",
        "give a scenario another name",
        "rename plano-study",
        (Option("name", "its new name", many=True, needed=True), WHICH),
    ),
    Word(
        "save",
        "keep the scenario in use under a name, to load it another day",
        "save plano-study --tag class",
        (
            Option("name", "what to call it", many=True, needed=True),
            Option("--tag", "a word to find it by; can be repeated", metavar="TAG", many=True),
        ),
        (NOTEBOOK,),
    ),
    Word(
        "load",
        "use a scenario again and see its summary; extend and add go on from there",
        "load plano-study",
        (SCENARIO,),
    ),
    Word(
        "clone",
        "copy a scenario",
        "clone what-if --scenario texas",
        (Option("name", "what to call the copy", many=True), WHICH),
    ),
    Word(
        "merge",
        "make one scenario of several",
        "merge texas, plano --name both --on-conflict rename",
        (
            Option("scenarios", "their names, with commas between", many=True, needed=True),
            Option("--name", "what to call it", metavar="NAME"),
            Option(
                "--on-conflict",
                "skip (if not said), overwrite or rename what has the same ids",
                metavar="RULE",
            ),
        ),
    ),
    Word(
        "delete",
        "delete a scenario with all its rows, or the whole workspace, after asking",
        "delete what-if",
        (
            SCENARIO,
            Option("--workspace", "the workspace with all its files, not a scenario", bool),
            Option("--yes", "do not ask", bool),
        ),
    ),
    Word(
        "samples",
        "some rows of a table, as unlike each other as can be",
        "samples patients --n 5",
        (
            Option("table", "a table", needed=True),
            WHICH,
            Option("--n", "how many (3)", int, "N"),
            Option("--strategy", "diverse, random or recent", metavar="STRATEGY"),
        ),
    ),
    Word(
        "share",
        "write a scenario into one file for somebody else",
        "share diabetes.hsz",
        (FILE, WHICH),
    ),
    Word(
        "receive",
        "read a scenario that somebody shared",
        "receive diabetes.hsz --name theirs",
        (FILE, Option("--name", "what to call it here", metavar="NAME")),
    ),
    Word(
        "persist",
        "keep rows of your own: a folder or file of csv, json, ndjson or parquet, or a variable",
        "persist visits.csv --table encounters --name clinic",
        (
            Option("rows", "a folder, a file named after its table, or a variable", needed=True),
            Option("--table", "the table whose rows they are", metavar="TABLE"),
            Option("--name", "the scenario that gets them, old or new", metavar="NAME"),
            Option("--context", "what they are, in a few words", metavar="WORDS"),
        ),
    ),
)
