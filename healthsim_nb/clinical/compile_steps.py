"""Timelines compiled: steps and branches with indices for names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.clinical.timelines import Edge, Gate, StepPlan, Timelines
from healthsim_nb.templates.timeline import ONSET, VISIT, entries, longest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healthsim_nb.clinical.compile import _Compiler as Compiler
    from healthsim_nb.templates.condition import Condition
    from healthsim_nb.templates.timeline import Branch, Step

Places = dict[str, int]


def compile_timelines(compiler: Compiler) -> Timelines:
    """Return the timelines of all conditions; their events join the compiler's."""
    told = [(i, c) for i, c in enumerate(compiler.conditions) if c.timeline]
    names = [(i, step.id) for i, c in told for step in c.timeline]
    place = {name: n for n, name in enumerate(names)}
    drugs = [(i, d) for i, c in told for step in c.timeline for d in step.start_drug]
    held = tuple(dict.fromkeys((i, compiler.drug[d]) for i, d in drugs))
    steps, edges, begins = [], [], {}
    for i, c in told:
        places = {step.id: place[i, step.id] for step in c.timeline}
        own = {compiler.drug_names[d]: n for n, (owner, d) in enumerate(held) if owner == i}
        for step in c.timeline:
            steps.append(_step(compiler, i, c, step, places[step.id], own))
            edges += _edges(compiler, c, step, places)
        usual = VISIT if c.kind == "service" else ONSET
        for trigger, ids in entries(c.timeline, usual).items():
            begins[i, trigger] = np.array([places[name] for name in ids], np.int64)
    return Timelines(
        seed=compiler.spec.seed,
        steps=tuple(steps),
        edges=tuple(edges),
        entries=begins,
        held=held,
        spans={i: longest(c.timeline) for i, c in told},
    )


def _step(
    compiler: Compiler,
    condition: int,
    c: Condition,
    step: Step,
    place: int,
    held: Mapping[str, int],
) -> StepPlan:
    event = -1
    if step.event:
        event = compiler.happening(condition, c, step.event, step.id).index
    until = step.repeat.until if step.repeat else None
    return StepPlan(
        index=place,
        condition=condition,
        source=step,
        gate=_gate(compiler, f"{c.id}.{step.id}", step),
        event=event,
        until=compiler.test(until) if until else None,
        begins=_begins(compiler, step),
        child=compiler.condition[step.birth.child] if step.birth and step.birth.child else -1,
        sets=compiler.ranges(step.set),
        ends=tuple(compiler.condition[name] for name in step.end),
        starts=tuple(held[drug] for drug in step.start_drug),
        stops=tuple(held[drug] for drug in step.stop_drug),
    )


def _begins(compiler: Compiler, step: Step) -> tuple[int, int] | None:
    if not step.begin:
        return None
    index = compiler.condition[step.begin.condition]
    stages = [rank.id for rank in compiler.conditions[index].ranks]
    return index, stages.index(step.begin.stage) + 1 if step.begin.stage else 0


def _edges(compiler: Compiler, c: Condition, step: Step, places: Places) -> list[Edge]:
    own = f"{c.id}.{step.id}"
    by_itself = [(b, f"{own}>{b.to}", -1) for b in step.then]
    rivals = [(b, f"{own}.either", n) for n, b in enumerate(step.either)]
    return [
        Edge(places[step.id], places[b.to], _gate(compiler, name, b), rival)
        for b, name, rival in [*by_itself, *rivals]
    ]


def _gate(compiler: Compiler, name: str, source: Step | Branch) -> Gate:
    return Gate(
        name=name,
        chance=1.0 if source.chance is None else source.chance,
        when=compiler.test(source.when) if source.when else None,
        factors=tuple(compiler.multiplier(f) for f in source.factors),
    )
