# README's two commands are `make demo` and `make test`; both begin with `make install`.
.DEFAULT_GOAL := help
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000
SIZE ?= 12000
ARGS ?=
# The first of these that is Python 3.12 or newer makes the environment.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && { command -v $$p; break; }; done)

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

$(BIN)/uv:
	@test -n "$(PYTHON)" || { echo "furong needs Python 3.12 or newer: none of python3, python3.14, python3.13, python3.12 is. Install one, or name it: make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet uv

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

install: $(VENV)/.installed  ## make .venv from requirements.lock
install-dev: $(VENV)/.installed-dev  ## the same with what tests need

demo: install  ## a district at work in the browser (PORT=8000 SIZE=12000 ARGS=--reset)
	@$(BIN)/furong demo --port $(PORT) --size $(SIZE) $(ARGS)

test: install-dev  ## all tests; PostgreSQL's run when DATABASE_URL names one
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

check: install-dev  ## lint, types, imports, migrations, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run --settings furong.config.settings_test
	$(BIN)/djade --check --target-version 6.1 $$(git ls-files 'src/**/*.html')
	$(BIN)/furong pack check packs/*/pack.yaml
	$(BIN)/python -m tools.messages --check

messages: install-dev  ## the catalogs of the interface: collect, convert, compile
	@$(BIN)/python -m tools.messages

format: install-dev  ## format code and templates
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	-$(BIN)/djade --target-version 6.1 $$(git ls-files 'src/**/*.html')

bench: install-dev  ## the side-by-side table of the rules engine
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --group bench -c requirements-dev.lock
	@$(BIN)/python -m bench.rules $(ARGS)

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header
lock: $(BIN)/uv  ## rewrite the lock files (ARGS=--upgrade for newer versions)
	$(LOCK) pyproject.toml --extra parquet -o requirements.lock $(ARGS)
	$(LOCK) pyproject.toml --extra parquet --group dev -c requirements.lock -o requirements-dev.lock $(ARGS)

.PHONY: help install install-dev demo test check messages format bench lock
