"""Arrays come back from a file as they were, whatever their shape and order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as made

from healthsim_nb.engine import safe_files
from healthsim_nb.engine.arrays import pack, unpack
from healthsim_nb.engine.recorder import Recorder

KINDS = st.sampled_from([np.bool_, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.int64])


@given(
    array=KINDS.flatmap(lambda kind: made.arrays(kind, made.array_shapes(max_dims=3, min_side=0))),
    turned=st.booleans(),
)
def test_an_array_comes_back_as_it_was_and_may_be_changed(array, turned):
    given_array = array.T if turned else array

    arrays, about = unpack(pack({"a": given_array}, {"turn": 3}).to_pybytes())

    assert about == {"turn": 3}
    assert arrays["a"].dtype == given_array.dtype
    assert np.array_equal(arrays["a"], given_array)
    assert arrays["a"].flags.writeable


def test_another_file_is_refused():
    with pytest.raises(ValueError, match="Arrow"):
        unpack(b"something else, and not a little of it")


def test_a_recorder_gives_each_row_once_and_keeps_it():
    out, again = Recorder(), Recorder()
    out.add("visit", id=np.array([1, 2]))
    again.put(out.take())
    out.add("visit", id=np.array([3]))
    out.add("visit", id=np.array([4]))

    assert {k: c["id"].tolist() for k, c in out.take().items()} == {"visit": [3, 4]}
    assert out.take() == {}
    like = {"id": np.zeros(1, np.int64)}
    assert out.columns("visit", like)["id"].tolist() == [1, 2, 3, 4]
    assert again.columns("visit", like)["id"].tolist() == [1, 2]
    assert again.take() == {}


def test_a_file_that_cannot_be_written_leaves_the_old_one_and_nothing_beside(tmp_path, monkeypatch):
    path = tmp_path / "a"
    safe_files.write(path, b"old")

    def broken(_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(safe_files.os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        safe_files.write(path, b"new")

    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
