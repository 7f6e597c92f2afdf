# Needed beforehand: Python >= 3.11 with venv, and make. Everything else comes into .venv.

PYTHON ?= python3
PORT ?= 8000
HOME_DIR ?= .medcost
DATA ?=
SCHEMA ?=
LONG ?= 20
# three on two cores: tests wait for processes half of the time
WORKERS ?= $(shell echo $$(( ($$(nproc 2>/dev/null || echo 2) * 3 + 1) / 2 )))
# what was uploaded by a thief is mostly found within days
COOL_DOWN ?= 7 days
VENV := .venv
DVC := .venv-dvc
DOCS := .venv-docs
BIN := $(VENV)/bin
LOCALE := src/entrypoints/dashboard/locale
UV := $(BIN)/uv

.DEFAULT_GOAL := help
.PHONY: help up test test-fast test-deploy test-coverage mutations test-docker test-host check types style architecture format setup setup-dev setup-dvc setup-docs setup-node client lock dvc docs texts bench profile real-costs soak

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

up: setup ## everything, at http://127.0.0.1:$(PORT); Ctrl-C stops it. DATA=file.csv, SCHEMA=file.yaml, HOME_DIR=, PORT=
	@exec $(BIN)/medcost up --home "$(HOME_DIR)" --port "$(PORT)" $(if $(SCHEMA),--schema "$(SCHEMA)") $(if $(DATA),--data "$(DATA)")

test: setup-dev ## the whole test suite with every real part that this machine can give. WORKERS=, ARGS="-k cost"
	@$(BIN)/python -m compileall -q src
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

test-fast: setup-dev ## what needs no process, server, browser or training: about a minute. ARGS="-k cost"
	@$(BIN)/pytest -n $(WORKERS) --fast $(ARGS)

test-deploy: setup-dev ## hosts, networks, certificates, images' services: what `make test` runs of it, alone
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder tests/deploy $(ARGS)

test-coverage: setup-dev ## the whole suite, and which lines of src no test reaches, subprocesses included
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --cov --cov-report=term --cov-report=html $(ARGS)

mutations: setup-dev ## change the code at twenty random places and count what `make test-fast` notices. ARGS=--help
	@$(BIN)/python -m benchmarks.mutations $(ARGS)

test-docker: setup-dev ## images built, started, updated, broken and rolled back, on a Docker engine or one started for it
	@MEDCOST_REQUIRE=$${MEDCOST_REQUIRE:-docker-engine} tests/deploy/docker/engine.sh $(BIN)/pytest -s -p no:xdist --timeout 1800 tests/deploy/docker $(ARGS)

test-host: setup-dev ## a bare Debian 12 and 13 booted with systemd, made a host, and booted again; as root
	@MEDCOST_REQUIRE=$${MEDCOST_REQUIRE:-booted-host} $(BIN)/pytest -s -p no:xdist --timeout 1800 tests/deploy/host/systemd $(ARGS)

check: setup-dev ## format, lint, types, architecture
	@$(MAKE) --no-print-directory -j 2 types style architecture

types:
	@$(BIN)/pyrefly check

style:
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports

architecture:
	@$(BIN)/pytest -q -p no:cacheprovider tests/architecture

format: setup-dev ## put the code into its format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

texts: setup-dev ## new and changed texts of the dashboard, from ui.pot into the translations
	@$(BIN)/pybabel -q update -i $(LOCALE)/ui.pot -d $(LOCALE) -D ui --no-wrap --previous --ignore-pot-creation-date

bench: setup-dev ## we and our peers side by side, as ratios in one run. DATA=file.csv, ARGS=--help
	@$(BIN)/python -m benchmarks.run $(if $(DATA),--data "$(DATA)") $(ARGS)

profile: setup-dev ## where the web process spends its CPU on a prediction, by a sampling profiler
	@$(BIN)/python -m benchmarks.run --only profile $(if $(DATA),--data "$(DATA)") $(ARGS)

real-costs: setup-dev ## how true answers are on real costs and on generated ones. DATA=insurance.csv, ARGS="rand --facts A"
	@$(BIN)/python -m benchmarks.real_costs $(if $(DATA),--data "$(DATA)") $(ARGS)

soak: setup-dev ## faults and kills under load, for an hour or so: LONG=20 times the short form in `make test`
	@MEDCOST_MANGLED_BODIES=2000 MEDCOST_SCHEMATHESIS_EXAMPLES=80 $(BIN)/pytest -q --timeout 3600 \
		tests/entrypoints/http/test_bodies.py tests/entrypoints/http/test_openapi.py
	@MEDCOST_SOAK=$(LONG) $(BIN)/pytest -s -p no:xdist --timeout 7200 tests/soak $(ARGS)

dvc: setup setup-dvc ## data, training, tuning, evaluation: only what has changed. ARGS="metrics diff"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(DVC)/bin/dvc $(or $(ARGS),repro)

docs: setup-docs ## the documentation site, into .site; a broken link fails. ARGS=serve shows it while you write
	@$(DOCS)/bin/zensical $(or $(ARGS),build --clean --strict)

release: setup-dev ## version, changelog, list of contents, tag: docs/releasing.md. VERSION=1.0.0, ARGS=--dry-run
	@.ci/release "$(VERSION)" $(ARGS)

setup: $(VENV)/.runtime ## the environment of the application
setup-dev: $(VENV)/.dev ## the environment of application and tests
setup-dvc: $(DVC)/.done ## the environment of DVC, which brings along a package named as one of ours
setup-docs: $(DOCS)/.done ## the environment of the documentation site
setup-node: node_modules/.installed-lock.json ## what checks accessibility and the OpenAPI document

client: setup-dev ## the Python client's types, from what a running Medcost says of itself. URL=http://127.0.0.1:8000
	@$(BIN)/python clients/python/generate.py $(or $(URL),http://127.0.0.1:$(PORT))

lock: $(UV) ## resolve the dependencies anew, among releases that are a week old
	@$(UV) pip compile requirements-uv.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --quiet --upgrade --exclude-newer "$(COOL_DOWN)" --output-file requirements-uv.lock
	@$(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --quiet --upgrade --exclude-newer "$(COOL_DOWN)" --output-file requirements.lock
	@$(UV) pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet --upgrade --exclude-newer "$(COOL_DOWN)" \
		--constraints requirements.lock --output-file requirements-dev.lock
	@$(UV) pip compile --group dvc --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --quiet --upgrade --exclude-newer "$(COOL_DOWN)" --output-file requirements-dvc.lock
	@$(UV) pip compile --group docs --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --quiet --upgrade --exclude-newer "$(COOL_DOWN)" --output-file requirements-docs.lock

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit("Medcost needs Python 3.11 or newer, this is " + sys.version) if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-uv.lock

# compiled at once: where PYTHONDONTWRITEBYTECODE is set, each of the many processes would compile all that it imports
# a development environment is a runtime environment too: it is not thrown away by `make up`
$(VENV)/.runtime: requirements.lock pyproject.toml | $(UV)
	@if [ -e $(VENV)/.dev ]; then $(MAKE) --no-print-directory $(VENV)/.dev; else \
		$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements.lock && \
		$(UV) pip install --quiet --no-deps --editable . ; fi
	@$(BIN)/python -m compileall -q src migrations
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(UV)
	@$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements-dev.lock
	@$(UV) pip install --quiet --no-deps --editable .
	@$(BIN)/python -m compileall -q src migrations
	@touch $@

$(DVC)/.done: requirements-dvc.lock | $(UV)
	@test -x $(DVC)/bin/python || $(PYTHON) -m venv $(DVC)
	@$(UV) pip install --quiet --compile-bytecode --python $(DVC)/bin/python --require-hashes -r requirements-dvc.lock
	@touch $@

$(DOCS)/.done: requirements-docs.lock | $(UV)
	@test -x $(DOCS)/bin/python || $(PYTHON) -m venv $(DOCS)
	@$(UV) pip install --quiet --python $(DOCS)/bin/python --require-hashes -r requirements-docs.lock
	@touch $@

# npm compares each package with its hash in the lock
node_modules/.installed-lock.json: package-lock.json
	@npm ci --ignore-scripts --silent
	@cp $< $@
