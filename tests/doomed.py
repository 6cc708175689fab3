"""Programs that are killed while they work: a server forks one for each piece of work.

The server has imported the package, so that a program begins at once: it opens the workspace, says
who it is, works, and says so. `SIGKILL` may come at any moment of that.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import healthsim_nb as hs


class Programs:
    """Lets the works of a script be done by programs, one after the other, and kills them."""

    def __init__(self, script):
        self._server = subprocess.Popen(
            [sys.executable, script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(hs.__file__).parents[1])},
        )

    def close(self):
        """End the server."""
        # Closes both of its pipes, too.
        self._server.communicate()

    def work(self, path, name, *given, kill_after=None):
        """Let a program do some work on a workspace, and kill it after some seconds if asked to.

        Returns
        -------
        tuple
            Whether it finished, and how many seconds it was at it.
        """
        self._server.stdin.write(json.dumps([str(path), name, *given]) + "\n")
        self._server.stdin.flush()
        program = int(self._said())
        began = time.perf_counter()
        if kill_after is not None:
            time.sleep(kill_after)
            with suppress(ProcessLookupError):
                os.kill(program, signal.SIGKILL)
        finished = self._said() == "done"
        seconds = time.perf_counter() - began
        if finished:
            assert self._said() == "ended"
        return finished, seconds

    def _said(self):
        return self._server.stdout.readline().strip()


def serve(works):
    """Fork a program for each line of the input: a workspace, a work and what it is given."""
    for line in sys.stdin:
        path, name, *given = json.loads(line)
        child = os.fork()
        if child == 0:
            with hs.open(path) as ws:
                _say(os.getpid())
                works[name](ws, *given)
            _say("done")
            os._exit(0)
        os.waitpid(child, 0)
        _say("ended")


def _say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()
