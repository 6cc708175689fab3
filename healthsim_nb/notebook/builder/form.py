"""What is entered into the cohort builder, and the request that it stands for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from healthsim_nb.errors import HealthsimError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healthsim_nb import Workspace

State = dict[str, Any]
NOBODY = "n: 100"
"""What is asked for where neither a template nor a sentence says who."""
POPULATION = {"limits": "ages", "sex": "sex", "race": "race", "states": "states"}
POPULATION |= {"line_of_business": "payers"}
"""Words of a population, and the fields that say them."""
RUN = ("n", "months", "seed", "start", "coverage")
FIELDS = ("have", "without", "ages", "sex", "race", "states", "payers", "mix", *RUN)
STEP = 3
"""Decimals of a share."""


@dataclass(frozen=True)
class Asked:
    """What `Workspace.generate` is called with."""

    what: str
    """A template's id, a sentence, or a specification as YAML."""
    settings: dict[str, Any]


def begun(workspace: Workspace, what: str) -> State:
    """Return the form that a template, a sentence or YAML fills.

    Raises
    ------
    HealthsimError
        If it is not understood.
    """
    spec = _base(workspace, what)
    found = spec.population.model_dump(mode="json")
    state = {field: found[word] for word, field in POPULATION.items()}
    state |= {word: getattr(spec, word) for word in RUN if word != "start"}
    without = ["chronic"] if spec.without == "chronic" else list(spec.without)
    return {
        **state,
        "what": what,
        "have": list(spec.have),
        "without": without,
        "mix_of": spec.mix_of or "",
        "mix": dict(spec.mix),
        "usual": {},
        "start": str(spec.start),
        "name": "",
    }


def settled(state: State, degrees: Mapping[str, Mapping[str, float]]) -> State:
    """Return the form with a mix that fits its conditions.

    Parameters
    ----------
    degrees
        Of each condition that has any: its levels or stages with their usual shares.
    """
    of = state.get("mix_of") or ""
    able = [name for name in state["have"] if name in degrees]
    if of not in able:
        of = able[0] if len(able) == 1 else ""
    usual = dict(degrees.get(of, {}))
    mix = state["mix"] if set(state["mix"]) == set(usual) else usual
    return {**state, "mix_of": of, "mix": dict(mix), "usual": usual}


def asked(workspace: Workspace, state: State) -> Asked:
    """Return what the form asks for: by name where it can be said so, else as YAML.

    Raises
    ------
    HealthsimError
        If what it began with is not understood any more.
    """
    base = begun(workspace, state["what"])
    settings = {word: state[word] for word in RUN if state[word] != base[word]}
    mixed = _rounded(state["mix"]) != _rounded(base["mix"] or state["usual"])
    changed = any(_other(state, base, f) for f in ("have", "without", *POPULATION.values()))
    changed |= bool(state["mix_of"]) and state["mix_of"] != base["mix_of"]
    if not changed and state["what"]:
        return Asked(state["what"], settings | ({"mix": _rounded(state["mix"])} if mixed else {}))
    return Asked(_yaml(workspace, state), settings)


def problems(workspace: Workspace, state: State, last: str = "") -> dict[str, str]:
    """Return what is wrong with the form: a sentence by field; nothing if all is well.

    Parameters
    ----------
    last
        The field that was changed last: what is wrong between fields is said there.
    """
    try:
        _understood(workspace, state)
    except HealthsimError as error:
        whole = _sentence(error)
    else:
        return {}
    try:
        base = begun(workspace, state["what"])
    except HealthsimError as error:
        return {"what": _sentence(error)}
    found = {}
    for field in FIELDS:
        alone = {**base, field: state[field]}
        if field == "mix":
            alone |= {word: state[word] for word in ("mix_of", "have", "usual")}
        try:
            _understood(workspace, alone)
        except HealthsimError as error:
            found[field] = _sentence(error)
    return found or {last if last in FIELDS else "all": whole}


def understood(workspace: Workspace, state: State) -> Any:
    """Return how the form is understood; `HealthsimError` if it cannot be."""
    return _understood(workspace, state)


def _understood(workspace: Workspace, state: State) -> Any:
    it = asked(workspace, state)
    return workspace.understand(it.what, **it.settings)


def _base(workspace: Workspace, what: str) -> Any:
    return workspace.understand(what or NOBODY).specification


def _other(state: State, base: State, field: str) -> bool:
    one, two = state[field], base[field]
    if field in ("have", "without", "race", "states", "payers"):
        return set(one) != set(two)
    return bool(one != two)


def _yaml(workspace: Workspace, state: State) -> str:
    """Return the form as a specification; JSON is YAML."""
    spec = _base(workspace, state["what"])
    said = spec.model_dump(mode="json", exclude_defaults=True)
    who = {**said.get("population", {})}
    who |= {word: state[field] for word, field in POPULATION.items()}
    new = [name for name in spec.new if name in state["have"]]
    without = "chronic" if state["without"] == ["chronic"] else state["without"]
    said |= {"population": who, "have": state["have"], "new": new, "without": without}
    usual = not spec.mix and state["mix"] == state["usual"]
    mix = {} if usual else _rounded(state["mix"])
    said |= {"mix_of": state["mix_of"] or None, "mix": mix}
    # One setting a line: what is wrong is said of it.
    return "\n".join(f"{word}: {json.dumps(value)}" for word, value in said.items())


def _rounded(mix: Mapping[str, float]) -> dict[str, float]:
    return {name: round(share, STEP) for name, share in mix.items()}


def _sentence(error: HealthsimError) -> str:
    return str(error).partition("\n")[0].removeprefix("specification: ")
