"""The help of the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.words.table import WORDS

if TYPE_CHECKING:
    from healthsim_nb.words.table import Option, Word

EXAMPLES = ("generate", "summary", "query")


def help_text(where: str, prefix: str) -> str:
    """Return every word with what it does, and some examples."""
    known = [word for word in WORDS if where in word.where]
    wide = max(len(word.name) for word in known)
    lines = [f"{word.name:<{wide}}  {word.about}" for word in known]
    shown = [word.example for word in known if word.name in EXAMPLES]
    examples = ["For example:", *(f"  {prefix} {example}" for example in shown)]
    return "\n".join([*lines, "", *examples, "", f"More about one: {prefix} help generate"])


def help_on(word: Word, prefix: str) -> str:
    """Return a word's usage, what can be said with it, and an example."""
    labels = [_label(option) for option in word.options]
    wide = max(map(len, labels), default=0)
    options = [f"  {s:<{wide}}  {o.about}" for s, o in zip(labels, word.options, strict=True)]
    lines = [f"{prefix} {word.usage}", f"  {word.about}", *([""] if options else []), *options]
    return "\n".join([*lines, "", f"For example: {prefix} {word.example}"])


def _label(option: Option) -> str:
    said = option.metavar or (option.name if option.kind is bool else option.name.upper())
    return f"{option.name} {said}" if option.dashed and option.kind is not bool else said
