"""A glimpse of the first day is the first day."""

from __future__ import annotations

import numpy as np
import pytest

from healthsim_nb.clinical.state import bodies
from healthsim_nb.clinical.turn import first_day
from healthsim_nb.population import people
from healthsim_nb.simulation.generator import prepare
from healthsim_nb.simulation.glimpse import glimpse
from healthsim_nb.templates.library import load
from healthsim_nb.templates.specify import specify


@pytest.mark.parametrize(
    ("what", "settings"),
    [
        ("diabetes-management", {"mix": {"poor": 0.5, "severe": 0.5}, "start": "2020-02-01"}),
        ("joint-replacement", {"months": 3}),
        ("healthy-adult", {}),
        ("depression-newly-diagnosed", {"seed": 3}),
    ],
)
def test_a_glimpse_shows_the_very_people_of_the_scenario_on_its_first_day(what, settings):
    library = load()
    spec = specify(library, what, **{"n": 150, "seed": 7, **settings})
    generator = prepare(spec, library)
    crowd = people.draw(spec, generator.weights, 0, 192)

    seen = glimpse(spec, library, 100)

    state = first_day(generator.plan, bodies(crowd))
    assert np.array_equal(seen.people.birth_day, crowd.birth_day[:100])
    assert np.array_equal(seen.stage, state.stage[:, :100])
    assert np.array_equal(seen.known, state.known[:, :100])
