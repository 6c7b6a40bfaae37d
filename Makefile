# Two commands do all the set-up:  make demo  runs the main job,  make test  passes the tests.
# Everything lives in .venv, made from any python3 of version 3.11 or later.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= data
# Many tests wait for a server or a clock: one worker more than there are processors
WORKERS ?= $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 1)")
PACKAGES := configs spiders transforms warehouse reports flows sandbox benchmarks
# Bytecode is kept whatever the environment says: else every process of a test compiles all it imports, and every worker
# of pytest works all tests' assertions out anew
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help env demo test check fmt coverage faults bench lock dictionary

help:
	@echo "make demo      the whole line on the practice marketplace; look at $(HOME_DIR)/reports"
	@echo "make test      style, types, import rules and all tests"
	@echo "make env       only the environment, in $(VENV)"
	@echo "make check     only style, types and import rules"
	@echo "make fmt       format the code"
	@echo "make coverage  how often the published intervals hold the truth (minutes)"
	@echo "make faults    what is lost, doubled or taken for data under each kind of fault (long)"
	@echo "make bench     CPU and memory of a week of 100,000 listings, beside parsel and pandas; of indices and compare (minutes)"
	@echo "make lock      resolve the requirements anew;  make dictionary  write the generated parts of docs anew"

env: $(VENV)/.ready

# uv installs what requirements.lock names, by hash, and compiles bytecode: without it Prefect's server starts too late
$(VENV)/.ready: requirements.lock requirements-env.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-env.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q $(PACKAGES)
	touch $@

demo: env
	$(BIN)/beltwatch demo --home $(HOME_DIR)

test: check
	$(BIN)/pytest -n $(WORKERS) --dist worksteal --durations=10

check: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: env
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

coverage: env
	$(BIN)/python -m benchmarks.coverage
	$(BIN)/python -m benchmarks.share_coverage
	$(BIN)/python -m benchmarks.survival_coverage
	$(BIN)/python -m benchmarks.index_coverage
	$(BIN)/python -m benchmarks.assistant
	$(BIN)/python -m benchmarks.planted_world
	$(BIN)/python -m benchmarks.price_wars

faults: env
	$(BIN)/python -m benchmarks.faults

bench: env
	$(BIN)/python -m benchmarks.throughput
	$(BIN)/python -m benchmarks.index_speed
	$(BIN)/python -m benchmarks.sales_speed

dictionary: env
	$(BIN)/python -m configs.dictionary > docs/data-dictionary.md
	$(BIN)/python -m reports.method_page docs/method.md

lock:
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
