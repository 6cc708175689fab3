"""What is found out about a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from pydantic import ValidationError

from healthsim_nb import chart
from healthsim_nb.engine.calendar import add_months
from healthsim_nb.errors import SpecificationError
from healthsim_nb.operations import validation
from healthsim_nb.operations.formularies import compare_formularies
from healthsim_nb.operations.noting import noted
from healthsim_nb.quality.scorecard import is_everybody, scorecard
from healthsim_nb.quality.shared_savings import Terms, shared_savings
from healthsim_nb.scenario.reading import Reading
from healthsim_nb.store import runs
from healthsim_nb.store.attrition import Attrition, attrition, of_search
from healthsim_nb.store.distribution import Distribution, distribution

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from healthsim_nb.chart import Notes, Timeline
    from healthsim_nb.pharmacy.card import FormularyCard
    from healthsim_nb.pharmacy.comparison import Comparison
    from healthsim_nb.quality import Report
    from healthsim_nb.quality.scorecard import Scorecard
    from healthsim_nb.quality.shared_savings import By, SharedSavings
    from healthsim_nb.scenario import Scenario

MOST_COUNTED = 10_000
"""Rows that counts come in."""


class Studying(Reading):
    """A scenario is studied here: single lives, figures, measures of care, errors."""

    def notes(
        self, patient_id: int | None = None, encounter_id: int | None = None, limit: int = 20
    ) -> Notes:
        """Return clinical notes, written now from the tables: every number in one is in the record.

        Parameters
        ----------
        patient_id, encounter_id
            Only those of this patient or encounter; left out: of all.
        limit
            How many at most, the earliest of each patient first.

        Raises
        ------
        SpecificationError
            If ``limit`` is less than 1.
        """
        with self._workspace.cursor(cast("Scenario", self)) as cursor:
            return chart.notes(
                cursor, patient_id=patient_id, encounter_id=encounter_id, limit=limit
            )

    def timeline(self, patient_id: int) -> Timeline:
        """Return all that is on record of a patient, by day, with a picture of it.

        Raises
        ------
        UnknownNameError
            If there is no such patient.
        """
        span = self._span()
        with self._workspace.cursor(cast("Scenario", self)) as cursor:
            return chart.timeline(cursor, patient_id, span)

    def scorecard(self) -> Scorecard:
        """Return its figures beside the published ones of the United States.

        Every figure is worked out from its records alone, as a study would: dates, codes, values.
        """
        spec = self.specification
        span = spec.start, add_months(spec.start, spec.months) - timedelta(days=1)
        with self._workspace.cursor() as cursor:
            return scorecard(
                cursor, self.id, name=self.name, span=span, everybody=is_everybody(spec)
            )

    def shared_savings(
        self,
        year: int | None = None,
        *,
        market: str = "original-medicare",
        by: By = "state",
        terms: Terms | None = None,
    ) -> SharedSavings:
        """Return what organizations of primary care would have earned with the money they saved.

        Members belong to the clinician of primary care with most of their visits of the year. The
        benchmark is what members of the same risk (CMS-HCC V28) cost in the whole market.

        Parameters
        ----------
        year
            Calendar year; left out: the last of the scenario.
        market
            Whose members, as ``plans.market``.
        by
            Who makes an organization: the attributed clinicians of a ``state``, each ``provider``
            alone, or ``all``.
        terms
            Minimum savings rate, quality gate, shared rate, loss rate, cap; left out: 2 %, 40 %,
            50 %, none, 10 %.

        Raises
        ------
        SpecificationError
            If ``by`` is unknown, or nobody of the market has a risk score of the year.
        """
        spec = self.specification
        last = add_months(spec.start, spec.months) - timedelta(days=1)
        with self._workspace.cursor() as cursor:
            return shared_savings(
                cursor,
                self.id,
                year=last.year if year is None else year,
                market=market,
                by=by,
                terms=terms or Terms(),
            )

    def plot(
        self, what: str = "age", *, by: str | None = None, bins: int | None = None
    ) -> Distribution:
        """Return how something is distributed, counted in DuckDB; a notebook shows it as a picture.

        Parameters
        ----------
        what
            ``age``, ``cost``, ``paid``, ``visits``, ``claims``, ``drugs``; a laboratory test or
            vital sign, of which each patient's latest counts (``"a1c"``, ``"systolic_bp"``); a
            column (``"gender"``, ``"claims.total_paid"``); or one SELECT of a value.
        by
            What patients are told apart by: ``age``, ``sex``, ``payer`` or a column of patients.
        bins
            About how many bars a number has.

        Raises
        ------
        UnknownNameError, QueryError, SpecificationError
            If there is no such thing, or nothing to count.
        """
        return distribution(self._asked, what, by=by, bins=bins, start=self._first_day())

    def attrition(self, criteria: Mapping[str, str] | Sequence[str] | None = None) -> Attrition:
        """Return how many patients are left after each criterion; ``.sql`` finds who is left.

        Parameters
        ----------
        criteria
            By name, in order: a condition on a patient, such as ``"age >= 65 AND state = 'TX'"``
            (columns of ``patients``, and ``age`` on the first day), or a SELECT of patients' ids.
            Without names, each is its own. Left out: how the patients were chosen when they were
            made, if they were asked for by what happens to them.

        Raises
        ------
        SpecificationError
            If there are no criteria.
        QueryError
            If one is not allowed, or fails: it is named.
        """
        if not criteria:
            with self._workspace.cursor() as cursor:
                counts = runs.attrition(cursor, self.id)
            if counts:
                return of_search(self.name, counts)
        criteria = criteria or ()
        named = criteria if isinstance(criteria, Mapping) else {c: c for c in criteria}
        return attrition(self._asked, self.name, named, self._first_day())

    def _asked(self, sql: str) -> Sequence[tuple[object, ...]]:
        page = self.query(sql, page_size=MOST_COUNTED)
        page.close()
        return page.rows

    def _first_day(self) -> date | None:
        with suppress(SpecificationError):
            return self.specification.start
        return None

    def compare_formularies(
        self, *formularies: str | Path | FormularyCard, like: str | None = None
    ) -> Comparison:
        """Return what the paid fills of this scenario would cost under other formularies.

        The same fills at the same prices: how many would be covered, would need an authorization
        or another drug first, and what members, plan and manufacturers would pay.

        Parameters
        ----------
        formularies
            Ids, CSV files of one's own, or what ``hs.formulary`` gives; left out: all that ship.
        like
            Whose tiers and costs the drugs of a file have.

        Raises
        ------
        SpecificationError
            If nothing was filled.
        UnknownNameError
            If there is no such formulary.
        """
        with self._workspace.cursor() as cursor:
            return compare_formularies(cursor, self.id, self.name, formularies, like)

    @noted
    def validate(
        self,
        rules: Sequence[str] | None = None,
        severity: str | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Report:
        """Check it against the rules of the workspace and return what was found.

        Parameters
        ----------
        rules
            Only these, by id or area; left out: all that are switched on.
        severity
            Only ``error`` or only ``warning``.
        progress
            Called with the steps done and the steps in all; what it raises stops the work.

        Raises
        ------
        UnknownNameError
            If there is no such rule or area.
        """
        return validation.of_scenario(
            self._workspace._use(),
            self.id,
            self.name,
            rules=rules,
            severity=severity,
            today=self._last_day(),
            progress=progress,
        )

    def _span(self) -> tuple[date, date] | None:
        """Return its first and last day; a scenario that was not simulated has none of its own."""
        with suppress(SpecificationError, ValidationError):
            spec = self.specification
            return spec.start, add_months(spec.start, spec.months) - timedelta(days=1)
        return None

    def _last_day(self) -> date:
        """Return the last day that its rows can speak of: its own, or that of the clock."""
        span, now = self._span(), self._workspace._now().date()
        return max(span[1], now) if span else now
