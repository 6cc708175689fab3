"""The public names: complete, sorted, few, and light to import."""

from __future__ import annotations

import subprocess
import sys

import healthsim_nb as hs


def run(code):
    """Return what a new Python prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_there_are_at_most_fifteen_names_and_they_are_sorted():
    assert len(hs.__all__) <= 15
    assert hs.__all__ == sorted(hs.__all__)


def test_every_public_name_exists_and_dir_shows_it():
    for name in hs.__all__:
        assert getattr(hs, name) is not None
        assert name in dir(hs)


def test_a_name_that_does_not_exist_is_an_attribute_error():
    assert not hasattr(hs, "nonsense")


def test_a_function_that_shares_its_name_with_a_room_can_be_called_beside_it():
    code = (
        "import healthsim_nb as hs; first = hs.templates();"
        "import healthsim_nb.templates.base as room;"
        "print(hs.templates() == first, room.__name__)"
    )

    assert run(code) == "True healthsim_nb.templates.base"


def test_all_names_can_be_imported_with_a_star():
    assert (
        run("from healthsim_nb import *; print(callable(templates), callable(formats))")
        == "True True"
    )


def test_the_import_does_not_load_what_only_notebooks_need():
    heavy = "{'IPython', 'pandas', 'duckdb', 'sql', 'numpy', 'pyarrow', 'pydantic'}"
    loaded = run(f"import healthsim_nb, sys; print(sorted({heavy} & set(sys.modules)))")

    assert loaded == "[]"


def test_the_extension_does_not_load_what_is_used_later():
    heavy = (
        "{'pandas', 'sql', 'numpy', 'pyarrow', 'pydantic', 'ipywidgets', 'anywidget', 'polars',"
        " 'healthsim_nb.simulation', 'healthsim_nb.workspace', 'healthsim_nb.quality',"
        " 'healthsim_nb.templates.library', 'healthsim_nb.notebook.grid'}"
    )
    code = (
        "import sys; import IPython.core.interactiveshell; before = set(sys.modules);"
        f"import healthsim_nb.notebook; print(sorted({heavy} & set(sys.modules) - before))"
    )

    assert run(code) == "[]"
