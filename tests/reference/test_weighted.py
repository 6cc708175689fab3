from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from healthsim_nb.reference.weighted import Weighted

GROUP = st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any)


@given(st.lists(GROUP, min_size=1, max_size=5), st.integers(0, 2**32 - 1), st.data())
def test_a_pick_lies_in_its_group_and_never_on_a_weight_of_nought(groups, bits, data):
    group = data.draw(st.integers(0, len(groups) - 1))
    (row,) = Weighted.of(groups).pick(np.array([group]), np.array([bits], dtype=np.uint32))
    assert 0 <= row < len(groups[group])
    assert groups[group][row] > 0


@given(GROUP)
def test_all_rows_with_a_weight_can_be_picked_in_proportion(weights):
    n, total = 5000, sum(weights)
    bits = (np.arange(n, dtype=np.uint64) * np.uint64(2**32 // n)).astype(np.uint32)
    picked = Weighted.of([weights]).pick(np.zeros(n, dtype=np.int64), bits)
    counts = np.bincount(picked, minlength=len(weights))
    assert np.abs(counts - np.array(weights) * n / total).max() <= 1.01
