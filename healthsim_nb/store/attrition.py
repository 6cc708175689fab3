"""How many patients are left after each step of a choice: from all of them down."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from healthsim_nb.errors import QueryError, SpecificationError
from healthsim_nb.store.plain import table

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

Ask = Callable[[str], Sequence[tuple[Any, ...]]]
ALL = "All patients"
SIMULATED = "People simulated"
BAR = 30
ROUND = 5
"""From 1 in so many on, a share is told like that."""


@dataclass(frozen=True)
class Step:
    """One step, and who is left after it."""

    name: str
    criterion: str
    """SQL; empty for the first step."""
    left: int
    lost: int
    of_all: float
    of_before: float


@dataclass(frozen=True)
class Attrition:
    """The steps from all patients to those who are chosen."""

    scenario: str
    steps: tuple[Step, ...]
    sql: str
    """A SELECT of the ids of who is left."""
    COLUMNS: ClassVar = ("step", "left", "lost", "of all", "of step before", "")

    def rows(self) -> list[tuple[object, ...]]:
        """Return a row a step: its name, who is left, who was lost, shares of all and before."""
        return [
            (
                s.name,
                f"{s.left:,}",
                f"{s.lost:,}" if s.criterion else "",
                _p(s.of_all),
                _p(s.of_before) if s.criterion else "",
            )
            for s in self.steps
        ]

    def df(self) -> pd.DataFrame:
        """Return the steps."""
        import pandas as pd

        return pd.DataFrame([vars(step) for step in self.steps])

    def to_text(self) -> str:
        """Return the steps as a table with bars."""
        rows = [
            (*row, "█" * round(BAR * s.of_all))
            for row, s in zip(self.rows(), self.steps, strict=True)
        ]
        return table(self.COLUMNS, rows, whole=self.COLUMNS)

    def __repr__(self) -> str:
        """Return the steps."""
        return self.to_text()


def attrition(
    ask: Ask, scenario: str, criteria: Mapping[str, str], start: date | None
) -> Attrition:
    """Return how many patients are left after each criterion, in their order.

    Parameters
    ----------
    ask
        Runs a SELECT on the scenario.
    criteria
        By name: a condition on a patient (columns of ``patients``, and ``age`` on the first day),
        or a SELECT of the ids of the patients who fit.
    start
        The scenario's first day, for ages.

    Raises
    ------
    SpecificationError
        If there is no criterion.
    QueryError
        If one is not allowed, or fails: it is named.
    """
    if not criteria:
        raise SpecificationError(
            "An attrition table needs a criterion, such as {'women': \"gender = 'F'\"}."
        )
    tests = [_test(str(said)) for said in criteria.values()]
    everyone = _everyone(start)
    steps = [" AND ".join(tests[: i + 1]) for i in range(len(tests))]
    counts = ", ".join(f"count(*) FILTER (WHERE {step})" for step in steps)
    try:
        ((every, *left),) = ask(f"SELECT count(*), {counts} FROM {everyone}")  # noqa: S608
    except QueryError as error:
        _blame(ask, everyone, dict(zip(criteria, tests, strict=True)))
        raise QueryError(str(error)) from None
    found = [every, *left]
    names = [(ALL, ""), *((str(n), str(c).strip()) for n, c in criteria.items())]
    return Attrition(
        scenario,
        tuple(
            Step(
                name,
                said,
                n,
                before - n,
                n / every if every else 0.0,
                n / before if before else 0.0,
            )
            for (name, said), n, before in zip(names, found, [every, *found], strict=False)
        ),
        f"SELECT patients.id FROM {everyone} WHERE {steps[-1]}",  # noqa: S608
    )


def of_search(scenario: str, counts: Mapping[str, Any]) -> Attrition:
    """Return how those were chosen of whom a scenario consists: from all who were simulated.

    Parameters
    ----------
    counts
        What the run noted: ``having``, ``simulated`` and ``so_far``.
    """
    names = [SIMULATED, *counts["having"]]
    left = [counts["simulated"], *counts["so_far"]]
    every = left[0]
    steps = (
        Step(name, name if place else "", n, before - n, n / every, n / before if before else 0.0)
        for place, (name, n, before) in enumerate(
            zip(names, left, [every, *left[:-1]], strict=True)
        )
    )
    return Attrition(scenario, tuple(steps), "SELECT id FROM patients")


def in_words(counts: Mapping[str, Any]) -> str:
    """Return how many were simulated and who was kept.

    >>> in_words({"having": ["a hospital stay"], "simulated": 720, "kept": 50})
    'kept 50 of 720 simulated (1 in 14), the first who had a hospital stay'
    """
    simulated, kept = counts["simulated"], counts["kept"]
    often = simulated / kept
    said = f"1 in {often:.0f}" if often >= ROUND else f"{kept / simulated:.0%}".replace("%", " %")
    had = " and ".join(counts["having"])
    return f"kept {kept:,} of {simulated:,} simulated ({said}), the first who had {had}"


def _everyone(start: date | None) -> str:
    day = f"DATE '{start}'" if start else "(SELECT min(admission_time)::DATE FROM encounters)"
    age = f"greatest(0, datesub('year', birth_date, {day})) AS age"
    return f"(SELECT *, {age} FROM patients) AS patients"  # noqa: S608


def _test(said: str) -> str:
    """Return a criterion as a condition that is true, false or, of nothing known, false."""
    text = said.strip().rstrip(";").strip()
    if re.match(r"(?i)(select|with|from)\b", text):
        return f"patients.id IN (SELECT own.c0 FROM (\n{text}\n) AS own(c0))"  # noqa: S608
    return f"coalesce((\n{text}\n), false)"


def _blame(ask: Ask, everyone: str, tests: Mapping[str, str]) -> None:
    """Find the criterion that cannot be, and say so."""
    for name, test in tests.items():
        try:
            ask(f"SELECT count(*) FILTER (WHERE {test}) FROM {everyone}")  # noqa: S608
        except QueryError as error:
            raise QueryError(f"{name}: {error}") from None


def _p(share: float) -> str:
    return f"{100 * share:.1f} %"
