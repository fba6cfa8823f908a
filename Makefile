# Muster. `make run` and `make test` are all a newcomer needs; both install what they use into .venv.
SHELL := /bin/sh
PYTHON ?= python3
OF ?= app/estimate app/record
SAMPLE ?= 200
PIP := .venv/bin/python -m pip --disable-pip-version-check -qq

.DEFAULT_GOAL := help
.PHONY: help run test test-wheel test-clients coverage mutate check fix docs lock bench wheel clean

help: ## List the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: .venv/runs ## Install, migrate, load the seeds into an empty ledger, serve on http://127.0.0.1:8000
	.venv/bin/muster migrate
	.venv/bin/muster seed --if-empty
	.venv/bin/muster serve

test: .venv/tests ## Run every test, on SQLite and on a real PostgreSQL
	.venv/bin/python -m pytest -n auto --dist loadscope

test-wheel: .venv/tests ## Build the wheel, install it into empty environments, and use it there
	.venv/bin/python -m pytest -q tests/wheel.py

test-clients: .venv/tests ## Read the ledger with R, LibreOffice and a browser; installs them where it may
	sh tests/clients/install.sh
	.venv/bin/python -m pytest -n auto --dist loadfile tests/clients/desktop

# Not in `make test`, which it would make half as long again. Three tests only draw the same branch a thousand times.
coverage: .venv/tests ## The branches of the reckoning and the ledger that their own tests pass, held where it stands
	.venv/bin/python -m pytest -q -n auto --dist loadscope tests/estimate tests/record --cov --cov-report term:skip-covered \
	  -k "not postgresql and not slip_of_a_name and not letter_left_out and not last_version_of_each"

mutate: .venv/tests ## By hand: break the code, and name the breaks no test sees; OF=app/estimate/wholes.py SAMPLE=0
	.venv/bin/python -m tests.mutate $(OF) --sample $(SAMPLE)

check: .venv/tests ## The inner loop: format, lint, types, import rule, complexity, tests that need no database
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	.venv/bin/complexipy --failed --plain
	.venv/bin/python -m pytest -q tests/estimate tests/test_house.py tests/test_public.py

fix: .venv/tests ## Format, and mend what the linter can mend
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: .venv/tests ## Measure: ratios to a constant answer, claims imported a second
	.venv/bin/python -m tests.bench

docs: .venv/tests ## Write openapi.json and its examples anew from the code and the seeds
	.venv/bin/python -m tests.write_docs

lock: .venv/tests ## Take the newest releases into the hashed locks (no addresses in them)
	for extras in "requirements.lock --extra build --extra tables --extra pictures" \
	  "requirements-dev.lock --extra build --extra tables --extra pictures --extra dev"; do \
	  .venv/bin/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header \
	    pyproject.toml -o $$extras; done

wheel: .venv/runs ## Build the source distribution and the wheel into dist/
	.venv/bin/python -m hatchling build

clean: ## Remove the environment and caches; the ledger stays
	rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .complexipy_cache

# A stamp a lock: made again only when the lock or the project's own metadata changed.
.venv/runs: requirements.lock pyproject.toml | .venv/bin/python
	$(PIP) install --no-deps --require-hashes --only-binary :all: -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/tests: requirements-dev.lock .venv/runs
	$(PIP) install --no-deps --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Muster needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
