"""Write references/lookups/icd10cm_categories.csv: each category of ICD-10-CM with its codes.

python tests/reference/write_icd10cm_categories.py
"""

from __future__ import annotations

import csv

from healthsim_nb import reference

HEAD = """\
# source: ICD-10-CM (CDC/NCHS and CMS), tabular list
# billable: whether the category itself is a code
# endings: what follows the point in its codes that may be billed (none of them is only a heading)
"""


def categories() -> dict[str, list[str]]:
    """Return the endings of the billable codes of each category; of a code of three letters, ''."""
    # Here, because it warns when imported, and pytest looks into this file for doctests.
    import simple_icd_10_cm as icd

    found: dict[str, list[str]] = {}
    # A block of one category, such as B20, is in the list twice.
    for code in dict.fromkeys(icd.get_all_codes(with_dots=True)):
        category, _, ending = code.partition(".")
        if len(category) == 3 and icd.is_leaf(code):
            found.setdefault(category, []).append(ending)
    return dict(sorted(found.items()))


if __name__ == "__main__":
    path = reference.root() / "lookups" / "icd10cm_categories.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEAD)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["category", "billable", "endings"])
        for category, endings in categories().items():
            billable = "y" if endings == [""] else "n"
            writer.writerow([category, billable, " ".join(filter(None, endings))])
