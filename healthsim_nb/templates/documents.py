"""Reads YAML and CSV strictly: what could be lost in silence is a problem with its place."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """Reports a key that appears twice, and takes only true and false for truth."""

    # Copied: the original list is shared by every user of PyYAML in the process.
    yaml_implicit_resolvers = {
        first: [(tag, form) for tag, form in pairs if tag != "tag:yaml.org,2002:bool"]
        for first, pairs in _Base.yaml_implicit_resolvers.items()
    }

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.problems: list[str] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    self.problems.append(f"{_place(key.start_mark)}: '{key.value}' is said twice")
                seen.add(key.value)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def parse_yaml(text: str) -> tuple[Any, list[str]]:
    r"""Return what a YAML text says, and its problems by line and column.

    >>> parse_yaml("a: 1\na: 2")[1]
    ["line 2, column 1: 'a' is said twice"]
    """
    try:
        if _deep(text):
            return None, ["nested too deeply"]
        loader = _Loader(text)
        data = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        said = ", ".join(part for part in (error.context, error.problem) if part)
        mark = error.problem_mark or error.context_mark
        return None, [f"{_place(mark)}: {said}" if mark else said]
    except yaml.reader.ReaderError as error:
        return None, [f"character {error.position + 1}: {error.reason}"]
    except (ValueError, OverflowError) as error:  # such as the date 2024-13-45
        return None, [str(error)]
    return data, list(dict.fromkeys(loader.problems))


def read_text(path: Path) -> tuple[str, list[str]]:
    """Return a file's text, and the problem that it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig"), []
    except UnicodeDecodeError as error:
        return "", [f"byte {error.start + 1}: not UTF-8 text"]
    except OSError as error:
        return "", [error.strerror or str(error)]


def parse_csv(text: str) -> tuple[list[tuple[int, dict[str, str]]], list[str]]:
    """Return (line number, row without its empty cells) for each line, and the problems.

    Lines that start with ``#`` are comments; the first other line is the header.
    """
    numbered = enumerate(text.splitlines(), 1)
    lines = [(n, line) for n, line in numbered if line.strip() and not line.startswith("#")]
    if not lines:
        return [], ["is empty"]
    header = next(csv.reader([lines[0][1]]))
    rows, problems = [], []
    for number, line in lines[1:]:
        cells = next(csv.reader([line]))
        if len(cells) != len(header):
            problems.append(f"line {number}: {len(cells)} cells, the header has {len(header)}")
        row = zip(header, cells, strict=False)
        rows.append((number, {name: cell.strip() for name, cell in row if cell.strip()}))
    return rows, problems


def _deep(text: str) -> bool:
    """Say whether a document is nested so deeply that libyaml would crash the process."""
    if sum(text.count(opener) for opener in "[{-?") < 1000:
        return False
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > 100:
            return True
    return False


def _place(mark: yaml.Mark) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"
