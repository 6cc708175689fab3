"""What is entered into the cohort builder as code that can be copied: magic, Python, YAML."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healthsim_nb.notebook.builder.form import Asked

FLAGS = {"n": "--n", "months": "--months", "seed": "--seed", "start": "--start"}


def code(asked: Asked, understood: Any, name: str) -> dict[str, str]:
    """Return the same request as ``%hs``, as Python and as YAML.

    Parameters
    ----------
    understood
        The request as `Workspace.understand` understands it.
    """
    yaml = understood.to_yaml().removeprefix(f"# {understood.request}\n")
    if "\n" in asked.what:
        rest = f" --name {shlex.quote(name)}" if name else ""
        named = f", name={_string(name)}" if name else ""
        magic = f"%%hs generate{rest}\n{yaml}"
        return {"magic": magic, "python": f'ws.generate("""\n{yaml}"""{named})', "yaml": yaml}
    settings = {**asked.settings, **({"name": name} if name else {})}
    return {
        "magic": " ".join(["%hs generate", asked.what, *_options(settings)]),
        "python": f"ws.generate({', '.join([_string(asked.what), *_arguments(settings)])})",
        "yaml": yaml,
    }


def _options(settings: Mapping[str, Any]) -> list[str]:
    said = [f"{FLAGS[word]} {settings[word]}" for word in FLAGS if word in settings]
    if settings.get("mix"):
        shares = ",".join(f"{level}={share:g}" for level, share in settings["mix"].items())
        said.append(f"--mix {shares}")
    if settings.get("coverage") is False:
        said.append("--clinical-only")
    if settings.get("name"):
        said.append(f"--name {shlex.quote(settings['name'])}")
    return said


def _arguments(settings: Mapping[str, Any]) -> list[str]:
    return [
        f"{word}={_string(value) if isinstance(value, str) else repr(value)}"
        for word, value in settings.items()
    ]


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
