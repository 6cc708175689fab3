"""A template that builds on another: what it does not say is as there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healthsim_nb.templates.problems import missing_name
from healthsim_nb.templates.template import Template

if TYPE_CHECKING:
    from collections.abc import Mapping

_OWN = {"id", "version", "name", "description", "synonyms", "extends"}
"""Words that are never taken over."""
_MERGED = ("population", "sources")
"""Mappings of which each entry is taken over by itself."""


def extended(template: Template, others: Mapping[str, Template]) -> tuple[Template, list[str]]:
    """Return a template with all that it takes over, and what is wrong with that.

    Of a chain all links count, the nearest first.
    """
    chain, problems = _chain(template, others)
    if problems or len(chain) == 1:
        return template, problems
    said: dict[str, Any] = {}
    for one in reversed(chain):
        said = _over(said, one)
    return Template.model_validate(said), []


def _chain(template: Template, others: Mapping[str, Template]) -> tuple[list[Template], list[str]]:
    chain = [template]
    while (name := chain[-1].extends) is not None:
        if name not in others:
            return chain, [f"extends: {missing_name('template', name, sorted(others))}"]
        if name in {one.id for one in chain}:
            return chain, [f"extends: '{name}' builds on itself"]
        chain.append(others[name])
    return chain, []


def _over(base: dict[str, Any], template: Template) -> dict[str, Any]:
    """Return what a template says over what it builds on."""
    own = template.model_dump(exclude_unset=True)
    kept = {word: value for word, value in base.items() if word not in _OWN}
    for word in _MERGED:
        if word in kept and word in own:
            own[word] = {**kept[word], **own[word]}
    return {**kept, **own}
