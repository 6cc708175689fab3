"""Which scenario it is, and what is known of it as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from healthsim_nb.errors import SpecificationError
from healthsim_nb.operations import composing
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import qualified
from healthsim_nb.store import registry, signature
from healthsim_nb.templates.request import specification_yaml
from healthsim_nb.templates.template import Specification

if TYPE_CHECKING:
    from healthsim_nb.store.merging import Merged
    from healthsim_nb.store.registry import Brief
    from healthsim_nb.workspace import Workspace


class Handle:
    """Which scenario it is, and what is known of it as a whole."""

    def __init__(self, workspace: Workspace, number: int, name: str) -> None:
        self.id = number
        self._workspace = workspace
        self._name = name

    @property
    def brief(self) -> Brief:
        """Its entry in the registry, as it is now."""
        with self._workspace.cursor() as cursor:
            return registry.by_id(cursor, self.id, self._name)

    @property
    def name(self) -> str:
        """Its name."""
        return self.brief.name

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags, sorted."""
        return self.brief.tags

    @property
    def specification(self) -> Specification:
        """All that decides its content; the same specification makes the same rows.

        Raises
        ------
        SpecificationError
            If its rows were not simulated, or are of several scenarios.
        """
        with self._workspace.cursor() as cursor:
            text = registry.specification(cursor, self.id, self._name)
        try:
            return Specification.model_validate_json(text)
        except ValidationError:
            raise SpecificationError(
                f"{self._name!r} was not simulated as a whole, so no specification makes it again."
            ) from None

    def to_yaml(self) -> str:
        """Return its specification as YAML, to edit and make again: `Workspace.generate` takes it.

        Raises
        ------
        SpecificationError
            As `specification` does.
        """
        return specification_yaml(self.specification)

    @property
    def counts(self) -> dict[str, int]:
        """The number of rows of each table, also of those that have none."""
        parts = " UNION ALL ".join(
            f"SELECT '{table}', count(*) FROM {qualified(table)} WHERE scenario_id = {self.id}"  # noqa: S608
            for table in scenario_tables()
        )
        with self._workspace.cursor() as cursor:
            found = dict(cursor.execute(parts).fetchall())
        return {table: found[table] for table in scenario_tables()}

    def signature(self, *, open_columns: bool = True) -> str:
        """Return the signature of its content: equal for equal rows, on any machine.

        Parameters
        ----------
        open_columns
            False: without the columns that more months may change in rows that exist.
        """
        exclude = None if open_columns else signature.open_columns()
        with self._workspace.cursor() as cursor:
            return signature.signature(cursor, self.id, exclude=exclude)

    @property
    def merged(self) -> Merged:
        """What the merge did that made it: rows kept, added, skipped, replaced, renamed."""
        with self._workspace.cursor() as cursor:
            return composing.report(cursor, self.brief)

    def __repr__(self) -> str:
        """Return its name and how much it holds."""
        brief = self.brief
        tags = f", tags: {', '.join(brief.tags)}" if brief.tags else ""
        return f"Scenario {brief.name}: {brief.patients:,} patients, {brief.rows:,} rows{tags}"
