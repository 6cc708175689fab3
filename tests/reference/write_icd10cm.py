"""Write references/codes/icd10cm.csv: every ICD-10-CM code that a condition uses, with its name.

python tests/reference/write_icd10cm.py
"""

from __future__ import annotations

import csv

from healthsim_nb import reference
from healthsim_nb.templates.library import load

HEAD = "# source: ICD-10-CM (CDC/NCHS and CMS, public domain), names of the codes in use\n"


def wanted() -> dict[str, str]:
    """Return code and name of all codes in use."""
    # Here, because it warns when imported, and pytest looks into this file for doctests.
    import simple_icd_10_cm as icd

    codes = sorted({c for condition in load().conditions.values() for c in condition.all_codes})
    return {code: icd.get_description(code) for code in codes}


if __name__ == "__main__":
    path = reference.root() / "codes" / "icd10cm.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEAD)
        csv.writer(file, lineterminator="\n").writerows(
            [["code", "description"], *wanted().items()]
        )
