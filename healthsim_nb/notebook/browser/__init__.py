"""The browser of a workspace: its scenarios, what was done in it, and the rules it checks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from healthsim_nb.errors import HealthsimError, SpecificationError
from healthsim_nb.notebook import html
from healthsim_nb.notebook.browser import told
from healthsim_nb.notebook.libraries import scenario_table
from healthsim_nb.notebook.remembering import Memory
from healthsim_nb.notebook.summaries import summary
from healthsim_nb.notebook.widgets import script, sheet
from healthsim_nb.operations.noting import started_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from healthsim_nb import Scenario, Workspace

HERE = Path(__file__).parent
MOST = 300
"""Scenarios and entries that the browser lists; a search finds the others."""
KEPT = ("tab", "search", "tag", "entries", "rules")
Message = dict[str, Any]


class Browser(anywidget.AnyWidget):
    """What a workspace holds, to search, open, tag, rename and delete.

    Parameters
    ----------
    workspace
        Whose scenarios, history and rules.
    name
        Under which what the reader chooses is kept for this notebook.
    use
        Called with the scenario that the reader chooses to use.
    used
        Returns the name of the scenario in use.
    """

    _esm = script(HERE / "browser.js")
    _css = sheet(HERE / "browser.css")
    label = traitlets.Unicode().tag(sync=True)
    _memory: Memory | None = None

    def __init__(
        self,
        workspace: Workspace,
        *,
        name: str = "browser",
        use: Callable[[Scenario], None] | None = None,
        used: Callable[[], Scenario | None] | None = None,
    ) -> None:
        self._workspace, self._use, self._used = workspace, use, used
        self._memory = memory = Memory(workspace, name)
        self.state = {k: v for k, v in memory.recall().items() if k in KEPT}
        self.scenario: Scenario | None = None
        super().__init__(label=f"Workspace {Path(workspace.name).name}")
        self.on_msg(self._received)

    def answer(self, asked: Message) -> Iterator[Message]:
        """Yield what a message of the browser is answered with."""
        kinds: dict[str, Callable[[Message], Iterator[Message]]] = {
            "begin": self._begin,
            "keep": self._keep,
            "scenarios": self._scenarios,
            "open": self._open,
            "use": self._chosen,
            "change": self._change,
            "delete": self._delete,
            "history": self._history,
            "rules": self._rules,
            "switch": self._switch,
            "edit": self._edit,
        }
        try:
            with started_by("widget"):
                yield from kinds[asked["kind"]](asked)
        except HealthsimError as problem:
            yield {"kind": "problem", "text": str(problem)}

    def _received(self, _: Any, asked: Message, __: Any) -> None:
        for content in self.answer(asked):
            self.send(content)

    def _begin(self, _: Message) -> Iterator[Message]:
        yield {"kind": "state", "state": self.state, "uses": self._use is not None}
        yield from self._scenarios(self.state)
        yield from self._history({})
        yield from self._rules({})

    def _keep(self, asked: Message) -> Iterator[Message]:
        self.state = {k: v for k, v in asked["state"].items() if k in KEPT}
        if self._memory is not None:
            self._memory.keep(self.state)
        yield from ()

    def _scenarios(self, asked: Message) -> Iterator[Message]:
        search, tag = asked.get("search") or None, asked.get("tag") or None
        found = self._workspace.scenarios(search=search, tag=tag)
        every = found if not (search or tag) else self._workspace.scenarios()
        used = self._used() if self._used is not None else self.scenario
        yield {
            "kind": "scenarios",
            "rows": [told.brief(b) for b in found[:MOST]],
            "found": len(found),
            "of": len(every),
            "tags": sorted({t for b in every for t in b.tags}),
            "used": used.name if used else None,
            "most": max((b.rows for b in every), default=0),
        }

    def _open(self, asked: Message) -> Iterator[Message]:
        """Answer with the summary as HTML: our own, in which all data is escaped."""
        found = self._workspace.scenario(asked["name"])
        yield {"kind": "card", "name": found.name, "html": summary(found.summary(samples=2))}

    def _chosen(self, asked: Message) -> Iterator[Message]:
        self.scenario = self._workspace.scenario(asked["name"])
        if self._use is not None:
            self._use(self.scenario)
        yield {"kind": "said", "text": f"{self.scenario.name} is in use."}
        yield from self._scenarios(self.state)

    def _change(self, asked: Message) -> Iterator[Message]:
        """Rename a scenario, or put a tag on it, or take it off."""
        found, what, value = self._workspace.scenario(asked["name"]), asked["what"], asked["value"]
        acts: dict[str, Callable[[str], object]] = {
            "rename": found.rename,
            "tag": found.tag,
            "untag": found.untag,
        }
        acts[what](str(value))
        yield {"kind": "said", "text": f"{asked['name']}: {what} {value}"}
        yield from self._scenarios(self.state)
        yield from self._history({})

    def _delete(self, asked: Message) -> Iterator[Message]:
        if asked.get("confirm") is not True:
            raise SpecificationError(f"{asked['name']} is not deleted unless you confirm it.")
        self._workspace.scenario(asked["name"]).delete(confirm=True)
        yield {"kind": "said", "text": f"Deleted {asked['name']}."}
        yield from self._scenarios(self.state)
        yield from self._history({})

    def _history(self, _: Message) -> Iterator[Message]:
        entries = self._workspace.history()
        yield {
            "kind": "history",
            "rows": [told.entry(e) for e in entries[:MOST]],
            "of": len(entries),
            "runs": [told.run(r) for r in self._workspace.runs()[:MOST]],
        }

    def _rules(self, _: Message) -> Iterator[Message]:
        yield {"kind": "rules", "rows": [told.rule(rule) for rule in self._workspace.rules()]}

    def _switch(self, asked: Message) -> Iterator[Message]:
        rule = self._workspace.switch_rule(asked["id"], on=bool(asked["on"]))
        yield {"kind": "rule", "row": told.rule(rule)}

    def _edit(self, asked: Message) -> Iterator[Message]:
        """Change a rule of the workspace's own."""
        said = {
            word: asked[word] for word in ("protects", "severity", "source", "sql") if word in asked
        }
        try:
            confidence = float(asked["confidence"])
        except ValueError:
            raise SpecificationError(
                f"confidence is a number from 0 to 1, not {asked['confidence']!r}."
            ) from None
        rule = self._workspace.edit_rule(asked["id"], **said, confidence=confidence)
        yield {"kind": "said", "text": f"{rule.id} is changed."}
        yield {"kind": "rule", "row": told.rule(rule)}

    def close(self) -> None:
        """Keep what is still to be kept."""
        if self._memory is not None:
            self._memory.flush()
        super().close()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show the widget, and where no kernel answers the list of scenarios."""
        made = super()._repr_mimebundle_(**options)
        data, metadata = made if isinstance(made, tuple) else (made or {}, {})
        found = self._workspace.scenarios()
        lines = [f"{b.name}: {b.patients:,} patients, {b.rows:,} rows" for b in found]
        head = html.heading(self.label, f"{len(found):,} scenarios")
        body = html.block(head, scenario_table(found) if found else "")
        text = "\n".join([repr(self), *lines])
        return {**data, "text/plain": text, "text/html": body}, metadata

    def __repr__(self) -> str:
        """Return whose it is."""
        return f"Browser of {self._workspace.name}"
