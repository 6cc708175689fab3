"""The cohort builder: who, how many, for how long; who that will be, what it takes; and make it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from healthsim_nb.errors import HealthsimError
from healthsim_nb.notebook import html
from healthsim_nb.notebook.builder import form
from healthsim_nb.notebook.builder.code import code
from healthsim_nb.notebook.builder.making import Making
from healthsim_nb.notebook.remembering import Memory
from healthsim_nb.notebook.widgets import script, sheet
from healthsim_nb.notebook.widgets.latest import Latest

if TYPE_CHECKING:
    from collections.abc import Callable

    from healthsim_nb import Scenario, Workspace
    from healthsim_nb.notebook.widgets.latest import Check

HERE = Path(__file__).parent
FIRST = "diabetes-management"
"""The template that a builder begins with, if nothing is said."""
PAUSE = 1.0
"""Seconds without a change before a trial begins that measures the cost."""


class Builder(anywidget.AnyWidget):
    """A form for a population, with a view of who they will be and what that takes.

    Parameters
    ----------
    workspace
        Where the population will be kept.
    what
        What it begins with: a template's id, a request or a specification as YAML. Left out: as it
        was left in this notebook, else a template.
    name
        Under which what is entered is kept for this notebook.
    made
        Called with each scenario that it has made.
    """

    _esm = script(HERE / "builder.js")
    _css = sheet(HERE / "builder.css")
    label = traitlets.Unicode("Cohort builder").tag(sync=True)
    _memory: Memory | None = None

    def __init__(
        self,
        workspace: Workspace,
        what: str | None = None,
        *,
        name: str = "builder",
        made: Callable[[Scenario], None] | None = None,
    ) -> None:
        self._workspace = workspace
        self._choices = workspace.choices()
        self._degrees = {c.id: dict(c.degrees) for c in self._choices.conditions if c.degrees}
        self._memory = memory = Memory(workspace, name)
        self._looks, self._costs = Latest(), Latest()
        self._making = Making(workspace, self._tell, made)
        self.state = self._begun(what, memory.recall())
        super().__init__()
        self.on_msg(self._received)

    @property
    def scenario(self) -> Scenario | None:
        """The scenario that it has made last."""
        return self._making.scenario

    def generate(self) -> Scenario:
        """Make what is entered now, without a click, and return it.

        Raises
        ------
        HealthsimError
            If it cannot be.
        """
        asked = form.asked(self._workspace, self.state)
        named = {"name": self.state["name"]} if self.state["name"] else {}
        return self._workspace.generate(asked.what, **asked.settings, **named)

    def answer(self, asked: dict[str, Any]) -> None:
        """Do what a message of the browser asks for; answers go to it when they are there."""
        kinds: dict[str, Callable[[dict[str, Any]], None]] = {
            "begin": self._open,
            "change": self._change,
            "fill": self._fill,
            "generate": self._generate,
            "cancel": lambda _: self._making.stop(),
        }
        kinds[asked["kind"]](asked)

    def _received(self, _: Any, asked: dict[str, Any], __: Any) -> None:
        self.answer(asked)

    def _begun(self, what: str | None, kept: dict[str, Any]) -> form.State:
        """Return the form as it was left, if it can still be filled so, else a new one."""
        state = form.begun(self._workspace, FIRST if what is None else what)
        if what is None and set(kept) == set(state):
            try:
                form.begun(self._workspace, kept["what"])
            except (HealthsimError, TypeError):
                return form.settled(state, self._degrees)
            state = kept
        return form.settled(state, self._degrees)

    def _open(self, _: dict[str, Any]) -> None:
        chosen = {kind: [vars(c) for c in found] for kind, found in vars(self._choices).items()}
        self._tell({"kind": "choices", "choices": chosen, "running": self._making.running})
        self._tell({"kind": "state", "state": self.state})
        self._look("")

    def _change(self, asked: dict[str, Any]) -> None:
        given = {word: asked["state"].get(word, self.state[word]) for word in self.state}
        self.state = form.settled(given, self._degrees)
        if self._memory is not None:
            self._memory.keep(self.state)
        if self.state["mix_of"] != given["mix_of"] or self.state["mix"] != given["mix"]:
            self._tell({"kind": "state", "state": self.state})
        self._look(str(asked.get("field") or ""))

    def _fill(self, asked: dict[str, Any]) -> None:
        """Fill the form from a template or a sentence."""
        try:
            understood = self._workspace.understand(asked["what"] or form.NOBODY)
            state = form.begun(self._workspace, asked["what"])
        except HealthsimError as error:
            self._tell({"kind": "problems", "problems": {"what": str(error)}})
            return
        self.state = form.settled({**state, "name": self.state["name"]}, self._degrees)
        if self._memory is not None:
            self._memory.keep(self.state)
        missed = ", ".join(repr(words) for words in understood.not_understood)
        self._tell({"kind": "state", "state": self.state})
        self._look("what")
        if missed:
            self._tell({"kind": "problems", "problems": {"what": f"Not understood: {missed}."}})

    def _look(self, field: str) -> None:
        """Say what is wrong, or the code; then who they will be, then what it takes."""
        state = self.state
        wrong = form.problems(self._workspace, state, field)
        self._tell({"kind": "problems", "problems": wrong})
        if wrong:
            self._looks.stop()
            self._costs.stop()
            return
        asked, understood = self._asked()
        self._tell({"kind": "code", "code": code(asked, understood, state["name"])})
        self._looks.ask(lambda check: self._preview(asked, field, check))
        self._costs.ask(lambda check: self._cost(asked, check), PAUSE)

    def _asked(self) -> tuple[form.Asked, Any]:
        asked = form.asked(self._workspace, self.state)
        return asked, self._workspace.understand(asked.what, **asked.settings)

    def _preview(self, asked: form.Asked, field: str, check: Check) -> None:
        try:
            seen = self._workspace.preview(asked.what, **asked.settings)
        except HealthsimError as error:
            check(None)
            self._costs.stop()
            self._tell({"kind": "problems", "problems": {field or "all": str(error)}})
            return
        check(None)
        self._tell({"kind": "preview", "preview": seen.to_dict()})

    def _cost(self, asked: form.Asked, check: Check) -> None:
        try:
            found = self._workspace.cost(asked.what, **asked.settings, progress=check)
        except HealthsimError as error:
            self._tell({"kind": "cost", "told": str(error)})
            return
        check(None)
        self._tell({"kind": "cost", **vars(found)})

    def _generate(self, _: dict[str, Any]) -> None:
        if form.problems(self._workspace, self.state):
            self._look("")
            return
        asked, _understood = self._asked()
        self._costs.stop()
        self._making.begin(asked, self.state["name"])

    def _tell(self, content: dict[str, Any]) -> None:
        # A workspace or a kernel that ends takes the channel with it.
        if self.comm is not None:
            self.send(content)

    def close(self) -> None:
        """Stop what it does."""
        self._looks.stop()
        self._costs.stop()
        self._making.stop()
        if self._memory is not None:
            self._memory.flush()
        super().close()

    def to_text(self) -> str:
        """Return what is entered, and the code for it."""
        wrong = form.problems(self._workspace, self.state)
        if wrong:
            return "\n".join([repr(self), *(f"{field}: {told}" for field, told in wrong.items())])
        asked, understood = self._asked()
        said = code(asked, understood, self.state["name"])
        whole = understood.to_text().rpartition("\n")[2]
        return f"{self!r}\n{whole}\n\n{said['python']}"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show the widget, and where no kernel answers what is entered and its code."""
        made = super()._repr_mimebundle_(**options)
        data, metadata = made if isinstance(made, tuple) else (made or {}, {})
        text = self.to_text()
        body = html.heading(self.label, "as code, where there is no form")
        shown = html.block(body, html.tag("pre", html.text(text)))
        return {**data, "text/plain": text, "text/html": shown}, metadata

    def __repr__(self) -> str:
        """Return whose it is."""
        return f"Cohort builder of {self._workspace.name}"


def builder(workspace: Workspace, what: str | None = None, *, name: str = "builder") -> Builder:
    """Return a `Builder`."""
    return Builder(workspace, what, name=name)
