from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthsim_nb.reference.arrow import strings

ASCII = st.text(st.characters(min_codepoint=1, max_codepoint=127), max_size=12)


@given(st.lists(ASCII, max_size=20))
def test_texts_come_back_as_they_were(texts):
    assert strings(np.array(texts, dtype="U12")).to_pylist() == texts


def test_a_part_of_an_array_comes_back_as_it_was():
    assert strings(np.array(["ab", "cd", "ef"])[::2]).to_pylist() == ["ab", "ef"]


def test_letters_beyond_ascii_are_refused():
    with pytest.raises(UnicodeError, match="ASCII only"):
        strings(np.array(["Muñoz"]))
