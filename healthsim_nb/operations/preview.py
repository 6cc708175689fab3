"""Who a scenario would hold, before it is made: its own first people, on the first day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from healthsim_nb.population.ages import LINES_OF_BUSINESS
from healthsim_nb.population.traits import ETHNICITIES, RACES
from healthsim_nb.reference.geography import states
from healthsim_nb.simulation.glimpse import glimpse
from healthsim_nb.templates.outcome import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from healthsim_nb.simulation.glimpse import Glimpse
    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.template import Specification

Shares = tuple[tuple[str, float], ...]

SAMPLE = 1000
BAND, OLDEST = 10, 90
MOST_CONDITIONS, MOST_STATES = 10, 5
PAYERS = {
    "medicare": "Medicare",
    "medicaid": "Medicaid",
    "commercial": "Commercial",
    "uninsured": "Uninsured",
    "military": "Military",
}
SHORT = {
    "white": "White",
    "black": "Black",
    "asian": "Asian",
    "american_indian": "American Indian",
    "pacific_islander": "Pacific Islander",
    "multiracial": "Two or more races",
    "hispanic": "Hispanic",
}
"""Hispanic people are of any race, the others are not Hispanic."""


@dataclass(frozen=True)
class Preview:
    """The first people of a scenario, counted: the very ones that it would have or choose from."""

    patients: int
    """How many were looked at."""
    of: int
    """How many the scenario would have."""
    ages: tuple[tuple[str, int, int], ...]
    """(Years, women, men)."""
    median_age: float
    women: float
    race: Shares
    payer: Shares
    states: Shares
    """The most frequent, and the others."""
    conditions: Shares
    """Lasting conditions on the first day, found or not."""
    degrees: Shares
    """Of those with the condition whose mix is chosen: its levels or stages."""
    later: tuple[str, ...]
    """What everyone gets, but not before the first day is over."""
    among: tuple[str, ...] = ()
    """What must happen to them: these are the people among whom such are looked for."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    def to_text(self) -> str:
        """Return a line for each thing that was counted."""
        said = [("race", self.race), ("payer", self.payer), ("state", self.states)]
        said += [("conditions", self.conditions), ("mix", self.degrees)]
        lines = [f"{name}: {_told(shares)}" for name, shares in said if shares]
        who = f"median age {self.median_age:g}, {self.women:.0%} women".replace("%", " %")
        first = f"The first {self.patients:,} of {self.of:,}"
        if self.among:
            had = " and ".join(self.among)
            first = (
                f"{self.patients:,} of those among whom {self.of:,} are looked for who had {had}"
            )
        return "\n".join([f"{first}: {who}", *lines])

    def __repr__(self) -> str:
        """Return what was counted."""
        return self.to_text()


def preview(spec: Specification, library: Library, most: int = SAMPLE) -> Preview:
    """Return who the first people of a scenario are, without playing its months."""
    # Those who are looked for are among as many people as it takes.
    seen = glimpse(spec.model_copy(update={"n": most}) if spec.having else spec, library, most)
    people = seen.people
    hispanic = people.ethnicity == ETHNICITIES.index("hispanic")
    group = np.where(hispanic, len(RACES), people.race)
    place = {c.id: i for i, c in enumerate(seen.conditions)}
    began = [name for name in spec.have if seen.stage[place[name]].any()]
    return Preview(
        patients=len(people),
        of=spec.n,
        ages=_pyramid(people.age, people.sex),
        median_age=float(np.median(people.age)),
        women=float((people.sex == 0).mean()),
        race=_shares(group, [SHORT[name] for name in (*RACES, "hispanic")]),
        payer=_shares(people.line_of_business, [PAYERS[name] for name in LINES_OF_BUSINESS]),
        states=_few(_shares(people.state, [s.name for s in states()]), MOST_STATES),
        conditions=_conditions(seen),
        degrees=_degrees(seen, spec),
        among=tuple(sentence(outcome) for outcome in spec.having),
        later=tuple(seen.conditions[place[n]].name for n in spec.have if n not in began),
    )


def _pyramid(age: NDArray[np.int16], sex: NDArray[np.int8]) -> tuple[tuple[str, int, int], ...]:
    band = np.minimum(age, OLDEST) // BAND
    count = [np.bincount(band[sex == s], minlength=OLDEST // BAND + 1) for s in (0, 1)]
    names = [f"{low}–{low + BAND - 1}" for low in range(0, OLDEST, BAND)] + [f"{OLDEST}+"]
    return tuple((name, int(f), int(m)) for name, f, m in zip(names, *count, strict=True))


def _shares(values: NDArray[Any], names: Sequence[str]) -> Shares:
    """Return the share of each value that occurs, the most frequent first."""
    count = np.bincount(values, minlength=len(names))
    order = np.argsort(-count, kind="stable")
    return tuple((names[i], float(count[i] / len(values))) for i in order if count[i])


def _few(shares: Shares, most: int) -> Shares:
    rest = sum(share for _, share in shares[most:])
    return (*shares[:most], ("other states", rest)) if rest else shares


def _conditions(seen: Glimpse) -> Shares:
    share = (seen.stage > 0).mean(axis=1)
    chronic = [i for i, c in enumerate(seen.conditions) if c.kind == "chronic" and share[i]]
    order = sorted(chronic, key=lambda i: -share[i])[:MOST_CONDITIONS]
    return tuple((seen.conditions[i].name, float(share[i])) for i in order)


def _degrees(seen: Glimpse, spec: Specification) -> Shares:
    of = next((i for i, c in enumerate(seen.conditions) if c.id == spec.mix_of), None)
    if of is None or not seen.stage[of].any():
        return ()
    names = [rank.id for rank in seen.conditions[of].ranks]
    stage = seen.stage[of]
    count = np.bincount(stage[stage > 0] - 1, minlength=len(names))
    return tuple((name, float(n / count.sum())) for name, n in zip(names, count, strict=True))


def _told(shares: Shares) -> str:
    return ", ".join(f"{name} {share:.0%}".replace("%", " %") for name, share in shares)
