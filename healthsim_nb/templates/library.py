"""Everything that templates and conditions say, read once, checked whole.

::

    conditions/<id>.yaml   templates/<id>.yaml   plans/<id>.yaml   clinical/measures.yaml
    clinical/cautions.yaml   codes/labs.csv   codes/orders.csv   codes/drugs.csv
    codes/allergens.csv
    codes/products.csv

A user's own folder has the same sub-folders; a file or row there adds to the library,
or replaces what has the same id.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from healthsim_nb import reference
from healthsim_nb.errors import TemplateError
from healthsim_nb.templates.checking import problems_between
from healthsim_nb.templates.extending import extended
from healthsim_nb.templates.shelves import SHELVES, Shelf, read_shelf
from healthsim_nb.templates.uses import of_catalogue, of_condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from healthsim_nb.templates.base import Strict
    from healthsim_nb.templates.catalogue import (
        Allergen,
        Caution,
        Drug,
        LabTest,
        Measure,
        Order,
        Product,
    )
    from healthsim_nb.templates.condition import Condition
    from healthsim_nb.templates.health_plan import HealthPlan
    from healthsim_nb.templates.template import Template

Stamp = tuple[tuple[str, int, int], ...]

_FOR_READERS = {"synonyms", "source", "sources", "description"}
"""What decides no value in the data."""


@dataclass(frozen=True, eq=False)
class Library:
    """Templates, conditions and the catalogues they refer to, each by id and sorted by it."""

    conditions: Mapping[str, Condition]
    templates: Mapping[str, Template]
    plans: Mapping[str, HealthPlan]
    measures: Mapping[str, Measure]
    tests: Mapping[str, LabTest]
    orders: Mapping[str, Order]
    drugs: Mapping[str, Drug]
    products: Mapping[str, Product]
    cautions: Mapping[str, Caution]
    allergens: Mapping[str, Allergen]

    @cached_property
    def hash(self) -> str:
        """The fingerprint of all content that can decide a value."""
        return _fingerprint({kind: _contents(getattr(self, kind)) for kind in SHELVES})

    def digest(self, condition_ids: Iterable[str]) -> str:
        """Return the fingerprint of some conditions and the orders, tests and drugs they use.

        Measures count as a whole: everybody has them. A condition outside ``condition_ids``
        does not count, even if one of them refers to it.
        """
        found: dict[str, dict[str, Any]] = {"measures": _contents(self.measures)}
        chosen = {name: self.conditions[name] for name in sorted(set(condition_ids))}
        found["conditions"] = _contents(chosen)
        pending = [use for c in chosen.values() for use in of_condition(c)]
        while pending:
            use = pending.pop()
            kind = f"{use.kind}s"
            if kind not in {"orders", "tests", "drugs"} or use.name in found.get(kind, {}):
                continue
            entry = getattr(self, kind)[use.name]
            found.setdefault(kind, {})[use.name] = _content(entry)
            pending += of_catalogue(entry)
        return _fingerprint(found)


def load(extra: Path | None = None) -> Library:
    """Return the library, with the user's own files of the folder ``extra``.

    Raises
    ------
    TemplateError
        If anything is wrong: every problem of every file, one line each.
    """
    root = reference.root()
    return _load(root, extra, _stamp(root), _stamp(extra) if extra else ())


@lru_cache(maxsize=8)
def _load(root: Path, extra: Path | None, _: Stamp, own: Stamp) -> Library:
    problems: list[str] = []
    if extra and not own:
        places = ", ".join(dict.fromkeys(shelf.place for shelf in SHELVES.values()))
        problems.append(f"{extra}: holds nothing to read; looked for {places}")
    shelves = {kind: Shelf() for kind in SHELVES}
    for kind, shelf in shelves.items():
        read_shelf(kind, root, "", shelf)
        if extra:
            read_shelf(kind, extra, f"{extra}/", shelf)
        problems += shelf.problems
    problems += _extend(shelves["templates"])
    problems += problems_between(shelves)
    if problems:
        raise TemplateError("\n".join(problems))
    return Library(**{kind: shelf.sorted() for kind, shelf in shelves.items()})


def _extend(templates: Shelf) -> list[str]:
    """Complete the templates that build on others; return what is wrong with them."""
    found = {name: extended(t, templates.entries) for name, t in templates.entries.items()}
    templates.entries.update({name: template for name, (template, _) in found.items()})
    return [f"{templates.origin[n]}: {line}" for n, (_, lines) in found.items() for line in lines]


def _stamp(folder: Path) -> Stamp:
    """Return what changes when a file of the folder does."""
    paths = sorted(path for kind in SHELVES.values() for path in kind.paths(folder))
    stats = [(path, path.stat()) for path in paths]
    return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)


def _contents(entries: Mapping[str, Strict]) -> dict[str, Any]:
    return {name: _content(entry) for name, entry in entries.items()}


def _content(entry: Strict) -> dict[str, Any]:
    said = entry.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {word: value for word, value in said.items() if word not in _FOR_READERS}


def _fingerprint(content: object) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=16).hexdigest()
