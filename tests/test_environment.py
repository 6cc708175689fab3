"""What is installed: one declaration, and everything that a wheel must carry."""

from __future__ import annotations

import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_environment_yml_names_the_packages_of_pyproject_with_the_same_bounds():
    wanted = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    python, _, parts = wanted

    assert python == f"python{PROJECT['requires-python']}"
    assert [p for p in parts["pip"] if p != "-e ."] == [
        *PROJECT["dependencies"],
        *PROJECT["optional-dependencies"]["dev"],
    ]


def test_contributing_gives_a_reason_for_every_package():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]

    missing = [name for name in map(_name, wanted) if f"| {name} |" not in text]

    assert missing == []


def test_no_file_of_the_build_names_a_package_registry():
    files = ["pyproject.toml", "environment.yml", "Makefile", ".ci/run"]
    told = "".join((ROOT / name).read_text(encoding="utf-8") for name in files)

    assert "http" not in told
    assert "index-url" not in told


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Names of the files in a wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    path = next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"]))
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_a_wheel_carries_the_reference_data(wheel):
    data = {p.relative_to(ROOT).as_posix() for p in (ROOT / "references").rglob("*.*")}

    assert {f"healthsim_nb/_{name}" for name in data} <= wheel


def test_a_wheel_carries_the_type_marker_the_tables_and_the_style_sheet(wheel):
    assert {
        "healthsim_nb/py.typed",
        "healthsim_nb/schema/tables/clinical.yaml",
        "healthsim_nb/notebook/style.css",
    } <= wheel


def _name(requirement):
    return requirement.split(">")[0].split("=")[0].split("<")[0].strip()
