# Crossbook's commands. The first of them makes .venv from the system's python3 and requirements.lock; nothing else is needed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard libs/*/pyproject.toml services/*/pyproject.toml))
STAMP := .venv/.installed
PIP := $(PY) -m pip -qq --no-input --disable-pip-version-check
WORKERS ?= 2

# An environment belongs to the place it was made in: a checkout that was moved or copied makes its own anew.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif

.PHONY: help
help: $(STAMP) ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do printf '  make %-8s %s\n' "$$name" "$$what"; done

$(STAMP): requirements.lock $(MEMBERS:%=%/pyproject.toml)
	@command -v $(PYTHON) >/dev/null || { echo "crossbook: no $(PYTHON) found; install Python 3.11 or later" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "crossbook: $$($(PYTHON) -V) is too old; Python 3.11 or later is needed (make PYTHON=python3.12 …)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "crossbook: $(PYTHON) lacks venv; install your system's python3-venv package" >&2; exit 1; }
	@echo "crossbook: preparing .venv from requirements.lock (once, about a minute)" >&2
	@test "$$(cat $(STAMP) 2>/dev/null)" = "$(CURDIR)" && test -x $(PY) || $(PYTHON) -m venv --clear .venv
	@$(PIP) install --require-hashes --no-deps -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation $(MEMBERS:%=-e ./%)
	@printf '%s\n' "$(CURDIR)" > $(STAMP)

.PHONY: run
run: $(STAMP) ## trade on the simulated exchange; DURATION=30 ends by itself, REPLAY=<capture>[,…] plays real markets
	@$(BIN)/crossbook run $(if $(DURATION),--duration "$(DURATION)") $(if $(REPLAY),--replay "$(REPLAY)")

.PHONY: test
test: $(STAMP) ## every test (PYTEST_ARGS="-k book" for some of them)
	@$(PY) -m pytest -n $(WORKERS) $(PYTEST_ARGS)

.PHONY: promises
promises: $(STAMP) ## the full counts of every promise, resumable (P="P1 P9" for some, ROUNDS=1 for a part)
	@PYTHONPATH=tests $(PY) -m promises $(P) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(FRESH),--fresh)

.PHONY: bench
bench: $(STAMP) ## latency and throughput through the real processes, beside the plain stack
	@$(PY) -m bench

.PHONY: lint
lint: $(STAMP) ## ruff, mypy --strict, import contracts, house rules
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(BIN)/lint-imports --no-logo
	@$(PY) -m pytest -q tests/style

.PHONY: format
format: $(STAMP) ## lay the code out and mend what ruff can
	@$(PY) -m ruff check --fix --quiet . || true
	@$(PY) -m ruff format .

.PHONY: docs
docs: $(STAMP) ## write the pages that are generated from the code: docs/messages.md
	@$(PY) -m crossbook.messages > docs/messages.md

.PHONY: lock
lock: $(STAMP) ## requirements.in -> requirements.lock (UPGRADE=1 takes newer versions)
	@$(PY) -m piptools compile --quiet --no-config $(if $(UPGRADE),--upgrade) --generate-hashes --allow-unsafe --strip-extras \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-annotate --no-header \
		-o requirements.lock requirements.in

.PHONY: clean
clean: ## remove .venv and caches (run/ stays: it holds journals)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find libs services tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
