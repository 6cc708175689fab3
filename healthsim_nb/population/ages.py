"""Who they are by age and sex: what is asked for, as whole-number weights."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.errors import SpecificationError
from healthsim_nb.population.tables import AGES, SEXES, Shares, by_age, columns, pyramid
from healthsim_nb.templates.template import AgeBand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from healthsim_nb.templates.base import AgeRange, Sex
    from healthsim_nb.templates.template import Population

TOTAL = 1 << 30
"""What the weights sum to."""
USUAL = tuple(
    AgeBand(ages=ages, share=share)
    for ages, share in (((0, 17), 15), ((18, 44), 30), ((45, 64), 30), ((65, 120), 25))
)
"""Ages of a request that names neither ages nor an illness."""
LINES_OF_BUSINESS = columns("payer_by_age")
"""In the order of their numbers."""


@dataclass(frozen=True)
class Filter:
    """One thing that is asked of everyone, and whom it leaves, shape (2, 121)."""

    said: str
    keeps: Shares


def age_weights(population: Population, prevalence: Shares | None) -> NDArray[np.int64]:
    """Return how many of 2**30 people are of each sex and age.

    Parameters
    ----------
    population
        What is asked for.
    prevalence
        Share of people who have what is asked for, shape (2, 121), on any scale; None: nothing is.

    Returns
    -------
    ndarray of int64, shape (2, 121)
        Weights by sex (F, M) and completed years.

    Raises
    ------
    SpecificationError
        If nobody, or nobody of a sex or age band asked for, fits all that is asked for.
    """
    filters = _filters(population, prevalence)
    _check_possible(filters)
    cells = _cells(population, prevalence, filters)
    if population.sex:
        cells = _fit_sex(cells, population.sex)
    return _whole(cells.sum(axis=0))


def _filters(population: Population, prevalence: Shares | None) -> list[Filter]:
    found = []
    if isinstance(population.ages, list):
        said = ", ".join("{}-{}".format(*band.ages) for band in population.ages)
        inside = np.sum([_between(b.ages) * b.share for b in population.ages], axis=0) > 0
        found.append(Filter(f"population.ages [{said}]", np.where(inside, 1.0, 0.0)))
    low, high = population.limits
    found.append(Filter(f"population.limits [{low}, {high}]", _between(population.limits)))
    if prevalence is not None:
        # Ages "us" are the pyramid's: an illness only says who cannot be meant.
        keeps = np.where(prevalence > 0, 1.0, 0.0) if population.ages == "us" else prevalence
        found.append(Filter("the conditions asked for", keeps))
    if population.line_of_business:
        said = ", ".join(population.line_of_business)
        found.append(Filter(f"population.line_of_business [{said}]", _covered(population)))
    return found


def _between(ages: AgeRange) -> Shares:
    years = np.arange(AGES)
    inside = (years >= ages[0]) & (years <= ages[1])
    return np.broadcast_to(inside * 1.0, (len(SEXES), AGES))


def _covered(population: Population) -> Shares:
    """Return the share of people who have one of the lines of business asked for."""
    wanted = [LINES_OF_BUSINESS.index(line) for line in population.line_of_business]
    share: Shares = by_age("payer_by_age")[:, :, sorted(set(wanted))].sum(axis=-1)
    return share


def _check_possible(filters: list[Filter]) -> None:
    left = pyramid()
    for done, step in enumerate(filters):
        left = left * step.keeps
        if left.any():
            continue
        alone = [f for f in filters[:done] if not (pyramid() * f.keeps * step.keeps).any()]
        if not (pyramid() * step.keeps).any():
            raise SpecificationError(f"{step.said}: nobody in the United States is like that.")
        said = " and ".join(f.said for f in [*(alone[:1] or filters[:done]), step])
        raise SpecificationError(
            f"{said} contradict each other: nobody in the United States fits them."
        )


def _cells(population: Population, prevalence: Shares | None, filters: list[Filter]) -> Shares:
    """Return weights by band, sex and age; bands that were asked for have their share."""
    keeps: Shares = np.prod([f.keeps for f in filters], axis=0)
    if isinstance(population.ages, list):
        return np.stack([_band(b, population.limits, keeps) for b in population.ages])
    if population.ages == "us" or prevalence is not None:
        return (pyramid() * keeps)[None]
    usual: Shares = np.sum([_spread(b) for b in USUAL], axis=0)
    return (usual * keeps)[None]


def _spread(band: AgeBand) -> Shares:
    """Return a band's share, spread over its ages and sexes like the pyramid."""
    inside = pyramid() * _between(band.ages)
    return inside * (band.share / (_sum(inside) or 1.0))


def _band(band: AgeBand, limits: AgeRange, keeps: Shares) -> Shares:
    """Return the part of a band that lies within the limits, spread over those who fit."""
    share = _sum(_spread(band) * _between(limits))
    inside = pyramid() * _between(band.ages) * keeps
    whole = _sum(inside)
    if share > 0 and whole == 0:
        low, high = band.ages
        raise SpecificationError(
            f"population.ages asks for {band.share:g} % aged {low}-{high}, "
            "but nobody of that age fits the rest of what is asked for."
        )
    return inside * (share / (whole or 1.0))


def _fit_sex(cells: Shares, sex: Mapping[Sex, float]) -> Shares:
    """Return the cells with the sexes' shares as asked for and the bands' shares unchanged."""
    wanted = np.array([sex.get(s, 0.0) for s in SEXES])
    if abs(_sum(wanted) - 100) > 0.01:
        raise SpecificationError(f"population.sex: shares sum to {_sum(wanted):g}, not 100.")
    for index, name in enumerate(SEXES):
        if wanted[index] > 0 and not cells[:, index].any():
            raise SpecificationError(
                f"population.sex asks for {wanted[index]:g} % {name}, "
                "but nobody of that sex fits the rest of what is asked for."
            )
    return _balance(cells, wanted)


def _balance(cells: Shares, wanted: Shares) -> Shares:
    """Scale bands and sexes in turn until both have their shares (iterative proportional fit)."""
    bands = _margin(cells, 0)
    wanted = wanted * (_sum(bands) / _sum(wanted))
    for _ in range(500):
        cells = cells * _ratio(wanted, _margin(cells, 1))[None, :, None]
        now = _margin(cells, 0)
        if float(np.abs(now - bands).max()) < 1e-10 * _sum(bands):
            return cells
        cells = cells * _ratio(bands, now)[:, None, None]
    raise SpecificationError(
        "population.ages and population.sex contradict each other: "
        "their shares cannot both hold for the people who fit the rest of what is asked for."
    )


def _margin(cells: Shares, axis: int) -> Shares:
    return np.array([_sum(part) for part in np.moveaxis(cells, axis, 0)], dtype=np.float64)


def _ratio(wanted: Shares, now: Shares) -> Shares:
    return np.divide(wanted, now, out=np.zeros_like(now), where=now > 0)


def _whole(weights: Shares) -> NDArray[np.int64]:
    whole = np.rint(weights * (TOTAL / _sum(weights))).astype(np.int64)
    whole.flat[int(whole.argmax())] += TOTAL - int(whole.sum())
    return whole


def _sum(values: Shares) -> float:
    """Return the sum, the same on every processor."""
    return fsum(values.ravel().tolist())
