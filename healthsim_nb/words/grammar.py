"""Reads what is said with a word; what is wrong is told in one sentence."""

from __future__ import annotations

import argparse
import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from healthsim_nb.errors import SpecificationError, nearest

if TYPE_CHECKING:
    from healthsim_nb.words.table import Option, Word

_LEADING = re.compile(r"(?:\s*--[a-z][a-z-]*(?:=|\s+)\S+)*")


def parse(word: Word, line: str, body: str | None = None) -> dict[str, object]:
    """Return what is said with a word, by option's name without dashes.

    >>> from healthsim_nb.words import NOTEBOOK, find, parse
    >>> parse(find("scenarios", NOTEBOOK), "heart failure --tag class")
    {'search': 'heart failure', 'tag': 'class'}

    Parameters
    ----------
    word
        The word.
    line
        What follows it.
    body
        The text of a cell below: it takes the place of the word's free text.

    Raises
    ------
    SpecificationError
        If something is missing, unknown or not a number.
    """
    if word.raw and body is None:
        line, body = _options_apart(line, [o.name for o in word.options if o.dashed])
    free = next((o for o in word.options if o.many and not o.dashed), None)
    if body is not None and free is None:
        raise SpecificationError(f"'{word.name}' takes no cell: write it as %hs {word.usage}")
    spoken = replace(word, options=tuple(o for o in word.options if body is None or o is not free))
    said = parse_parts(spoken, _split(line))
    if free is None or body is None:
        return said
    if not body.strip() and free.needed:
        raise SpecificationError(_needs(word, free.name.upper()))
    return {**said, free.key: body.strip("\n")}


def parse_parts(word: Word, parts: list[str]) -> dict[str, object]:
    """Return what is said with a word in parts that a shell has split.

    Raises
    ------
    SpecificationError
        If something is missing, unknown or not a number.
    """
    parser = _Sentence(word)
    values = vars(parser.parse_intermixed_args(parts))
    found: dict[str, object] = {}
    for option in word.options:
        value = values[option.key]
        found[option.key] = " ".join(value) if option.many and not option.dashed else value
    return found


def _count(option: Option) -> str | None:
    if option.many:
        return "+" if option.needed else "*"
    return None if option.needed else "?"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None


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


def run_settings(said: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `Workspace.generate` from the options of ``generate``.

    >>> run_settings({"mix": None, "tag": [], "notes": False, "clinical_only": True, "n": 5})
    {'n': 5, 'mix': None, 'tags': (), 'notes': None, 'coverage': False}
    """
    special = ("mix", "tag", "notes", "clinical_only")
    return {
        **{name: value for name, value in said.items() if name not in special},
        "mix": shares(said["mix"]) if said["mix"] else None,
        "tags": tuple(said["tag"]),
        "notes": said["notes"] or None,
        "coverage": False if said["clinical_only"] else None,
    }


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        # an apostrophe of plain English: women's
        return line.split()


def _options_apart(line: str, known: list[str]) -> tuple[str, str]:
    """Return the options before and behind a line of SQL, and the rest as it stands.

    Behind it only those that the word knows: to SQL they would be a comment.
    """
    found = _LEADING.match(line)
    assert found is not None
    rest = line[found.end() :].strip()
    names = "|".join(map(re.escape, known))
    last = re.search(rf"(?:\s+(?:{names})(?:=|\s+)\S+)+$", rest) if known else None
    if last is None:
        return found[0], rest
    return f"{found[0]}{last[0]}", rest[: last.start()]


class _Sentence(argparse.ArgumentParser):
    """A parser that says what is wrong in one sentence, and never leaves the program."""

    def __init__(self, word: Word) -> None:
        super().__init__(prog=word.name, add_help=False, allow_abbrev=False)
        self.word = word
        for option in word.options:
            self._learn(option)

    def _learn(self, option: Option) -> None:
        if not option.dashed:
            metavar = option.metavar or option.name.upper()
            self.add_argument(option.name, nargs=_count(option), metavar=metavar)
        elif option.many:
            self.add_argument(option.name, action="append", default=[])
        elif option.kind is bool:
            self.add_argument(option.name, action="store_true")
        else:
            kind = {int: _whole, float: _number}.get(option.kind, str)
            self.add_argument(option.name, type=kind, required=option.needed)

    def error(self, message: str) -> NoReturn:
        raise SpecificationError(_sentence(self.word, message))


def _sentence(word: Word, message: str) -> str:
    """Return what argparse has to say, in our words."""
    _, missing, names = message.partition("the following arguments are required: ")
    if missing:
        return _needs(word, names.replace(", ", " and "))
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


def _needs(word: Word, what: str) -> str:
    return f"'{word.name}' needs {what}. Write: {word.usage}"
