PYTHON ?= python3
PYTHON39 ?= python3.9
PYTHON311 ?= python3.11
BIN := .venv/bin
STAGE ?= dev

.DEFAULT_GOAL := help

.PHONY: help demo test test-glue spark test-spark check serve deploy lock clean

help:  ## show what there is to make
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 11

# Nothing is installed but what the lock files have the hash of.
INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes -r

$(BIN)/python:
	$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info[:2] <= (3, 13), "needs Python 3.11 to 3.13; try: make PYTHON=python3.12"'
	$(PYTHON) -m venv .venv

# What people run, and, on top of it, what the tests and the checks need; each is
# installed again when its pins change.
$(BIN)/.run: requirements-run.txt pyproject.toml | $(BIN)/python
	$(BIN)/python $(INSTALL) requirements-run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index \
		--no-deps --no-build-isolation --editable .
	touch $@

$(BIN)/.dev: requirements-dev.txt $(BIN)/.run
	$(BIN)/python $(INSTALL) requirements-dev.txt
	touch $@

# A DATA in the environment is somebody else's.
ifeq ($(origin DATA),command line)
demo: $(BIN)/.run  ## forecast the sample, or your data: make demo DATA=sales.csv
	@$(BIN)/forecast run "$$DATA" --local
else
demo: $(BIN)/.run
	@$(BIN)/python -m demo
endif

test: $(BIN)/.dev  ## run the whole test suite, offline
	$(BIN)/python -m pytest -n auto --dist loadfile

# Glue Python shell has Python 3.9, pandas 1.4.2 and numpy 1.22.3, and will stay there.
.venv-glue/.installed: requirements-glue.txt
	$(PYTHON39) -m venv .venv-glue
	.venv-glue/bin/python $(INSTALL) requirements-glue.txt
	touch $@

test-glue: .venv-glue/.installed  ## run the tests of glue/ on Glue's own Python and pandas
	.venv-glue/bin/python -m pytest -n auto tests/glue

# Glue 5.1 has Python 3.11 and Spark 3.5.6, which needs Java 8, 11 or 17 of the system.
.venv-spark/.installed: requirements-spark.txt
	$(PYTHON311) -m venv .venv-spark
	.venv-spark/bin/python $(INSTALL) requirements-spark.txt
	touch $@

spark: .venv-spark/.installed  ## have uploads past one machine prepared here too, by Spark

test-spark: .venv-spark/.installed  ## run the tests of what Spark and pyarrow do, on Glue's Spark
	.venv-spark/bin/python -m pytest tests/glue/spark tests/glue/reading/test_parquet_file.py

check: $(BIN)/.dev  ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/statelint statemachine.asl.json

serve: $(BIN)/.run  ## run a local AWS until stopped; it says which file to source
	@$(BIN)/python -m localaws --state .localaws --env-file .localaws/env

deploy: $(BIN)/.run  ## deploy a stage: make deploy STAGE=dev
	$(BIN)/python deploy.py --stage $(STAGE)

# A week is time enough for a release that was tampered with to be noticed.
LOCK := $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --upgrade \
	--exclude-newer "7 days" --generate-hashes --no-header --no-annotate

lock: $(BIN)/.dev  ## pin the newest versions that are a week old, with their hashes
	$(LOCK) --python-version 3.11 requirements-run.in -o requirements-run.txt
	$(LOCK) --python-version 3.11 -c requirements-run.txt requirements-dev.in -o requirements-dev.txt
	$(LOCK) --python-version 3.9 requirements-glue.in -o requirements-glue.txt
	$(LOCK) --python-version 3.11 requirements-spark.in -o requirements-spark.txt
	$(BIN)/python -m deployment.lock_wheels

clean:  ## remove the environment and what the tools left
	rm -rf .venv .venv-glue .venv-spark .mypy_cache .pytest_cache .ruff_cache .hypothesis
