"""What can be chosen when a population is asked for: names, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healthsim_nb.operations.preview import PAYERS, SHORT
from healthsim_nb.reference.geography import states

if TYPE_CHECKING:
    from healthsim_nb.templates.library import Library


@dataclass(frozen=True)
class Choice:
    """Something that can be chosen."""

    id: str
    name: str
    about: str = ""
    also: tuple[str, ...] = ()
    """Other names that it is found by."""
    degrees: tuple[tuple[str, float], ...] = ()
    """Of a condition: its levels or stages with their usual shares, which sum to 1."""


@dataclass(frozen=True)
class Choices:
    """All that can be chosen."""

    templates: tuple[Choice, ...]
    conditions: tuple[Choice, ...]
    """Services are left out: nobody has them."""
    states: tuple[Choice, ...]
    races: tuple[Choice, ...]
    payers: tuple[Choice, ...]


def choices(library: Library) -> Choices:
    """Return what a library lets one choose."""
    return Choices(
        templates=tuple(
            Choice(t.id, t.name, t.description, tuple(t.synonyms))
            for t in library.templates.values()
        ),
        conditions=tuple(
            Choice(
                c.id,
                c.name,
                c.kind,
                tuple(c.synonyms),
                tuple((rank.id, rank.share / 100) for rank in c.ranks),
            )
            for c in library.conditions.values()
            if c.kind != "service"
        ),
        states=tuple(Choice(s.code, s.name, s.region) for s in states()),
        races=tuple(Choice(name, about) for name, about in SHORT.items()),
        payers=tuple(Choice(name, about) for name, about in PAYERS.items()),
    )
