"""A workspace has rules that its scenarios are checked against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.operations import validation
from healthsim_nb.workspace.handle import Handle

if TYPE_CHECKING:
    from healthsim_nb.operations.validation import Rules
    from healthsim_nb.quality import Rule


class Ruling(Handle):
    """A workspace has rules that its scenarios are checked against."""

    def rules(self, area: str | None = None, *, severity: str | None = None) -> Rules:
        """Return the rules that `validate` checks, ours and the workspace's own.

        Parameters
        ----------
        area
            Only those of an area, such as ``laboratory``; the workspace's own are in ``yours``.
        severity
            Only ``error`` or only ``warning``.
        """
        with self.cursor() as cursor:
            return validation.listed(cursor, area, severity)

    def rule(self, name: str) -> Rule:
        """Return the rule of that id.

        Raises
        ------
        UnknownNameError
            If there is none: the message names the nearest.
        """
        with self.cursor() as cursor:
            return validation.one(cursor, name)

    def switch_rule(self, name: str, *, on: bool) -> Rule:
        """Switch a rule on or off in this workspace, and return it as it is now."""
        return validation.switch(self._use(), name, on=on, now=self._now())

    def add_rule(
        self,
        name: str,
        sql: str,
        *,
        protects: str,
        severity: str = "error",
        source: str = "this workspace",
        confidence: float = 1.0,
    ) -> Rule:
        """Keep a rule of your own and return it.

        Parameters
        ----------
        name
            Its id: small letters, digits and hyphens.
        sql
            One SELECT on the tables of a scenario that returns the rows that break the rule: their
            ``id``, and what is wrong with them. What a scenario query may do, it may do.
        protects
            What must hold, as a sentence.
        severity
            ``error`` or ``warning``.
        source, confidence
            Who says so, and how sure it is, from 0 to 1.

        Raises
        ------
        QueryError
            If the SQL is not allowed on a scenario, or fails.
        SpecificationError
            If there is such a rule already, or something about it cannot be.
        """
        return validation.add(
            self._use(),
            name,
            sql,
            severity=severity,
            protects=protects,
            source=source,
            confidence=confidence,
            now=self._now(),
        )

    def remove_rule(self, name: str) -> None:
        """Remove a rule of your own."""
        validation.remove(self._use(), name)

    def edit_rule(
        self,
        name: str,
        sql: str | None = None,
        *,
        protects: str | None = None,
        severity: str | None = None,
        source: str | None = None,
        confidence: float | None = None,
    ) -> Rule:
        """Change a rule of your own, and return it as it is now; what is left out stays.

        Raises
        ------
        QueryError
            If the SQL is not allowed on a scenario, or fails.
        SpecificationError
            If the rule is not of this workspace, or something about it cannot be.
        """
        return validation.edit(
            self._use(),
            name,
            now=self._now(),
            sql=sql,
            protects=protects,
            severity=severity,
            source=source,
            confidence=confidence,
        )
