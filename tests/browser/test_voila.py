"""A notebook as a page of its own, made by voila, without a request off this machine."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys

import nbformat
import pytest

from .conftest import ROOT, wait_for

pytest.importorskip("playwright", reason="the browser tests need playwright")
pytest.importorskip("voila", reason="the test of voila needs voila")
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]
expect.set_options(timeout=60_000)
CELLS = (
    'import healthsim_nb as hs\n%load_ext healthsim_nb\nws = hs.open(":memory:")\n'
    'c = ws.generate("gout", n=60, months=1, coverage=False, name="class")',
    "%hs grid",
    "%hs build",
    "%hs browse",
)


def told():
    """Return what the documentation tells to write behind ``voila page.ipynb``."""
    page = (ROOT / "docs" / "voila.md").read_text(encoding="utf-8")
    (line,) = [line for line in page.splitlines() if line.startswith("voila page.ipynb")]
    return shlex.split(line)[2:]


@pytest.fixture(scope="module")
def opened(chromium, tmp_path_factory):
    folder = tmp_path_factory.mktemp("voila")
    written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    written.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(written, folder / "page.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "voila", str(folder / "page.ipynb"), "--no-browser"]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, f"--port={port}", *told()],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/voila/static/voila.js", server, folder / "log")
            page = chromium.new_page()
            asked, refused = set(), set()
            page.on("request", lambda r: asked.add(r.url))
            # What the browser refuses by itself is asked of nobody.
            page.on("requestfailed", lambda r: refused.add(r.url) if r.failure == "csp" else 0)
            page.goto(f"http://127.0.0.1:{port}", wait_until="domcontentloaded", timeout=120_000)
            yield page, lambda: asked - refused
        finally:
            server.terminate()
            server.wait(20)


def test_the_widgets_work_and_nothing_leaves_the_machine(opened):
    page, asked = opened
    grid = page.locator(".hs-grid")
    expect(grid).to_have_attribute("data-total", "60")
    grid.get_by_role("button", name="Next page").click()
    expect(grid.get_by_role("status")).to_have_text("rows 21 to 40 of 60")
    expect(page.locator(".hs-build")).to_have_attribute("data-seen", "100")
    expect(page.locator(".hs-browse")).to_have_attribute("data-found", "1")

    near = ("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")
    assert {url for url in asked() if not url.startswith(near)} == set()
