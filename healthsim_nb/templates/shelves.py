"""The places of a library: where each kind of document lies, and how it is read from there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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
from healthsim_nb.templates.documents import parse_csv, parse_yaml, read_text
from healthsim_nb.templates.health_plan import HealthPlan
from healthsim_nb.templates.problems import validated
from healthsim_nb.templates.template import Template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from healthsim_nb.templates.base import Strict


@dataclass(frozen=True)
class Place:
    """One kind of document: its model and its folder, or the one file that holds all."""

    model: type[Any]
    place: str

    def paths(self, folder: Path) -> list[Path]:
        """Return the files of this kind in a folder, sorted."""
        if self.place.endswith("/"):
            found = (folder / self.place).glob("*")
            return sorted(path for path in found if path.suffix in {".yaml", ".yml"})
        path = folder / self.place
        return [path] if path.is_file() else []


SHELVES = {
    "conditions": Place(Condition, "conditions/"),
    "templates": Place(Template, "templates/"),
    "plans": Place(HealthPlan, "plans/"),
    "measures": Place(Measure, "clinical/measures.yaml"),
    "tests": Place(LabTest, "codes/labs.csv"),
    "orders": Place(Order, "codes/orders.csv"),
    "drugs": Place(Drug, "codes/drugs.csv"),
    "products": Place(Product, "codes/products.csv"),
    "cautions": Place(Caution, "clinical/cautions.yaml"),
    "allergens": Place(Allergen, "codes/allergens.csv"),
}


@dataclass
class Shelf:
    """What was read of one kind: entries and where each came from, broken ids and problems."""

    entries: dict[str, Any] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def sorted(self) -> dict[str, Any]:
        """Return the entries in the order of their ids."""
        return {name: self.entries[name] for name in sorted(self.entries)}


def read_shelf(kind: str, folder: Path, prefix: str, shelf: Shelf) -> None:
    """Add the documents of one kind in a folder; those of the same id are replaced."""
    place = SHELVES[kind]
    read_before: set[str] = set()
    for path in place.paths(folder):
        label = f"{prefix}{path.relative_to(folder).as_posix()}"
        for where, name, data in _documents(place, path, label, shelf):
            if name and name in read_before:
                shelf.problems.append(f"{where}: there are two with the id '{name}'")
            read_before.add(name)
            _add(place.model, where, name, data, shelf)


def _documents(
    place: Place, path: Path, label: str, shelf: Shelf
) -> Iterator[tuple[str, str, object]]:
    """Yield (where, id, content) of each document in a file."""
    text, problems = read_text(path)
    if path.suffix == ".csv":
        rows, more = parse_csv(text) if not problems else ([], [])
        shelf.problems += [f"{label}: {problem}" for problem in (*problems, *more)]
        for number, row in rows:
            yield f"{label}: line {number}", row.get("id", ""), row
        return
    data, more = parse_yaml(text) if not problems else (None, [])
    problems += more
    shelf.problems += [f"{label}: {problem}" for problem in problems]
    if place.place.endswith("/"):
        yield from _whole_file(path, label, data, problems, shelf)
    elif not problems:
        yield from _list_of(label, data, shelf)


def _whole_file(
    path: Path, label: str, data: object, problems: list[str], shelf: Shelf
) -> Iterator[tuple[str, str, object]]:
    shelf.broken.add(path.stem)
    if problems:
        return
    name = data.get("id") if isinstance(data, dict) else None
    if isinstance(name, str) and name != path.stem:
        shelf.problems.append(f"{label}: id: '{name}' is not the name of the file, '{path.stem}'")
    yield label, name if isinstance(name, str) else path.stem, data if data is not None else {}


def _list_of(label: str, data: object, shelf: Shelf) -> Iterator[tuple[str, str, object]]:
    if not isinstance(data, list):
        shelf.problems.append(f"{label}: must be a list, each entry with an id")
        return
    for number, entry in enumerate(data):
        name = entry.get("id") if isinstance(entry, dict) else None
        known = isinstance(name, str)
        yield f"{label}: {name if known else number}", str(name) if known else "", entry


def _add(model: type[Strict], where: str, name: str, data: object, shelf: Shelf) -> None:
    entry, problems = validated(model, data)
    shelf.problems += [f"{where}: {problem}" for problem in problems]
    if entry is None:
        shelf.broken.add(name)
        return
    shelf.entries[name], shelf.origin[name] = entry, where
    shelf.broken.discard(name)
