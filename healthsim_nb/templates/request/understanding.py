"""What became of a request: shown to the user, edited, and given back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from healthsim_nb.templates.template import Specification


@dataclass(frozen=True)
class Understanding:
    """A request as it was understood."""

    request: str
    specification: Specification
    understood: tuple[tuple[str, str], ...]
    """(Words, what they mean), in the order of the request."""
    not_understood: tuple[str, ...] = ()

    def to_yaml(self) -> str:
        """Return the specification as YAML that can be edited and given back."""
        return f"# {self.request}\n{specification_yaml(self.specification)}"

    def to_text(self) -> str:
        """Return a line for each thing understood, and what was taken for granted."""
        width = max((len(words) for words, _ in self.understood), default=0)
        lines = [f"{words:<{width}}  →  {meaning}" for words, meaning in self.understood]
        lines += [f"Not understood: {quoted(self.not_understood)}"] if self.not_understood else []
        spec = self.specification
        asked = f"template {spec.template}" if spec.template else "no template"
        lines.append(
            f"In all: {asked}, {spec.n:,} patients, {spec.months:,} months from {spec.start},"
            f" seed {spec.seed}."
        )
        return "\n".join(lines)


def specification_yaml(spec: Specification) -> str:
    """Return a specification as YAML, which `healthsim_nb.templates.specify.specify` takes."""
    said = spec.model_dump(mode="json", exclude_defaults=True)
    always = ("population", "have", "without", "mix_of", "mix") if spec.template else ()
    full = spec.model_dump(mode="json")
    for word in always:
        said.setdefault(word, {} if word == "population" else full[word])
    order = {word: said[word] for word in type(spec).model_fields if word in said}
    return yaml.safe_dump(order, sort_keys=False, allow_unicode=True, default_flow_style=None)


def quoted(words: tuple[str, ...]) -> str:
    """Return ``'a', 'b'``."""
    return ", ".join(f"'{word}'" for word in words)
