# Every command of the project. `make` alone prints them.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
NODE   := tests/clients/node examples/node_vitest
CONSOLE := src/waypost/console/.built
ARGS   ?=
# A test that hangs is reported and the run goes on; with --full some take longer than this.
HANGING := $(if $(findstring --full,$(ARGS)),,-o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true)

.DEFAULT_GOAL := help
.PHONY: help setup run console test faults check format lock docs fuzz simulate bench clean

help: ## print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) $(NODE:=/node_modules/.installed) $(CONSOLE) ## install everything into .venv (fast when nothing changed)

# Two steps: every dependency from the hashed constraints, then the project itself without any.
$(STAMP): constraints.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "Could not make a virtual environment: install the venv module of $(PYTHON) (Debian: python3-venv)."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

# Clients that the tests point at the server, and the example for Node. Nothing of them runs while they are installed; without Node, or without
# its registry, the tests that need them are skipped and say so.
$(NODE:=/node_modules/.installed): %/node_modules/.installed: %/package-lock.json
	@if command -v npm >/dev/null; then \
	  npm ci --prefix $* --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@ \
	    || echo "The clients for Node could not be installed; the tests that use them are skipped."; \
	fi

# The web console, when its sources or those of the API's document are newer. It looks closer by itself: nothing is built
# for nothing. Where it cannot be built it says so in one line, and the server runs without it.
$(CONSOLE): $(STAMP) tools/build_console.py $(shell find console src/waypost/wire src/waypost/api src/waypost/errors -type f \
    -not -path '*/node_modules/*' -not -path '*/.*' -not -name '*.pyc' -not -name types.ts -not -name openapi.json)
	@$(BIN)/python -m tools.build_console --if-possible

console: $(STAMP) ## build the web console into the package, if it has changed
	@$(BIN)/python -m tools.build_console

run: $(STAMP) $(CONSOLE) ## start the server; ARGS="--port 0" passes options
	@exec $(BIN)/waypost serve $(ARGS)

# Each worker begins with a part of its own, so that few start a browser or a database, and takes from others when done.
# Hundreds of processes are started, so that what is compiled is kept, also where the environment says not to.
test: setup ## run the tests; ARGS="-k media" passes options
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist worksteal $(HANGING) $(ARGS)

faults: setup ## every fault in full (about an hour on two cores); ARGS=--share=0.1 does a tenth
	@$(BIN)/python -m pytest -n auto tests/faults --full $(ARGS); status=$$?; $(BIN)/python -m tests.faults.report; exit $$status

check: $(STAMP) ## formatting, lint, types, layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: setup ## format and fix what can be fixed
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: ## pin every dependency anew, with hashes (needs uv)
	@uv pip compile --quiet --extra dev --generate-hashes --universal --python-version 3.11 \
	  --no-header --no-emit-index-url --no-emit-find-links --upgrade pyproject.toml -o constraints.txt
	@uv pip compile --quiet --extra postgres --extra s3 --generate-hashes --python-version 3.11 --python-platform linux \
	  --no-header --no-emit-index-url --no-emit-find-links --upgrade -c constraints.txt \
	  pyproject.toml deploy/build.in -o deploy/requirements.txt

docs: setup ## write the reference pages from the source
	@$(BIN)/python -m tools.gen_reference
	@$(BIN)/python -m tests.faults.report

# What it takes is no part of `setup`, as the tests that guard what was found do without: see docs/decisions/0023.
fuzz: setup $(VENV)/.fuzz ## look for inputs that break a reader; ARGS="link form --seconds 60" chooses
	@$(BIN)/python -m tests.fuzz $(ARGS)

$(VENV)/.fuzz: tests/fuzz/requirements.txt $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/fuzz/requirements.txt
	@touch $@

simulate: setup ## play histories; ARGS=4711 tells one, ARGS="0 --count 100000" looks for faults
	@$(BIN)/python -m tests.simulation $(ARGS)

bench: setup ## measure; ARGS="p1 p3" chooses goals, ARGS=selftest checks the harness
	@$(BIN)/python -m bench $(ARGS)

clean: ## remove what the other commands made
	@rm -rf $(VENV) $(NODE:=/node_modules) console/node_modules console/.node console/.tests console/.checked src/waypost/console .mypy_cache .ruff_cache build dist
