"""One sentence makes a coherent synthetic population, kept in DuckDB, asked in a notebook."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from healthsim_nb.errors import HealthsimError

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from healthsim_nb.operations.validation import validate
    from healthsim_nb.pharmacy.card import formularies, formulary
    from healthsim_nb.pharmacy.review import review
    from healthsim_nb.scenario import Scenario
    from healthsim_nb.store.pages import Page
    from healthsim_nb.store.summary import Summary
    from healthsim_nb.workspace import Workspace, open  # noqa: A004 - as in hs.open()

    def formats() -> list[str]:
        """Return the names of the formats that a scenario can be exported to."""

    def templates() -> dict[str, str]:
        """Return the templates: id to description."""


__version__ = "0.1.0"
__all__ = [
    "HealthsimError",
    "Page",
    "Scenario",
    "Summary",
    "Workspace",
    "__version__",
    "formats",
    "formularies",
    "formulary",
    "open",
    "review",
    "templates",
    "validate",
]

_HOMES = {
    "Page": "store.pages",
    "Scenario": "scenario",
    "Summary": "store.summary",
    "Workspace": "workspace",
    "formularies": "pharmacy.card",
    "formulary": "pharmacy.card",
    "open": "workspace",
    "review": "pharmacy.review",
    "validate": "operations.validation",
}
"""Where a name lives: it is imported when it is first asked for, so that the import is quick."""


def _templates() -> dict[str, str]:
    library = import_module(f"{__name__}.templates.library").load()
    return {name: template.description for name, template in library.templates.items()}


def _formats() -> list[str]:
    names: list[str] = import_module(f"{__name__}.formats").names()
    return names


_ROOMS = {"formats": _formats, "templates": _templates}
"""Rooms that share their name with a function of the surface: calling the room calls it."""


class _Room(ModuleType):
    def __call__(self) -> object:
        return _ROOMS[self.__name__.rpartition(".")[2]]()


class _Surface(ModuleType):
    def __setattr__(self, name: str, value: object) -> None:
        if name in _ROOMS and isinstance(value, ModuleType):
            value.__class__ = _Room
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Surface


def __getattr__(name: str) -> object:
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add ``%hs``, ``%%hs`` and the displays to a notebook: ``%load_ext healthsim_nb``."""
    import_module(f"{__name__}.notebook").load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take them away again and close the workspace."""
    import_module(f"{__name__}.notebook").unload(shell)
