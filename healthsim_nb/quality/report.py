"""What a check found: an outcome for each rule, and what follows from them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from healthsim_nb.quality.fault import Fault
    from healthsim_nb.quality.rule import Rule

PASSED, FAILED, IDLE, OFF = "passed", "failed", "not applicable", "switched off"
COLUMNS = (
    *("rule", "severity", "area", "table", "status", "found", "checked"),
    *("protects", "source", "confidence"),
)


@dataclass(frozen=True)
class Outcome:
    """What became of one rule."""

    rule: Rule
    status: str
    found: int
    """Rows that break it."""
    checked: int
    """Rows of its table."""
    examples: tuple[dict[str, Any], ...] = ()
    """Up to five of the rows that break it: the id and what is wrong."""

    def __str__(self) -> str:
        """Return it as lines for a reader."""
        head = f"{self.rule.severity:<7}  {self.rule.id}: {self.rule.protects}"
        rows = f"{self.found:,} of {self.checked:,} rows of {self.rule.table}"
        first = [f"           {told(example)}" for example in self.examples]
        return "\n".join([head, f"         {rows}, such as", *first])


@dataclass(frozen=True)
class Report:
    """What was found in a scenario, or in data from elsewhere."""

    name: str
    outcomes: tuple[Outcome, ...]
    faults: tuple[Fault, ...] = field(default=())
    """What is wrong with the files themselves: columns, types, missing values."""

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings are allowed."""
        return not self.errors and not self.faults

    @property
    def errors(self) -> list[Outcome]:
        """The rules that failed and are errors."""
        return self._failed("error")

    @property
    def warnings(self) -> list[Outcome]:
        """The rules that failed and are warnings."""
        return self._failed("warning")

    @property
    def counts(self) -> dict[str, int]:
        """The number of rules by what became of them."""
        found = Counter(outcome.status for outcome in self.outcomes)
        return {status: found[status] for status in (PASSED, FAILED, IDLE, OFF)}

    def named(self, name: str) -> Report:
        """Return the same under another name."""
        return replace(self, name=name)

    def df(self) -> pd.DataFrame:
        """Return the outcomes as a DataFrame, a row a rule."""
        import pandas as pd

        return pd.DataFrame([_flat(o) for o in self.outcomes], columns=list(COLUMNS))

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data, ready for JSON."""
        return {
            "name": self.name,
            "ok": self.ok,
            "counts": {
                **self.counts,
                "errors": len(self.errors),
                "warnings": len(self.warnings),
                "faults": sum(fault.count for fault in self.faults),
            },
            "faults": [fault.to_dict() for fault in self.faults],
            "errors": [_told(outcome) for outcome in self.errors],
            "warnings": [_told(outcome) for outcome in self.warnings],
            "off": [o.rule.id for o in self.outcomes if o.status == OFF],
        }

    def to_text(self) -> str:
        """Return it as text: the verdict, then what failed, the errors first."""
        shown = [*map(str, self.faults), *map(str, self.errors), *map(str, self.warnings)]
        return "\n".join([f"{self.name}: {self.verdict}", *shown])

    @property
    def verdict(self) -> str:
        """The result in one line."""
        counts, off = self.counts, self.counts[OFF]
        parts = [
            counted(sum(fault.count for fault in self.faults), "fault") if self.faults else "",
            counted(len(self.errors), "error"),
            counted(len(self.warnings), "warning"),
            f"{counts[PASSED]:,} rules passed",
            f"{counts[IDLE]:,} not applicable" if counts[IDLE] else "",
            f"{off:,} switched off" if off else "",
        ]
        return f"{'valid' if self.ok else 'not valid'}: {', '.join(filter(None, parts))}."

    def __repr__(self) -> str:
        """Return it as text."""
        return self.to_text()

    def _failed(self, severity: str) -> list[Outcome]:
        return [o for o in self.outcomes if o.status == FAILED and o.rule.severity == severity]


def counted(number: int, thing: str) -> str:
    """Return a number of things.

    >>> counted(1, "error"), counted(1200, "error")
    ('1 error', '1,200 errors')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def told(example: dict[str, Any]) -> str:
    """Return an example in one line.

    >>> told({"id": 5, "gender": None})
    'id 5, gender nothing'
    """
    return ", ".join(f"{k} {'nothing' if v is None else v}" for k, v in example.items())


def _flat(outcome: Outcome) -> tuple[object, ...]:
    rule = outcome.rule
    return (
        *(rule.id, rule.severity, rule.area, rule.table, outcome.status),
        *(outcome.found, outcome.checked, rule.protects, rule.source, rule.confidence),
    )


def _told(outcome: Outcome) -> dict[str, Any]:
    rule = outcome.rule
    examples = [{k: _plain(v) for k, v in e.items()} for e in outcome.examples]
    return {
        "rule": rule.id,
        "area": rule.area,
        "table": rule.table,
        "protects": rule.protects,
        "found": outcome.found,
        "checked": outcome.checked,
        "examples": examples,
        "source": rule.source,
        "confidence": rule.confidence,
        **({"may_fail": rule.may_fail} if rule.may_fail else {}),
    }


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
