"""A specification made ready, and the lives of some of its people played."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from healthsim_nb.clinical.compile import compile_plan
from healthsim_nb.clinical.newborns import children
from healthsim_nb.clinical.prevalence import prevalence_of
from healthsim_nb.clinical.render.chart import open_chart
from healthsim_nb.clinical.state import bodies
from healthsim_nb.engine.ids import MOST_MOTHERS
from healthsim_nb.errors import SpecificationError
from healthsim_nb.population import people
from healthsim_nb.population.ages import age_weights
from healthsim_nb.population.crowd import GROUP
from healthsim_nb.simulation.playing import Keeping, lives
from healthsim_nb.templates.template import Specification

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from healthsim_nb.clinical.plan import Plan
    from healthsim_nb.clinical.render.chart import Chart
    from healthsim_nb.templates.library import Library


@dataclass(frozen=True)
class Generator:
    """A specification made ready: all that a block needs, the same for every block."""

    plan: Plan
    weights: NDArray[np.int64]
    library: Library

    @property
    def spec(self) -> Specification:
        """The specification."""
        return self.plan.spec


def prepare(spec: Specification, library: Library) -> Generator:
    """Return the generator of a specification; the latest few are kept."""
    return _prepared(spec.model_dump_json(), library)


@lru_cache(maxsize=4)
def _prepared(text: str, library: Library) -> Generator:
    spec = Specification.model_validate_json(text)
    if spec.population.newborns and spec.n > MOST_MOTHERS:
        raise SpecificationError(
            f"n is {spec.n:,}: with newborns, a scenario has room for {MOST_MOTHERS:,} patients."
        )
    plan = compile_plan(spec, library)
    return Generator(plan, age_weights(spec.population, prevalence_of(plan)), library)


def played(
    generator: Generator,
    first: int,
    wanted: int,
    turns: int | None = None,
    keeping: Keeping | None = None,
) -> tuple[Chart, Chart | None]:
    """Return the charts of people of whole groups, and of the children that join.

    Parameters
    ----------
    first, wanted
        The first of them, at the beginning of a group, and how many; the rest of the last group
        comes with them.
    turns
        Months to play; None: as many as the specification says.
    """
    plan = generator.plan if turns is None else generator.plan.cut(turns)
    crowd = people.draw(plan.spec, generator.weights, first, -(-wanted // GROUP) * GROUP)
    who = bodies(crowd)
    state, out = lives(plan, who, first, keeping)
    born = children(plan, who, state) if plan.spec.population.newborns else None
    return open_chart(plan, who, state, out, len(crowd)), born
