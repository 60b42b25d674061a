# Everything a person types. `make` alone lists it.
# Variables: PYTHON, PORT, DATA_DIR, DATABASE_URL, REDIS_URL, CORPUS, TESTS (what `make test` runs), ARGS (of chaos and bench-peers), m (a migration's name).

PYTHON ?= python3
BOOTSTRAP := $(PYTHON) scripts/bootstrap.py
VENV := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-peers chaos fuzz lock openapi assets migration shell format clean install install-dev

help: ## list the targets
	@echo 'Lingke 聆客: make <target>'
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

run: ## set up everything and start it (PORT, DATA_DIR, DATABASE_URL, REDIS_URL, CORPUS)
	@$(BOOTSTRAP) run

test: ## install what tests need and run all of them (TESTS=path for a part)
	@$(BOOTSTRAP) test $(TESTS)

check: ## lint, format, types and import contracts
	@$(BOOTSTRAP) check

bench: install-dev ## run the benchmarks (BENCH=name for one); tables on the screen, JSON in bench/results
	@$(VENV)/python scripts/bench.py

bench-peers: install-dev ## ours beside django-helpdesk (installed on its own) and a libredesk that runs here (LIBREDESK_URL, LIBREDESK_COOKIE)
	@$(VENV)/python -m bench._peers $(ARGS)

chaos: install-dev ## 200 kills of processes and PostgreSQL under traffic; prove that nothing is lost or doubled (ARGS="--database sqlite")
	@$(VENV)/python scripts/chaos.py $(ARGS)

fuzz: install-dev ## throw 100,000 malformed bodies at callbacks and parsers, then some at a running stack; prove that it stays up
	@$(VENV)/python -m tests.fuzz.callbacks --bodies 100000
	@$(VENV)/python scripts/fuzz.py

assets: ## build the browser application when its sources changed
	@$(BOOTSTRAP) assets

lock: install-dev ## resolve requirements*.in into the pinned requirements*.txt
	@$(VENV)/python scripts/lock.py

openapi: install ## write docs/api/openapi.json and the browser's types from the endpoints
	@$(VENV)/python scripts/openapi.py

migration: install-dev ## write a migration from the models' changes: make migration m="add tags"
	@test -n "$(m)" || { echo 'lingke: name it: make migration m="add tags"' >&2; exit 1; }
	@LINGKE_ENV=$${LINGKE_ENV:-demo} $(VENV)/python -m flask --app wsgi db revision -m "$(m)"

shell: install ## a Python prompt inside the application
	@LINGKE_ENV=$${LINGKE_ENV:-demo} $(VENV)/python -m flask --app wsgi shell

format: ## format the sources of both languages
	@$(BOOTSTRAP) format

clean: ## remove what was built or installed here; the data stays
	rm -rf .venv frontend/node_modules app/static/dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

install:
	@$(BOOTSTRAP) install

install-dev:
	@$(BOOTSTRAP) install-dev
