"""Reads the drugs of a formulary from a CSV file and tells all that is wrong with it at once."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healthsim_nb.errors import InputError, unknown
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from healthsim_nb.pharmacy.products import Products

CODES = ("ndc", "rxnorm_code")
COLUMNS = (
    *CODES, "drug_name", "tier", "prior_authorization", "step_therapy", "quantity_limit",
    "quantity_limit_days", "specialty", "preventive",
)  # fmt: skip
_YES = {"yes", "y", "true", "1"}
_NO = {"", "no", "n", "false", "0"}
_SHOWN = 20
NDC_DIGITS = 11


@dataclass(frozen=True)
class Entry:
    """What a formulary says of one product."""

    tier: int
    prior_authorization: bool
    step: str
    limit: float
    """Most units in ``limit_days``; 0: no limit."""
    limit_days: int
    specialty: bool
    preventive: bool


def read_entries(path: Path, shelf: Products, tiers: int) -> dict[int, Entry]:
    """Return the drugs of a file by their row among the products.

    A line names a drug by its NDC, or by its RXCUI alone: then it speaks of every product of it.

    Raises
    ------
    InputError
        If anything is wrong, each problem with its line.
    """
    lines = list(_lines(path))
    if not lines:
        raise InputError(f"{path.name} has no drugs: write a line of column names and one a drug.")
    problems = _header(lines[0][1])
    found: dict[int, Entry] = {}
    first: dict[int, int] = {}
    for number, row in [] if problems else lines:
        places, wrong = _places(row, shelf)
        entry, more = _entry(row, tiers)
        for place in places:
            if place in first and row.get("ndc"):
                wrong.append(f"{shelf.name[place]} is already on line {first[place]}")
                break
            first.setdefault(place, number)
        problems += [f"line {number}: {text}" for text in wrong + more]
        if entry is not None:
            found |= dict.fromkeys(places, entry)
    if problems:
        raise InputError(_told(path, problems))
    return found


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with its line in the file, without comments."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"There is no file {str(path)!r}.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is no text in UTF-8: save it as CSV (UTF-8).") from None
    kept = [(at, line) for at, line in enumerate(text.splitlines(), 1) if _speaks(line)]
    reader = csv.DictReader(line for _, line in kept)
    for (at, _), row in zip(kept[1:], reader, strict=False):
        yield at, {(key or "").strip().lower(): (value or "").strip() for key, value in _cells(row)}


def _cells(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield from ((key, value) for key, value in row.items() if isinstance(value, str))


def _speaks(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _header(row: dict[str, str]) -> list[str]:
    problems = []
    if not any(code in row for code in CODES):
        problems.append("there is no column 'ndc' and none 'rxnorm_code': one must say which drug")
    if "tier" not in row:
        problems.append("there is no column 'tier'")
    return problems + [unknown("column", name, COLUMNS) for name in row if name not in COLUMNS]


def _places(row: dict[str, str], shelf: Products) -> tuple[list[int], list[str]]:
    ndc, rxnorm = row.get("ndc", "").replace("-", ""), row.get("rxnorm_code", "")
    codes, code = (shelf.ndc, ndc) if ndc else (shelf.rxnorm, rxnorm)
    places = [at for at, known in enumerate(codes) if known == code and code]
    if not places:
        return [], [_unknown(ndc, rxnorm)]
    if ndc and rxnorm and shelf.rxnorm[places[0]] != rxnorm:
        return [], [f"NDC {ndc} is RXCUI {shelf.rxnorm[places[0]]}, not {rxnorm}"]
    return places, []


def _unknown(ndc: str, rxnorm: str) -> str:
    if ndc and len(ndc) != NDC_DIGITS:
        return f"NDC {ndc!r} has {len(ndc)} characters: write all 11 digits, with zeros first"
    if ndc or rxnorm:
        code = f"NDC {ndc}" if ndc else f"RXCUI {rxnorm}"
        return f"{code} is none of the products: references/codes/products.csv has them all"
    return "no drug is named: fill 'ndc' or 'rxnorm_code'"


def _entry(row: dict[str, str], tiers: int) -> tuple[Entry | None, list[str]]:
    problems: list[str] = []
    tier = _number(row, "tier", problems, whole=True, needed=True)
    if tier is not None and not 1 <= tier <= tiers:
        problems.append(f"tier {tier:g} is not one of 1 to {tiers}")
    limit = _number(row, "quantity_limit", problems) or 0
    days = _number(row, "quantity_limit_days", problems, whole=True)
    if limit and not days:
        problems.append("'quantity_limit' needs 'quantity_limit_days'")
    steps = [rule["id"] for rule in rows("formularies/step_therapy.csv")]
    step = row.get("step_therapy", "")
    if step and step not in steps:
        problems.append(unknown("step therapy", step, steps))
    flags = {name: _flag(row, name, problems) for name in _FLAGS}
    if problems or tier is None:
        return None, problems
    return Entry(int(tier), step=step, limit=limit, limit_days=int(days or 0), **flags), []


_FLAGS = ("prior_authorization", "specialty", "preventive")


def _number(
    row: dict[str, str],
    name: str,
    problems: list[str],
    *,
    whole: bool = False,
    needed: bool = False,
) -> float | None:
    text = row.get(name, "")
    if not text:
        if needed:
            problems.append(f"{name!r} is empty")
        return None
    try:
        number = float(text)
    except ValueError:
        problems.append(f"{name!r} is {text!r}, which is no number")
        return None
    if not 0 < number < 1e6 or (whole and number != int(number)):
        problems.append(f"{name!r} is {text}: it must be a{' whole' * whole} number above 0")
        return None
    return number


def _flag(row: dict[str, str], name: str, problems: list[str]) -> bool:
    text = row.get(name, "").lower()
    if text not in _YES | _NO:
        problems.append(f"{name!r} is {text!r}: write yes or no")
    return text in _YES


def _told(path: Path, problems: list[str]) -> str:
    count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
    rest = [f"… and {len(problems) - _SHOWN} more"] if len(problems) > _SHOWN else []
    return "\n".join([f"{path.name} has {count}:", *problems[:_SHOWN], *rest])
