"""Fitted tables are those of the conditions that ship, and none other."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from healthsim_nb import reference
from healthsim_nb.clinical import fit, fitted
from healthsim_nb.clinical.state import State, bodies
from healthsim_nb.clinical.turn import first_day, play
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.recorder import Recorder
from healthsim_nb.errors import TemplateError
from healthsim_nb.population import people
from healthsim_nb.simulation import prepare
from healthsim_nb.templates.library import Library, load
from healthsim_nb.templates.template import Population, Specification

if TYPE_CHECKING:
    from pathlib import Path

    from healthsim_nb.clinical.compiled import Illness
    from healthsim_nb.clinical.plan import Plan


@pytest.fixture(scope="module")
def library() -> Library:
    return load()


def test_every_condition_that_ships_is_fitted(library: Library) -> None:
    assert fitted.current(library) == set(library.conditions)


def test_fitting_again_writes_the_same(library: Library, tmp_path: Path) -> None:
    fit.write(library, tmp_path)

    for path in (reference.root() / "fitted").glob("*.csv"):
        assert (tmp_path / path.name).read_text() == path.read_text(), path.name


def test_a_stale_fit_is_refused(library: Library, monkeypatch) -> None:
    digest = fitted.digest
    monkeypatch.setattr(
        fitted, "digest", lambda lib, name: "" if name == "copd" else digest(lib, name)
    )

    with pytest.raises(TemplateError, match=r"older than conditions/copd\.yaml: run 'python -m"):
        fitted.current(library)


def test_a_condition_that_the_user_replaced_goes_without_the_fit(tmp_path: Path) -> None:
    folder = tmp_path / "conditions"
    folder.mkdir()
    shipped = (reference.root() / "conditions" / "copd.yaml").read_text(encoding="utf-8")
    (folder / "copd.yaml").write_text(shipped.replace("mortality: ", "mortality: 1"), "utf-8")

    mine = load(tmp_path)

    assert "copd" not in fitted.current(mine)
    assert "asthma" in fitted.current(mine)


def test_prevalence_and_diagnosed_share_stay_where_they_are(library: Library) -> None:
    spec = Specification(n=24_000, seed=8, start=date(2024, 1, 1), months=24)
    generator = prepare(spec.model_copy(update={"population": Population(ages="us")}), library)
    plan = generator.plan
    who = bodies(people.draw(plan.spec, generator.weights, 0, spec.n))
    state = first_day(plan, who)
    before = {i.id: known_share(state, i) for i in chronic(plan)}
    play(plan, who, state, 0, 24, Recorder())

    alive = state.death == FAR
    age = np.minimum(who.months_old(plan, 24) // 12, 120)
    for illness in chronic(plan):
        able = alive & (state.stage[cause_of(illness, plan)] > 0).all(axis=0)
        published = illness.prevalence[who.sex, age][able].mean()
        reached = (state.stage[illness.index] > 0)[able].mean()
        assert reached == pytest.approx(
            published, abs=0.05 if illness.source.only.having else 0.015
        ), illness.id
        assert known_share(state, illness) == pytest.approx(before[illness.id], abs=0.05)


def chronic(plan: Plan) -> list[Illness]:
    return [i for i in plan.illnesses if i.source.kind == "chronic"]


def cause_of(illness: Illness, plan: Plan) -> list[int]:
    """Return the condition that one comes of, which its prevalence is among."""
    return [i.index for i in plan.illnesses if i.id == illness.source.only.having]


def known_share(state: State, illness: Illness) -> float:
    ill = (state.stage[illness.index] > 0) & (state.death == FAR)
    return float(state.known[illness.index][ill].mean())
