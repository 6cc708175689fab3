"""What the browser is told of scenarios, entries, runs and rules, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from healthsim_nb.quality import Rule
    from healthsim_nb.store.history import Entry
    from healthsim_nb.store.registry import Brief
    from healthsim_nb.store.runs import RunBrief


def brief(of: Brief) -> dict[str, Any]:
    """Return a scenario."""
    return {
        "name": of.name,
        "about": of.request or of.description or of.template or "",
        "patients": of.patients,
        "rows": of.rows,
        "made": f"{of.created_at:%Y-%m-%d %H:%M}",
        "tags": list(of.tags),
    }


def entry(of: Entry) -> dict[str, Any]:
    """Return what was done once."""
    return {
        "id": of.id,
        "began": f"{of.began_at:%Y-%m-%d %H:%M}",
        "kind": of.kind,
        "scenario": of.scenario or "",
        "status": of.status,
        "rows": of.rows,
        "seconds": of.seconds,
        "by": of.started_by,
        "told": of.told,
        "code": of.code,
    }


def run(of: RunBrief) -> dict[str, Any]:
    """Return a run."""
    return {
        "run": of.run_id,
        "kind": of.kind,
        "status": of.status,
        "scenario": of.scenario or "",
        "rows": of.rows,
        "turns": list(of.checkpoints),
        "began": f"{of.created_at:%Y-%m-%d %H:%M}",
        "version": of.package_version,
    }


def rule(of: Rule) -> dict[str, Any]:
    """Return a rule."""
    words = ("id", "area", "table", "severity", "protects", "source", "confidence")
    found = {word: getattr(of, word) for word in (*words, "may_fail", "yours", "on")}
    return {**found, "sql": of.sql or f"-- wrong where\n{of.text}"}
