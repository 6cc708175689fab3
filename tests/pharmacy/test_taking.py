"""For how long drugs are taken."""

from __future__ import annotations

import numpy as np
import pytest

from healthsim_nb.pharmacy.slips import PARTS, slips
from healthsim_nb.pharmacy.taking import LASTING, LONG, NEW, months_taken


@pytest.mark.parametrize("percent", [40, 75])
def test_the_published_share_of_those_who_begin_goes_on_for_a_year(percent: int) -> None:
    months = months_taken()[NEW, percent]
    assert (months > 12).mean() == pytest.approx(percent / 100, abs=0.001)
    first, two = (months > 12).mean(), (months > 24).mean()
    assert 1 - two / first == pytest.approx((1 - percent / 100) / LASTING, abs=0.002)


def test_whoever_has_taken_a_drug_for_years_gives_it_up_more_rarely() -> None:
    table = months_taken().astype(np.int64)
    assert (table[LONG] >= table[NEW]).all()
    assert (table[LONG, 60] > 12).mean() == pytest.approx(1 - 0.4 / LASTING, abs=0.001)


def test_every_slip_has_its_share() -> None:
    known = slips()
    refusals, counts = np.unique(known.refusal(np.arange(PARTS)), return_counts=True)
    assert len(refusals) == len(known.codes) == len(known.resolutions)
    assert counts.max() == counts[0] > 2 * counts[-1] > 0
    assert known.codes[0] == "07"
