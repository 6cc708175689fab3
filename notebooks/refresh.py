"""Runs the notebooks beside this file and the solutions, and keeps what they show."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
ALL = [*sorted(FOLDER.glob("*.ipynb")), *sorted(FOLDER.glob("solutions/*.ipynb"))]


def refresh(path: Path) -> None:
    """Run one notebook and write it back with its outputs."""
    book = nbformat.read(path, as_version=4)
    NotebookClient(book, timeout=600, resources={"metadata": {"path": str(FOLDER)}}).execute()
    book.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in book.cells:
        cell.metadata.pop("execution", None)
    nbformat.write(book, path)
    sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    for notebook in [Path(name) for name in sys.argv[1:]] or ALL:
        refresh(notebook.resolve())
