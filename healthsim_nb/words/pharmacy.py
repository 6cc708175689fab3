"""The words of the pharmacy counter; ``pharmacy_acts.py`` does what they say."""

from __future__ import annotations

from healthsim_nb.words.parts import WHICH, Option, Word

LIKE = Option("--like", "whose tiers and costs the drugs of a file have", metavar="ID")

PHARMACY = (
    Word(
        "formulary",
        "a formulary, or what it says of a drug: tier, cost, authorization, what comes first",
        "formulary meridian-choice --drug Eliquis",
        (
            Option("which", "its id, or a CSV file of yours; left out: all that there are"),
            Option("--drug", "an ingredient, a brand, an NDC or an RXCUI", metavar="NAME"),
            LIKE,
        ),
    ),
    Word(
        "formularies",
        "what the fills of a scenario would cost under other formularies, side by side",
        "formularies saver part-d-basic",
        (
            Option("which", "ids and files of yours; left out: all that there are", many=True),
            LIKE,
            WHICH,
        ),
    ),
    Word(
        "review",
        "what a pharmacy benefit would say of a drug before it pays: interactions, dose, age …",
        "review simvastatin --beside clarithromycin --age 70",
        (
            Option("drug", "an ingredient, a brand, an NDC or an RXCUI", many=True, needed=True),
            Option("--beside", "a drug that is taken already; repeatable", str, "NAME", True),
            Option("--age", "years", float, "N"),
            Option("--sex", "F or M", metavar="SEX"),
            Option("--pregnant", "the patient is", bool),
            Option("--condition", "an ICD-10-CM code or a disease; repeatable", str, "NAME", True),
            Option("--daily-mg", "milligrams a day", float, "N"),
            Option("--egfr", "filtration rate of the kidneys", float, "N"),
            Option("--supply-left", "percent of the last fill that should be left", float, "N"),
        ),
    ),
)
