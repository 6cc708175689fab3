"""The page of what a request may say, ``docs/requests.md``: run as a program, it is printed."""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from healthsim_nb import reference
from healthsim_nb.reference import geography
from healthsim_nb.templates.drug_names import drug_names
from healthsim_nb.templates.library import load
from healthsim_nb.templates.outcome import kinds
from healthsim_nb.templates.request.describe import meaning_of
from healthsim_nb.templates.request.understand import understand
from healthsim_nb.templates.request.vocabulary import names_of, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from healthsim_nb.templates.library import Library

AS_NAMED = frozenset(["says", "means"])


def text() -> str:
    """Return the whole page."""
    library = load()
    head = files(__package__).joinpath("document.md").read_text(encoding="utf-8")
    parts = [
        head,
        _examples(library),
        _meanings("People", ("people",), library),
        _meanings("Who pays", ("coverage",), library),
        _numbers(),
        _places(),
        _conditions(library),
        _happenings(),
        _drugs(library),
        _templates(library),
        _beyond(),
    ]
    return "\n".join(parts)


def _table(title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [" | ".join(columns), " | ".join("---" for _ in columns)]
    lines += [" | ".join(cell.replace("|", r"\|") for cell in row) for row in rows]
    return f"## {title}\n\n" + "".join(f"| {line} |\n" for line in lines)


def _examples(library: Library) -> str:
    """Return what every example of the page was understood as."""
    rows = []
    for example in words("examples"):
        understood = understand(library, example).understood
        said = "; ".join(f"*{part}* → {meaning}" for part, meaning in understood)
        rows.append((f"`{example}`", said))
    return _table("Examples", ("request", "understood"), rows)


def _meanings(title: str, groups: tuple[str, ...], library: Library) -> str:
    entries = [entry for group in groups for entry in words(group)]
    rows = ((", ".join(entry["says"]), _meaning(entry, library)) for entry in entries)
    return _table(title, ("words", "meaning"), rows)


def _meaning(entry: dict[str, Any], library: Library) -> str:
    says = {key: value for key, value in entry.items() if key not in AS_NAMED}
    if says.get("people") and len(says) == 1:
        return "people"
    grown = ", 18 and older unless an age is said" if says.get("adult") else ""
    return meaning_of(says, library) + grown


def _numbers() -> str:
    known = words("numbers")
    loose = ((word, f"{value:,}") for word, value in known["loose"].items())
    scales = ((word, f"times {value:,}") for word, value in known["scales"].items())
    return _table("Numbers in words", ("words", "number"), [*loose, *scales])


def _places() -> str:
    names = {row["code"]: row["name"] for row in reference.rows("geography/states.csv")}
    also = words("places")
    states = ((", ".join((name, *also.get(code, ()))), code) for code, name in names.items())
    regions = (
        (", ".join(e["says"]), ", ".join(e.get("states") or e["of"])) for e in words("regions")
    )
    cities = sorted({f"{place.city}, {place.state}" for place in geography.places()})
    return "\n".join(
        (
            _table("States", ("words", "state"), states),
            "The regions and divisions of the Census count, too.\n",
            _table("Regions", ("words", "states"), regions),
            f"## Cities\n\n{' · '.join(cities)}\n",
        )
    )


def _conditions(library: Library) -> str:
    return _table("Conditions", ("condition", "words", "levels"), _condition_rows(library))


def _condition_rows(library: Library) -> Iterator[tuple[str, ...]]:
    more = words("conditions")
    for condition in library.conditions.values():
        if condition.kind != "service":
            said = dict.fromkeys((*names_of(condition)[1:], *more.get(condition.id, ())))
            yield f"`{condition.id}`", ", ".join(said), ", ".join(condition.rank_names)


def _happenings() -> str:
    known = kinds()
    rows = (
        (", ".join(entry["says"]), f"{known[entry['what']].says[0]} {entry.get('amount', '')}")
        for entry in words("outcomes")
    )
    return _table("What happens to people", ("words", "they had"), rows)


def _drugs(library: Library) -> str:
    classes = sorted({drug.drug_class for drug in library.drugs.values()})
    said = [", ".join(entry["says"]) for entry in words("drugs")]
    known = sorted(drug_names(library).keys() - set(classes))
    listed = (said, classes, known)
    titles = ("classes and brands in plain words", "classes", "substances and brands")
    rows = zip(titles, map(" · ".join, listed), strict=True)
    return _table("What people take", ("", "words"), rows)


def _templates(library: Library) -> str:
    rows = ((f"`{t.id}`", ", ".join((t.name, *t.synonyms))) for t in library.templates.values())
    return _table("Templates", ("template", "words"), rows)


def _beyond() -> str:
    rows = ((", ".join(entry["says"]), entry["why"]) for entry in words("beyond"))
    return _table("What a request cannot pick", ("words", "what is told"), rows)


if __name__ == "__main__":
    sys.stdout.write(text())
