# Two commands do everything on a fresh machine with Python and make: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

.PHONY: demo test lint build docs examples refresh clean

demo: $(VENV)/.demo
	$(BIN)/python examples/demo.py

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist loadfile $(TESTS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The documentation site, in out/site: open out/site/index.html.
docs: $(VENV)/.docs
	$(BIN)/python -m mkdocs build --quiet

# The published reports of the example organisation, in reports/examples: read the difference.
examples: $(VENV)/.demo
	$(BIN)/python docs/refresh.py examples

# All that follows from the code: help, outputs, equations and figures in the documents, and these reports.
refresh: $(VENV)/.demo
	$(BIN)/python docs/refresh.py

build: $(VENV)/.dev
	$(BIN)/python -m build

$(VENV)/.demo: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.docs: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $(VENV)/.demo $@

$(VENV)/.dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(VENV)/.demo $(VENV)/.docs $@

clean:
	rm -rf $(VENV) build dist *.egg-info out
