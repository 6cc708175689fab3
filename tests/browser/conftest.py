"""A real JupyterLab, and a notebook opened in it with Chromium."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
KNOWN = ("Cannot read properties of undefined (reading 'toolbar')",)
"""What jupysql's own extension says of every notebook."""
FLAGS = """--no-browser --allow-root --ServerApp.port_retries=0 --IdentityProvider.token=
 --ServerApp.password= --ServerApp.disable_check_xsrf=True --expose-app-in-browser
 --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"""
QUIET = {"fetchNews": "false", "checkForUpdates": False}
READY = """async () => {
  const panel = jupyterapp.shell.currentWidget;
  const late = new Promise((_, no) => setTimeout(() => no(new Error("no kernel")), 60000));
  const kernel = async () => {
    await panel.context.ready; await panel.sessionContext.ready;
    let found;
    while (!(found = panel.sessionContext.session?.kernel)) {
      await new Promise(r => setTimeout(r, 50));
    }
    await found.info;
  };
  await Promise.race([kernel(), late]);
}"""


def browser_path():
    """Return where Chromium is, or None for the one that Playwright has installed itself."""
    return next(
        (p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))),
        None,
    )


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        try:
            opened = play.chromium.launch(executable_path=browser_path(), args=flags)
        except Error as problem:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no browser: {str(problem).splitlines()[0]}; make browser installs one")
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The address and the folder of a JupyterLab that knows nothing of the user's settings."""
    home, folder = tmp_path_factory.mktemp("jupyter"), tmp_path_factory.mktemp("notebooks")
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(QUIET))
    cells = home / "settings" / "@jupyterlab" / "notebook-extension"
    cells.mkdir()
    # Every cell stays in the page, also below the fold.
    (cells / "tracker.jupyterlab-settings").write_text(json.dumps({"windowingMode": "none"}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    names = {"JUPYTER_CONFIG_DIR": "config", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
    places = {name: str(home / place) for name, place in names.items()}
    command = [sys.executable, "-m", "jupyter", "lab", *FLAGS.split()]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}"],
            env={
                **os.environ,
                **places,
                "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
                "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            },
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/api/status", server, home / "log")
            yield f"http://127.0.0.1:{port}", folder
        finally:
            server.terminate()
            server.wait(20)


def wait_for(address, server, log):
    for _ in range(480):
        try:
            urllib.request.urlopen(address, timeout=1)  # noqa: S310 - our own server
        except OSError:
            assert server.poll() is None, log.read_text()[-2000:]
            time.sleep(0.25)
        else:
            return
    raise TimeoutError(log.read_text()[-2000:])


class Notebook:
    """A notebook in the browser."""

    def __init__(self, page, address, name):
        self.page, self.errors, self.outside = page, [], set()
        page.set_default_timeout(60_000)
        page.on("request", lambda r: self._asked(r.url))
        page.on("pageerror", lambda e: self._complained(str(e)))
        page.on("console", lambda m: self._complained(m.text) if m.type == "error" else None)
        self.address = f"{address}/lab/workspaces/{name}/tree/{name}.ipynb?reset"
        self.open()

    def _asked(self, url):
        if not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")):
            self.outside.add(url)

    def _complained(self, text):
        if not any(known in text for known in KNOWN):
            self.errors.append(text)

    def open(self):
        self.page.goto(self.address, wait_until="domcontentloaded")
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")
        self.page.locator(".jp-NotebookPanel:visible").wait_for()
        # The toolbar says that it is idle before the kernel has answered.
        self.page.evaluate(READY)

    def run(self):
        # Not awaited: its promise may stay open for ever.
        self.page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")

    def run_cell(self, index):
        """Run one cell, from 0."""
        self.page.evaluate(
            f"jupyterapp.shell.currentWidget.content.activeCellIndex = {index};"
            "void jupyterapp.commands.execute('notebook:run-cell')"
        )

    def restart(self):
        """Take the kernel away and open the notebook again, as on another day."""
        self.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        self.open()

    def theme(self, name):
        self.page.evaluate(
            f"jupyterapp.commands.execute('apputils:change-theme', {{theme: '{name}'}})"
        )


@pytest.fixture(scope="session")
def notebook(chromium, lab):
    """Open a notebook of some cells; afterwards nothing may have gone out or gone wrong."""

    @contextmanager
    def opened(name, *cells):
        address, folder = lab
        written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        written.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(written, folder / f"{name}.ipynb")
        context = chromium.new_context(
            viewport={"width": 1280, "height": 1000}, accept_downloads=True
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        book = Notebook(context.new_page(), address, name)
        try:
            yield book
            assert book.outside == set()
            assert book.errors == []
        finally:
            context.close()

    return opened


MAKE = """import healthsim_nb as hs
%load_ext healthsim_nb
ws = hs.open(":memory:")
c = ws.generate("diabetes-management", n=300, months=6, seed=7, name="class", tags=["blue"])
other = ws.generate("gout", n=20, months=1, coverage=False, name="other")"""
HOSTILE = "SELECT id, '<img src=x onerror=document.title=1>' AS text FROM patients"
CELLS = (
    MAKE,
    "%hs grid --scenario class",
    f'from healthsim_nb.notebook.grid import grid\ngrid(c, """{HOSTILE}""")',
    "%hs browse",
    "%hs plot age --by sex --scenario class",
)


@pytest.fixture(scope="session")
def book(notebook):
    """A notebook with a small scenario and each of the widgets, for tests that change nothing."""
    with notebook("shared", *CELLS) as opened:
        opened.run()
        yield opened
