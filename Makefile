# Two commands do it all: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
SCALE ?= 1
PORT ?= 8050
CITIES_SCALE ?= 0.2
SUDO := $(shell [ "$$(id -u)" = 0 ] || (command -v sudo >/dev/null && sudo -n true 2>/dev/null && echo sudo -n) || echo none)
# Where tests build their warehouses: in memory where there is room for it, for they wait for the disk a sixth of their time
SCRATCH := $(shell [ "$$(df -k --output=avail /dev/shm 2>/dev/null | tail -1)" -gt 6000000 ] 2>/dev/null && echo /dev/shm || echo $${TMPDIR:-/tmp})
DEMO_FLAGS := $(if $(CI),--no-serve)
unexport PYTHONDONTWRITEBYTECODE # hundreds of short processes: each would compile everything again

.DEFAULT_GOAL := help
.PHONY: help demo test types suite soak check serve bench screens docs cities clean browser postgres lock python system

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: .venv/.ready ## make a demo city, ingest, build, publish and serve it (SCALE=1, PORT=8050)
	$(BIN)/onegate demo --scale $(SCALE) --port $(PORT) $(DEMO_FLAGS)

test: python ## everything that CI checks: style, imports, types, tests
	@$(MAKE) --no-print-directory -j2 .venv/.ready system
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	@$(MAKE) --no-print-directory -j2 types suite

types:
	$(BIN)/pyright --pythonpath $(BIN)/python > .venv/pyright.log || { tail -40 .venv/pyright.log; exit 1; }

suite:
	PYTEST_DEBUG_TEMPROOT=$(SCRATCH) $(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder

soak: .venv/.ready ## the long tests: thousands of damaged files, kills, orders (hours)
	$(BIN)/pytest -m soak

check: .venv/.ready ## quick: style, imports, types
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-cache && $(BIN)/pyright --pythonpath $(BIN)/python

serve: .venv/.ready ## serve the dashboards of ./var
	$(BIN)/onegate serve --port $(PORT)

bench: .venv/.ready ## benchmarks: ratios against hand-written scripts (minutes)
	$(BIN)/python -m benchmarks.build_million
	$(BIN)/python -m benchmarks.answer_time
	$(BIN)/python -m benchmarks.page_time
	$(BIN)/python -m benchmarks.release_swap

screens: .venv/.ready browser ## pictures of every page in every look, to browse at build/screens/index.html
	ONEGATE_SCREENS=all $(BIN)/pytest tests/dashboards/browser/test_every_page.py
	@echo "Open build/screens/index.html"

cities: .venv/.ready ## run the five cities of the source articles end to end and write docs/cities.md (CITIES_SCALE=0.2)
	$(BIN)/python -m onegate.cities --scale $(CITIES_SCALE)

docs: .venv/.ready ## write the generated pages of docs/ again
	$(BIN)/python -m metrics.document

clean: ## remove what was made (./var, caches), not the virtual environment
	rm -rf var build dist .pytest_cache .ruff_cache .hypothesis && find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

lock: .venv/.ready ## pin what is installed
	$(BIN)/pip freeze --exclude-editable > requirements.txt

# Without compiling all that is installed: what is used is compiled when it is first used
.venv/.ready: requirements.txt pyproject.toml | python
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "OneGate needs Python 3.11 or newer; say PYTHON=python3.11 make …"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { [ "$(SUDO)" != none ] && $(SUDO) apt-get update -q && $(SUDO) apt-get install -y -q python3-venv; } || { echo "Install python3-venv first: apt-get install python3-venv"; exit 2; }

# What comes from Debian, one after the other; `make test` has pip at work meanwhile
system:
	@$(MAKE) --no-print-directory browser
	@$(MAKE) --no-print-directory postgres

# Chromium and a Chinese font for the browser tests, where they may be installed; without them those tests skip and say so
browser:
	@command -v chromium >/dev/null || { [ "$(SUDO)" != none ] && $(SUDO) apt-get update -q >/dev/null && $(SUDO) apt-get install -y -q chromium fonts-noto-cjk >/dev/null; } \
	|| echo "!!! Chromium is not installed and cannot be installed from here: the browser tests will be SKIPPED. Run: apt-get install chromium fonts-noto-cjk"

# A PostgreSQL server that the tests start for themselves in a folder of their own; without one those tests skip and say so
postgres:
	@{ command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; } >/dev/null 2>&1 || { [ "$(SUDO)" != none ] && $(SUDO) apt-get update -q >/dev/null && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends postgresql >/dev/null; } \
	|| echo "!!! PostgreSQL is not installed and cannot be installed from here: the tests that pull from it will be SKIPPED. Run: apt-get install postgresql"
