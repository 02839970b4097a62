# make run    start the bot on http://127.0.0.1:8080 (installs itself on first use)
# make test   format, lint, types, import contracts and tests
# Everything is installed into .venv from wheels; nothing is compiled.

SHELL := /bin/sh
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# The lock is its own constraint too: without it pip looks past a pin for a package that another one
# asks for with an extra, finds a release newer than the lock, and stops for want of its hash.
WHEELS := --require-hashes --only-binary=:all:
# The first interpreter that is new enough; override with `make run PYTHON=/path/to/python`.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)

.PHONY: run test check browser soak fuzz bench quality reference lock clean

run: $(VENV)/.run
	@exec $(BIN)/bifocal run

# One file to one worker, so that a file's processes and browsers are started once. Not loadgroup:
# pytest-xdist 3.8 writes its groups where pytest 9.2 no longer reads them, and spreads all. Files
# stay in our order, long ones first, instead of those with many tests first.
test: $(VENV)/.dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# The same without the tests: what an editor would tell you.
check: $(VENV)/.dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/lint-imports
	@$(BIN)/mypy

# Browser tests use the system's Chromium; this installs Debian's where there is none.
browser:
	@sh tests/browser/install.sh

soak: $(VENV)/.dev
	@$(BIN)/python -m pytest -m soak -s tests

fuzz: $(VENV)/.dev
	@HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -n 2 tests

bench: $(VENV)/.dev
	@$(BIN)/python -m bench

quality: $(VENV)/.dev
	@$(BIN)/python -m bench.quality

# The reference PDQ implementation is compiled from source, so it is asked for by name.
reference: $(VENV)/.dev
	@$(PIP) install 'pdqhash>=0.2.8'

# Resolve the locks anew: every hash, with markers for Python 3.11 to 3.14.
UV_COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--only-binary :all: --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml
lock: $(VENV)/.dev
	@$(UV_COMPILE) --extra build --extra discord --extra ocr --extra slack -o requirements.lock
	@$(UV_COMPILE) --extra build --extra discord --extra ocr --extra slack --extra postgres --extra redis --extra dev \
		-c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		found=$$(python3 --version 2>&1 || echo "no python3"); \
		echo "Bifocal needs Python 3.11 or newer; found: $$found." >&2; \
		echo "Install one (Debian 12: apt install python3 python3-venv), or name yours: make run PYTHON=/path/to/python3.12" >&2; \
		exit 1; fi
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Could not create $(VENV): Python's venv module is incomplete (Debian: apt install python3-venv)." >&2; exit 1; }

$(VENV)/.run: $(VENV)/bin/python requirements.lock pyproject.toml
	@echo "Installing Bifocal into $(VENV) (once)…" >&2
	@$(PIP) install $(WHEELS) -r requirements.lock -c requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python requirements-dev.lock pyproject.toml
	@echo "Installing Bifocal and its test tools into $(VENV) (once)…" >&2
	@$(PIP) install $(WHEELS) -r requirements-dev.lock -c requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.run
