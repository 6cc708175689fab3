"""Who lives where: ages, households, names, coverage; the people of a scenario as columns."""

from __future__ import annotations

from healthsim_nb.population.crowd import GROUP
from healthsim_nb.population.people import People

__all__ = ["GROUP", "People"]
