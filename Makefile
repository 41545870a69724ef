# Everything a developer does. Needs Python 3.11 or newer with venv, and make; the rest is fetched, pinned and hashed.
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help

# The first Python that is new enough; `make PYTHON=…` overrides.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)
# Two more than there are cores: much of the tests is waiting, for processes to start and for PostgreSQL.
WORKERS ?= $(shell expr $$(nproc) + 2)
DEMO_ARGS ?=
PYTEST_ARGS ?=

# A process that compiles all that it imports takes seconds to start.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
PIP := $(BIN)/uv pip install --quiet --python $(BIN)/python
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header
PYTEST := $(BIN)/python -m pytest

# Node is the environment's own, whatever the system has.
NPM := cd web && PATH="$(CURDIR)/$(BIN):$$PATH" npm --silent
SITE := school/web/site/index.html

.PHONY: help demo demo-reset web test check lint lock lock-upgrade screenshots wheel soak bench bench-quick clean

help:  ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/demo.stamp $(SITE)  ## Run a school on this machine: server, gates, canteen, a simulated day (DEMO_ARGS="…")
	@exec $(BIN)/school demo $(DEMO_ARGS)

demo-reset: .venv/demo.stamp $(SITE)  ## Throw the demo's data away, the readers' state included, and start anew
	@exec $(BIN)/school demo --reset $(DEMO_ARGS)

web: $(SITE)  ## Build the web app into the package

test: .venv/dev.stamp $(SITE)  ## All checks and all tests, on SQLite, PostgreSQL, a real pcscd and a real browser (PYTEST_ARGS="…")
	@$(MAKE) --no-print-directory -j2 lint tests

.PHONY: tests
tests: .venv/dev.stamp $(SITE) # beside the linters, which take one core for most of a minute
	@$(NPM) test
	@$(PYTEST) -n $(WORKERS) --dist loadgroup $(PYTEST_ARGS)

check: lint  ## Linters, types, import contracts, schemas and locks; no other tests
	@$(PYTEST) -q -m house

lint: .venv/dev.stamp web/node_modules/.stamp
	@$(BIN)/ruff check
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/uv pip check --quiet --python $(BIN)/python
	@$(NPM) run check

lock: .venv/build.stamp  ## Write the locks anew after a change of pyproject.toml; versions stay where they may
	@$(COMPILE) $(UPGRADE) pyproject.toml -o requirements.lock
	@$(COMPILE) $(UPGRADE) pyproject.toml --group dev --extra pcsc --extra gpio -c requirements.lock -o requirements-dev.lock
	@$(COMPILE) $(UPGRADE) --group pyproject.toml:build -c requirements-dev.lock -o requirements-build.lock
	@$(COMPILE) $(UPGRADE) --group pyproject.toml:web -c requirements-dev.lock -o requirements-web.lock
	@test ! -e .venv/node.stamp || { $(NPM) run lock; }

lock-upgrade:  ## Write the locks anew with the newest versions that pyproject.toml allows
	@$(MAKE) --no-print-directory lock UPGRADE=--upgrade

screenshots: .venv/dev.stamp $(SITE)  ## Take pictures of the main pages into docs/screenshots
	@$(BIN)/python -m tests.web.screenshots docs/screenshots

wheel: .venv/demo.stamp $(SITE)  ## Build the package with the web app in it, into dist/
	@$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python

soak: .venv/dev.stamp  ## The long tests
	@$(PYTEST) -m soak $(PYTEST_ARGS)

# Only what stands in bench/ itself is run; its folders hold what the benches share and their peers.
bench: .venv/bench.stamp  ## Measure everything (bench/*.py, in order)
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

bench-quick: .venv/bench.stamp  ## The same with little load: do the measurements still run?
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python "$$script" --quick; done

clean:  ## Remove all that was made here: environment, caches, the demo's data
	@rm -rf .venv build dist demo school/web web/node_modules .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment grows in steps, each with a stamp, so that a second run starts at once.
.venv/build.stamp: requirements-build.lock
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed: apt-get install python3 python3-venv" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { "$(PYTHON)" -c \
		'import sys; print("make: %s has no venv: apt-get install python3.%d-venv" % (sys.executable, sys.version_info[1]))' >&2; exit 1; }
	@echo "Making the environment in .venv"
	@test -x $(BIN)/python || "$(PYTHON)" -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.lock
	@touch $@

.venv/demo.stamp: .venv/build.stamp requirements.lock pyproject.toml
	@echo "Installing what the service needs"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: .venv/demo.stamp requirements-dev.lock tests/system_packages.sh
	@sh tests/system_packages.sh $(BIN)/python
	@echo "Installing what the tests need"
	@$(PIP) --require-hashes --build-constraints requirements-build.lock -r requirements-dev.lock
	@touch $@

.venv/bench.stamp: .venv/dev.stamp .venv/node.stamp $(SITE)
	@touch $@

.venv/node.stamp: .venv/build.stamp requirements-web.lock
	@echo "Installing Node, which builds the web app"
	@$(PIP) --require-hashes -r requirements-web.lock
	@touch $@

web/node_modules/.stamp: .venv/node.stamp web/package.json web/package-lock.json web/.npmrc
	@echo "Installing what the web app is made of"
	@$(NPM) ci
	@touch $@

$(SITE): web/node_modules/.stamp $(shell find web -name node_modules -prune -o -type f -print)
	@echo "Building the web app"
	@$(NPM) run build -- --logLevel warn
	@touch $@
