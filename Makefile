# Needed beforehand: Python >= 3.11 with venv, and make. Everything else comes into .venv.

PYTHON ?= python3
PORT ?= 8000
HOME_DIR ?= .medcost
DATA ?=
LONG ?= 20
WORKERS ?= 2
VENV := .venv
DVC := .venv-dvc
BIN := $(VENV)/bin
UV := $(BIN)/uv

.DEFAULT_GOAL := help
.PHONY: help up test test-docker test-host check format setup setup-dev setup-dvc lock dvc bench soak

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

up: setup ## everything, at http://127.0.0.1:$(PORT); Ctrl-C stops it. DATA=file.csv, HOME_DIR=, PORT=
	@exec $(BIN)/medcost up --home "$(HOME_DIR)" --port "$(PORT)" $(if $(DATA),--data "$(DATA)")

test: setup-dev ## the whole test suite with every real part that this machine can give. WORKERS=, ARGS="-k cost"
	@$(BIN)/python -m compileall -q src
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile $(ARGS)

test-docker: setup-dev ## images built, started, updated, broken and rolled back, on a Docker engine or one started for it
	@MEDCOST_REQUIRE=$${MEDCOST_REQUIRE:-docker-engine} tests/deploy/docker/engine.sh $(BIN)/pytest -s -p no:xdist --timeout 1800 tests/deploy/docker $(ARGS)

test-host: setup-dev ## a bare Debian 12 and 13 booted with systemd, made a host, and booted again; as root
	@MEDCOST_REQUIRE=$${MEDCOST_REQUIRE:-booted-host} $(BIN)/pytest -s -p no:xdist --timeout 1800 tests/deploy/host/systemd $(ARGS)

check: setup-dev ## format, lint, types, architecture
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports
	@$(BIN)/pytest -q -p no:cacheprovider tests/architecture

format: setup-dev ## put the code into its format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup-dev ## we and our peers side by side, as ratios in one run. DATA=file.csv, ARGS=--help
	@$(BIN)/python -m benchmarks.run $(if $(DATA),--data "$(DATA)") $(ARGS)

soak: setup-dev ## faults and kills under load, for an hour or so: LONG=20 times the short form in `make test`
	@MEDCOST_MANGLED_BODIES=2000 MEDCOST_SCHEMATHESIS_EXAMPLES=80 $(BIN)/pytest -q --timeout 3600 \
		tests/entrypoints/http/test_bodies.py tests/entrypoints/http/test_openapi.py
	@MEDCOST_SOAK=$(LONG) $(BIN)/pytest -s -p no:xdist --timeout 7200 tests/soak $(ARGS)

dvc: setup setup-dvc ## data, training, tuning, evaluation: only what has changed. ARGS="metrics diff"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(DVC)/bin/dvc $(or $(ARGS),repro)

setup: $(VENV)/.runtime ## the environment of the application
setup-dev: $(VENV)/.dev ## the environment of application and tests
setup-dvc: $(DVC)/.done ## the environment of DVC, which brings along a package named as one of ours

lock: $(UV) ## resolve the dependencies anew
	@$(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --quiet --upgrade --output-file requirements.lock
	@$(UV) pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet --upgrade --constraints requirements.lock --output-file requirements-dev.lock
	@$(UV) pip compile --group dvc --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --quiet --upgrade --output-file requirements-dvc.lock

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit("Medcost needs Python 3.11 or newer, this is " + sys.version) if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'

# compiled at once: where PYTHONDONTWRITEBYTECODE is set, each of the many processes would compile all that it imports
# a development environment is a runtime environment too: it is not thrown away by `make up`
$(VENV)/.runtime: requirements.lock pyproject.toml | $(UV)
	@if [ -e $(VENV)/.dev ]; then $(MAKE) --no-print-directory $(VENV)/.dev; else \
		$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements.lock && \
		$(UV) pip install --quiet --no-deps --editable . ; fi
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(UV)
	@$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements-dev.lock
	@$(UV) pip install --quiet --no-deps --editable .
	@touch $@

$(DVC)/.done: requirements-dvc.lock | $(UV)
	@test -x $(DVC)/bin/python || $(PYTHON) -m venv $(DVC)
	@$(UV) pip install --quiet --compile-bytecode --python $(DVC)/bin/python --require-hashes -r requirements-dvc.lock
	@touch $@
