"""The words that ``%hs`` and ``healthsim`` understand: parsing and help, from one table."""

from __future__ import annotations

import argparse
import re
import shlex
from typing import NoReturn

from healthsim_nb.errors import SpecificationError, UnknownNameError, nearest
from healthsim_nb.words.table import NOTEBOOK, TERMINAL, WORDS, Option, Word

__all__ = [
    "NOTEBOOK",
    "TERMINAL",
    "Option",
    "Word",
    "add_options",
    "find",
    "help_on",
    "help_text",
    "parse",
    "shares",
    "words",
]

_LEADING = re.compile(r"\s*(--[a-z-]+)(?:=|\s+)(\S+)")


def words(where: str) -> dict[str, Word]:
    """Return the words of the notebook or of the terminal, by name."""
    return {word.name: word for word in WORDS if where in word.where}


def find(name: str, where: str) -> Word:
    """Return the word of that name.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    known = words(where)
    if name not in known:
        raise UnknownNameError.of("word", name, known)
    return known[name]


def parse(word: Word, line: str) -> dict[str, object]:
    """Return what a line says after the word, by option's name without dashes.

    >>> from healthsim_nb.words import NOTEBOOK, find, parse
    >>> parse(find("scenarios", NOTEBOOK), "heart failure --tag class")
    {'search': 'heart failure', 'tag': 'class'}

    Raises
    ------
    SpecificationError
        If something is missing, unknown or not a number.
    """
    parser = _Sentence(word)
    add_options(parser, word)
    said = parser.parse_intermixed_args(_raw(line) if word.raw else _split(line))
    return joined(word, said)


def joined(word: Word, said: argparse.Namespace) -> dict[str, object]:
    """Return what was parsed, with the words of a sentence joined again."""
    values = vars(said)
    found: dict[str, object] = {}
    for option in word.options:
        key = _key(option)
        value = values[key]
        found[key] = " ".join(value) if option.many and not option.dashed else value
    return found


def add_options(parser: argparse.ArgumentParser, word: Word) -> None:
    """Add a word's options to a parser."""
    for option in word.options:
        about, metavar = option.about, option.metavar or option.name.upper()
        if not option.dashed:
            parser.add_argument(option.name, nargs=_count(option), help=about, metavar=metavar)
        elif option.many:
            parser.add_argument(
                option.name, action="append", default=[], help=about, metavar=metavar
            )
        else:
            kind = _whole if option.kind is int else str
            parser.add_argument(option.name, type=kind, help=about, metavar=metavar)


def _count(option: Option) -> str | None:
    if option.many:
        return "+" if option.needed else "*"
    return None if option.needed else "?"


def _whole(text: str) -> int:
    try:
        return int(text.replace(",", "").replace("_", ""))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def shares(text: str) -> dict[str, float]:
    """Return a mix from its text; shares may be parts of 1 or percents.

    >>> shares("well-controlled=40%, poor=60")
    {'well-controlled': 0.4, 'poor': 0.6}

    Raises
    ------
    SpecificationError
        If it is not ``name=share`` with commas between.
    """
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    try:
        found = {name.strip(): float(value.strip().removesuffix("%")) for name, _, value in pairs}
    except ValueError:
        raise SpecificationError(
            f"--mix {text!r} is not understood: write it as well-controlled=40,poor=60."
        ) from None
    percent = "%" in text or any(value > 1 for value in found.values())
    return {name: value / 100 if percent else value for name, value in found.items()}


def help_text(where: str, prefix: str) -> str:
    """Return every word with what it does and an example."""
    known = words(where).values()
    wide = max(len(word.name) for word in known)
    lines = [f"{word.name:<{wide}}  {word.about}" for word in known]
    examples = [
        f"{prefix} {word.example}"
        for word in known
        if word.name in ("generate", "summary", "query")
    ]
    return "\n".join(
        [
            *lines,
            "",
            "For example:",
            *(f"  {e}" for e in examples),
            "",
            f"More about one: {prefix} help generate",
        ]
    )


def help_on(word: Word, prefix: str) -> str:
    """Return a word's usage, what can be said with it, and an example."""
    wide = max((len(_label(o)) for o in word.options), default=0)
    options = [f"  {_label(o):<{wide}}  {o.about}" for o in word.options]
    return "\n".join(
        [
            f"{prefix} {word.usage}",
            f"  {word.about}",
            *([""] if options else []),
            *options,
            "",
            f"For example: {prefix} {word.example}",
        ]
    )


def _label(option: Option) -> str:
    return (
        f"{option.name} {option.metavar}"
        if option.dashed
        else option.metavar or option.name.upper()
    )


def _key(option: Option) -> str:
    return option.name.lstrip("-").replace("-", "_")


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        # an apostrophe of plain English: women's
        return line.split()


def _raw(line: str) -> list[str]:
    """Return the options that lead a line, and the rest in one piece."""
    parts: list[str] = []
    while found := _LEADING.match(line):
        parts += found.groups()
        line = line[found.end() :]
    return [*parts, *([line.strip()] if line.strip() else [])]


class _Sentence(argparse.ArgumentParser):
    """A parser that says what is wrong in one sentence, and never leaves the program."""

    def __init__(self, word: Word) -> None:
        super().__init__(prog=word.name, add_help=False, allow_abbrev=False)
        self.word = word

    def error(self, message: str) -> NoReturn:
        raise SpecificationError(_sentence(self.word, message))


def _sentence(word: Word, message: str) -> str:
    """Return what argparse has to say, in our words."""
    _, missing, names = message.partition("the following arguments are required: ")
    if missing:
        return f"'{word.name}' needs {names.replace(', ', ' and ')}. Write: {word.usage}"
    _, found, rest = message.partition("unrecognized arguments: ")
    if not found:
        told = re.sub(r"^argument (\S+):", r"\1", message)
        told = told.replace("expected one argument", "needs a value")
        return f"'{word.name}' {told}. Write: {word.usage}"
    said = rest.split()[0]
    if not said.startswith("--"):
        return f"'{word.name}' has no use for {said!r}. Write: {word.usage}"
    flags = [option.name for option in word.options if option.dashed]
    near = nearest(said, flags)
    hint = f"Did you mean {near}?" if near else f"It knows {', '.join(flags) or 'no options'}."
    return f"'{word.name}' does not know {said!r}. {hint}"
