"""What became of a request: shown to the user, edited, and given back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from healthsim_nb.templates.request.describe import in_all

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        return "\n".join([*lines, f"In all: {', '.join(in_all(self.specification))}."])


def specification_yaml(spec: Specification) -> str:
    """Return a specification as YAML, which `healthsim_nb.templates.specify.specify` takes."""
    said = spec.model_dump(mode="json", exclude_defaults=True)
    always = ("population", "have", "without", "mix_of", "mix") if spec.template else ()
    full = spec.model_dump(mode="json")
    for word in always:
        said.setdefault(word, {} if word == "population" else full[word])
    order = {word: said[word] for word in type(spec).model_fields if word in said}
    return "".join(_lines(order))


def _lines(said: dict[str, Any], indent: str = "") -> Iterator[str]:
    """Yield a line for each word; the parts of the population have their own."""
    for word, value in said.items():
        if word == "population" and value:
            yield f"{word}:\n"
            yield from _lines(value, "  ")
        else:
            listed = yaml.safe_dump([value], default_flow_style=True, sort_keys=False, width=10**6)
            yield f"{indent}{word}: {listed.strip()[1:-1]}\n"


def quoted(words: tuple[str, ...]) -> str:
    """Return ``'a', 'b'``."""
    return ", ".join(f"'{word}'" for word in words)
