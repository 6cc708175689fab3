"""What the words of the pharmacy counter do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import healthsim_nb as hs
from healthsim_nb.words.doing import Desk, Done

if TYPE_CHECKING:
    from collections.abc import Callable


def formulary(desk: Desk, which: str | None, drug: str | None, like: str | None) -> Done:  # noqa: ARG001 - an act has a desk
    """Show a formulary, or what it says of a drug, or the names of all."""
    if not which:
        names = hs.formularies()
        lines = [f"{name:<20}  {about}" for name, about in names.items()]
        rows = [{"formulary": name, "name": about} for name, about in names.items()]
        return Done(rows, "\n".join(lines))
    card = hs.formulary(which, like=like)
    found = card.drug(drug) if drug else card
    return Done(found, found.to_text(), whole=True)


def formularies(desk: Desk, which: str | None, like: str | None, scenario: str | None) -> Done:
    """Compare formularies on the fills of a scenario."""
    found = desk.find(scenario)
    compared = desk.watch(
        f"Pricing {found.name}",
        lambda _: found.compare_formularies(*(which or "").split(), like=like),
    )
    return Done(compared, compared.to_text(), whole=True)


def review(  # noqa: PLR0913 - a word has what can be said with it
    desk: Desk,  # noqa: ARG001 - an act has a desk
    drug: str,
    beside: list[str],
    age: float | None,
    sex: str | None,
    pregnant: bool,
    condition: list[str],
    daily_mg: float | None,
    egfr: float | None,
    supply_left: float | None,
) -> Done:
    """Review a drug."""
    found = hs.review(
        drug,
        beside or (),
        age=age,
        sex=sex,
        pregnant=pregnant,
        conditions=condition or (),
        daily_mg=daily_mg,
        egfr=egfr,
        supply_left=supply_left,
    )
    return Done(found, found.to_text(), whole=True)


PHARMACY_ACTS: dict[str, Callable[..., Done]] = {
    "formularies": formularies,
    "formulary": formulary,
    "review": review,
}
"""Each act by its word."""
