"""The notebook: ``%hs``, ``%sql`` on the same database, and displays; only here lives IPython."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from healthsim_nb.notebook import cards, jupysql, remembering
from healthsim_nb.notebook.completion import MATCHER, complete, matcher
from healthsim_nb.notebook.magics import HsMagics
from healthsim_nb.notebook.session import Session

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_sessions: dict[int, Session] = {}
"""The session of each shell that has loaded the extension."""


def load(shell: InteractiveShell) -> None:
    """Add the magics, the completion and the displays to a shell."""
    unload(shell)
    session = _sessions[id(shell)] = Session(shell.user_ns)
    shell.register_magics(HsMagics(shell, session))
    for magic in ("%hs", "%%hs", "%sql", "%%sql"):
        shell.set_hook("complete_command", lambda _, event: complete(session, event), str_key=magic)
    shell.Completer.custom_matchers.append(matcher(session))
    jupysql.share(shell, session.cursor)
    cards.register(shell)
    atexit.register(session.leave)


def unload(shell: InteractiveShell) -> None:
    """Close the session of a shell, if it has one."""
    session = _sessions.pop(id(shell), None)
    if session is not None:
        atexit.unregister(session.leave)
        kept = shell.Completer.custom_matchers
        kept[:] = [m for m in kept if getattr(m, "matcher_identifier", "") != MATCHER]
        jupysql.leave()
        remembering.flush()
        session.leave()
