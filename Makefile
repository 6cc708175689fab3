# `make help` lists what there is. Everything happens in .venv; nothing else on the machine is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OLD := .venv-duckdb15
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo lab test lint format types architecture unit browser unit-duckdb15 notebooks-check notebooks bench clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.use ## install, make 10,000 patients over 24 months, show them, write Parquet
	@$(BIN)/healthsim demo

lab: $(VENV)/.use ## open the first notebook in JupyterLab
	@$(BIN)/healthsim lab

test: lint types architecture unit unit-duckdb15 notebooks-check ## everything that must hold, as continuous integration runs it
	@echo "make test: all of it holds."

lint: $(VENV)/.develop ## ruff: mistakes and layout
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/.develop ## lay the code out and mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(VENV)/.develop ## mypy
	@$(BIN)/mypy

architecture: $(VENV)/.develop ## import-linter: which room may know which
	@$(BIN)/lint-imports --no-cache

unit: $(VENV)/.develop browser ## the tests and the examples in docstrings, on the newest DuckDB
	@$(BIN)/python -m pytest -q -n auto --dist loadgroup

browser: $(VENV)/.develop ## Chromium for the tests of the widgets, if the machine has none
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || { echo "Installing Chromium for the browser tests" \
	       && { [ "$$(id -u)" = 0 ] && apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium >/dev/null; } \
	       || $(BIN)/python -m playwright install chromium >/dev/null \
	       || echo "No Chromium could be installed: the browser tests are left out (and fail where CI is set)"; }

unit-duckdb15: $(OLD)/.duckdb ## the rooms that touch DuckDB, on DuckDB 1.5, but for what takes long
	@PYTHONPATH=$(CURDIR)/$(OLD) $(BIN)/python -c 'import duckdb; v = duckdb.__version__; assert v.startswith("1.5."), v'
	@PYTHONPATH=$(CURDIR)/$(OLD) $(BIN)/python -m pytest -q -n auto -m "not slow and not browser" $(wildcard tests/store tests/formats tests/notebook tests/operations tests/test_*.py)

notebooks-check: $(VENV)/.develop ## run the notebooks and compare with what they show
	@$(BIN)/python -m pytest -q --nbval --nbval-sanitize-with notebooks/sanitize.cfg -n auto --dist loadfile $(wildcard notebooks/*.ipynb)
	@$(BIN)/python -m pytest -q --nbval-lax -n auto --dist loadfile $(wildcard notebooks/solutions/*.ipynb)

notebooks: $(VENV)/.develop ## run the notebooks and keep what they show
	@$(BIN)/python notebooks/refresh.py

bench: $(VENV)/.develop ## the figures of the README's table, and a check against all rules (minutes)
	@$(BIN)/python tests/benchmarks/bench_generate.py --million
	@$(BIN)/python tests/benchmarks/bench_pages.py
	@$(BIN)/python tests/benchmarks/bench_validate.py

clean: ## remove what make has built (not your own databases)
	rm -rf $(VENV)/.use $(VENV)/.develop $(OLD) demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# A stamp says what was installed from which pyproject.toml, so that a second make is quick.
$(VENV)/.python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and "healthsim_nb needs Python 3.11 or newer; $(PYTHON) is %d.%d. Name another one: make demo PYTHON=python3.12" % v[:2])'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.use: pyproject.toml | $(VENV)/.python
	@echo "Installing into $(VENV) (a minute or two, the first time only)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.develop: pyproject.toml | $(VENV)/.python
	@echo "Installing into $(VENV), with what the tests need (a minute or two, the first time only)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.use

# DuckDB 1.5 alone, laid over .venv: everything else is the same.
$(OLD)/.duckdb: pyproject.toml | $(VENV)/.develop
	@echo "Installing DuckDB 1.5 into $(OLD)"
	@rm -rf $(OLD)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(OLD) 'duckdb>=1.5,<1.6'
	@touch $@
