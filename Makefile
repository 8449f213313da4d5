PYTHON ?= python3
PYTHON39 ?= python3.9
BIN := .venv/bin
STAGE ?= dev

.DEFAULT_GOAL := help

.PHONY: help demo test test-glue check serve deploy lock clean

help:  ## show what there is to make
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 11

# The environment is made anew when the pins change.
$(BIN)/.installed: requirements-dev.txt
	$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info[:2] <= (3, 13), "needs Python 3.11 to 3.13; try: make PYTHON=python3.12"'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

demo: $(BIN)/.installed  ## forecast the sample upload on a local AWS, in a temporary copy
	@$(BIN)/python -m demo

test: $(BIN)/.installed  ## run the whole test suite, offline
	$(BIN)/python -m pytest -n auto --dist loadfile

# Glue Python shell has Python 3.9, pandas 1.4.2 and numpy 1.22.3, and will stay there.
.venv-glue/.installed: requirements-glue.txt
	$(PYTHON39) -m venv .venv-glue
	.venv-glue/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-glue.txt
	touch $@

test-glue: .venv-glue/.installed  ## run the tests of glue/ on Glue's own Python and pandas
	.venv-glue/bin/python -m pytest -n auto tests/glue

check: $(BIN)/.installed  ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/statelint statemachine.asl.json

serve: $(BIN)/.installed  ## run the local AWS until stopped
	@$(BIN)/python -m localaws

deploy: $(BIN)/.installed  ## deploy a stage: make deploy STAGE=dev
	$(BIN)/python deploy.py --stage $(STAGE)

lock:  ## pin the newest versions of requirements-dev.in
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --upgrade -r requirements-dev.in
	(echo "# made by: make lock"; .venv-lock/bin/python -m pip freeze --all --exclude pip) > requirements-dev.txt
	rm -rf .venv-lock

clean:  ## remove the environment and what the tools left
	rm -rf .venv .venv-glue .mypy_cache .pytest_cache .ruff_cache .hypothesis
