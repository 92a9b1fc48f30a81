# Everything runs in .venv, made from the pinned and hashed requirements. Two targets matter: `make demo` and `make test`.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check

.PHONY: help demo test test-pieces test-programs check lint bench schemas lock clean tools
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z ]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

tools:
	@command -v git >/dev/null || { echo "git is missing; install git" >&2; exit 1; }
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing; install it, or set PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "the venv module of $(PYTHON) is missing; install it (Debian: apt install python3-venv)" >&2; exit 1; }

.venv/run.stamp: requirements/run.txt pyproject.toml | tools
	test -x $(PY) || $(PYTHON) -m venv .venv
	$(PIP) --require-hashes --requirement requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	$(PIP) --require-hashes --requirement requirements/dev.txt
	touch $@

demo: .venv/run.stamp ## run the main job: sandbox, plan, apply, status, assets, and the empty second plan
	$(PY) examples/demo.py

test: check ## lint, type-check and run every test
	$(MAKE) --no-print-directory --jobs=2 test-pieces test-programs
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report --skip-covered --sort=cover | tail -n 40
	$(PY) -m coverage report --format=total --fail-under=92

# Side by side: one half keeps a core busy by itself, the other waits for processes.
test-pieces: .venv/dev.stamp
	$(PY) -W error -m coverage run -m pytest -q --ignore=tests/cli

test-programs: .venv/dev.stamp
	$(PY) -W error -m coverage run -m pytest -q tests/cli

check lint: .venv/dev.stamp ## lint and type-check only
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

bench: .venv/dev.stamp ## measure against the floors; prints ratios
	$(PY) -m benchmarks

schemas: .venv/run.stamp ## write the JSON Schemas from the models
	$(PY) -m reconciler schema --write schemas

lock: .venv/dev.stamp ## pin and hash what is installed now
	$(PY) tools/lock.py

clean: ## remove what the other targets made
	rm -rf .venv .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
