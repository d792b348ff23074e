# Every target prepares what it needs in .venv; only Python 3.11, pip, git and make are expected.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCHES := $(sort $(wildcard bench/*.py))
# Programs and tests are compiled once, not by each of the processes that start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo up test crash lint bench coverage lock

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: $(READY) ## run the example matter from report to service, with no key pressed
	$(BIN)/breachbook demo

up: $(READY) ## start everything on a copy of the example, with local stand-ins for Slack and a time-stamp authority
	test -d build/railway-wheels || $(BIN)/breachbook init build/railway-wheels --example railway-wheels
	$(BIN)/breachbook --workspace build/railway-wheels up --demo-slack --demo-tsa

test: $(READY) ## run the tests
	$(BIN)/python -m pytest -n 3 --dist worksteal

crash: $(READY) ## kill, fail and mutate the sealer at every call and check; takes half an hour
	$(BIN)/python -m pytest -n 2 --dist load tests/crash/sweep_calls.py tests/crash/mutants.py

lint: $(READY) ## check format, types, layering, content and spelling
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/yamllint --strict .
	$(BIN)/codespell
	$(BIN)/breachbook lint

bench: $(READY) ## measure the promises; each line is a ratio taken in one run
	@set -e; for script in $(BENCHES); do echo "== $$script"; $(BIN)/python $$script; done

coverage: $(READY) ## run the tests with branch coverage
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine
	$(BIN)/coverage report

# --no-deps: every dependency stands in the lock; no build isolation: so does the build backend.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("breachbook needs Python 3.11 or later" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

lock: ## pin every dependency again, with hashes, from pyproject.toml
	test -x $(VENV)/lock/bin/uv || { $(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/python -m pip install --quiet uv; }
	$(VENV)/lock/bin/uv pip compile pyproject.toml --group dev --quiet --upgrade --universal --python-version 3.11 \
		--generate-hashes --no-header --no-emit-find-links --output-file requirements.lock
