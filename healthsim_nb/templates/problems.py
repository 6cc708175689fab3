"""What is wrong with a document, in plain words and by path.

pydantic knows what is wrong and where; this says it as one would to a colleague.
"""

from __future__ import annotations

from reprlib import Repr
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from healthsim_nb.errors import listing, nearest
from healthsim_nb.templates.base import VITAL_SIGNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)
Path = tuple[str, ...]
Place = tuple[Path, bool]
"""Where in a document, and whether the key is meant, not what it holds."""

_WRONG_TYPE = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "dict": "a mapping",
    "model": "a mapping",
    "date": "a date such as 2024-01-31",
    "string": "text (put it in quotes)",
}
_PATTERNS = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "an id: lower-case letters, digits and single '-' between them",
    "^[A-Z]{2}$": "a state's two letters",
    VITAL_SIGNS: VITAL_SIGNS.strip("^()$").replace("|", ", "),
    r"^\d+$": "all digits",
    r"^\d{1,5}-\d$": "a LOINC code such as 4548-4",
}


def validated(model: type[Model], data: object) -> tuple[Model | None, list[str]]:
    """Return the model that ``data`` describes, or None and every problem as ``path: sentence``."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, list(dict.fromkeys(_sentences(model, data, error)))


def missing_name(kind: str, name: str, known: list[str]) -> str:
    """Return the short sentence for a name that does not exist, with the nearest or all that do."""
    near = nearest(name, known)
    return f"no {kind} named '{name}'. " + (f"Did you mean '{near}'?" if near else listing(known))


def _sentences(model: type[BaseModel], data: object, error: ValidationError) -> Iterator[str]:
    found = error.errors(include_url=False)
    for (path, _), group in _by_path(data, found).items():
        for sentence in _group_sentences(model, group):
            yield f"{'.'.join(path)}: {sentence}" if path else sentence


def _by_path(data: object, found: list[ErrorDetails]) -> dict[Place, list[ErrorDetails]]:
    """Group by place in the document; of a union's branches keep those that got further."""
    paths = [_path(data, e["loc"]) for e in found]
    groups: dict[Place, list[ErrorDetails]] = {}
    for path, error in zip(paths, found, strict=True):
        deeper = any(len(other) > len(path) and other[: len(path)] == path for other in paths)
        if not (deeper and _is_wrong_type(error)):
            groups.setdefault((path, "[key]" in error["loc"]), []).append(error)
    return groups


def _path(data: object, loc: tuple[int | str, ...]) -> Path:
    """Return the steps that are in the document: pydantic adds the names of union branches."""
    path: list[str] = []
    for step in loc:
        if isinstance(data, dict):
            keys = {str(key): key for key in data}
            if str(step) in keys:
                path.append(str(step))
                data = data[keys[str(step)]]
                continue
        elif isinstance(data, list | tuple) and isinstance(step, int) and step < len(data):
            path.append(str(step))
            data = data[step]
            continue
        if step == loc[-1] and not _is_branch(step):
            path.append(str(step))
    return tuple(path)


_BRANCHES = ("dict[", "list[", "tuple[", "literal[", "constrained-", "function-", "[key]")


def _is_branch(step: int | str) -> bool:
    return isinstance(step, str) and (
        step.startswith(_BRANCHES) or step in {"str", "int", "float", "none"} or step[:1].isupper()
    )


def _is_wrong_type(error: ErrorDetails) -> bool:
    kind, _, rest = error["type"].partition("_")
    return (kind in _WRONG_TYPE and rest in {"type", "parsing"}) or error["type"] == "literal_error"


def _group_sentences(model: type[BaseModel], group: list[ErrorDetails]) -> list[str]:
    wrong = [e for e in group if _is_wrong_type(e)]
    if len(wrong) == len(group) > 1:
        wanted = " or ".join(dict.fromkeys(_wanted(e) for e in group))
        return [f"{_shown(group[0]['input'])} is not {wanted}"]
    kept = [e for e in group if not _is_wrong_type(e)] or group
    return [line for e in kept for line in _sentence(model, e).split("; ")]


def _sentence(model: type[BaseModel], error: ErrorDetails) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown_word(model, error["loc"])
    if _is_wrong_type(error):
        return f"{_shown(error['input'])} is not {_wanted(error)}"
    write = _WRITERS.get(kind)
    return write(_shown(error["input"]), error.get("ctx", {})) if write else error["msg"]


def _wanted(error: ErrorDetails) -> str:
    if error["type"] == "literal_error":
        return str(error.get("ctx", {})["expected"])
    return _WRONG_TYPE[error["type"].partition("_")[0]]


def _unknown_word(model: type[BaseModel], loc: tuple[int | str, ...]) -> str:
    known = sorted({word for m in _models_at({model}, loc[:-1]) for word in _words(m)})
    near = nearest(str(loc[-1]), known)
    return "no such word here. " + (f"Did you mean '{near}'?" if near else listing(known, most=20))


def _models_at(models: set[type[BaseModel]], loc: tuple[int | str, ...]) -> set[type[BaseModel]]:
    for step in loc:
        fields = [m.model_fields for m in models]
        found = {
            inner
            for f in fields
            for name, info in f.items()
            if step in (name, info.alias)
            for inner in _models_in(info.annotation)
        }
        models = found or {m for m in models if m.__name__ == step} or models
    return models


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _words(model: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _shown(value: object) -> str:
    return _SHORT.repr(value)


def _plain(ctx: dict[str, Any], key: str) -> str:
    return f"{ctx[key]:g}" if isinstance(ctx[key], float) else str(ctx[key])


_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 60

_WRITERS: dict[str, Callable[[str, dict[str, Any]], str]] = {
    "missing": lambda _, __: "is missing",
    "greater_than_equal": lambda value, c: f"{value} is less than {_plain(c, 'ge')}",
    "greater_than": lambda value, c: f"{value} is not more than {_plain(c, 'gt')}",
    "less_than_equal": lambda value, c: f"{value} is more than {_plain(c, 'le')}",
    "less_than": lambda value, c: f"{value} is not less than {_plain(c, 'lt')}",
    "finite_number": lambda value, _: f"{value} is not a number one can count with",
    "int_from_float": lambda value, _: f"{value} is not a whole number",
    "date_from_datetime_parsing": lambda value, _: f"{value} is not {_WRONG_TYPE['date']}",
    "string_too_short": lambda _, __: "is empty",
    "too_short": lambda _, c: f"has {c['actual_length']} entries, needs {c['min_length']}",
    "too_long": lambda _, c: f"has {c['actual_length']} entries, {c['max_length']} are allowed",
    "string_pattern_mismatch": lambda value, c: (
        f"{value} is not {_PATTERNS.get(c['pattern'], c['pattern'])}"
    ),
    "value_error": lambda _, c: str(c["error"]),
}
