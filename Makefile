# `make demo` shows truepoint running, `make test` checks it. Needs Python 3.11 or newer, git and make; nothing else.

ARGS ?=
PYTEST_ARGS ?= -n 2
LOCK = uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 --quiet
RUN = .venv/bin/python -m
PACKAGES = truepoint feature_server consistency benchmarks scripts tests

.DEFAULT_GOAL := help
.PHONY: help demo test quick lint sql pytest format lock clean base spark dev benchmark-training

help:
	@echo 'make demo    a sample, a training table and a live server, compared (make demo ARGS=--check: and then stop)'
	@echo 'make test    formatter, linter, types, imports, SQL, tests'
	@echo 'make quick   for a developer, in two minutes: the same, but of the tests only those without dbt, Spark or patience'
	@echo 'make lint    the first five of these'
	@echo 'make spark   an environment in which dbt can build in Spark too'
	@echo 'make format  let the formatter and the linter mend what they can'
	@echo 'make lock    choose newer versions of the requirements (needs uv)'
	@echo 'make benchmark-training    truepoint and others build the same training table; an hour (ARGS=--help)'
	@echo 'make clean   remove what the checks and dbt left; the environment and the embedded database stay'

base:
	@scripts/environment base
	@scripts/dbt_packages

spark:
	@scripts/environment spark
	@scripts/dbt_packages

dev:
	@scripts/environment dev
	@scripts/dbt_packages

demo: base
	$(RUN) truepoint demo $(ARGS)

benchmark-training: spark
	$(RUN) benchmarks.training $(ARGS)

test: lint pytest

# Without SQL: that too is compiled by dbt.
quick: dev
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy $(PACKAGES)
	.venv/bin/lint-imports
	$(RUN) pytest $(PYTEST_ARGS) -m 'not dbt and not spark and not slow'

lint: dev
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy $(PACKAGES)
	.venv/bin/lint-imports
	scripts/lint_sql

pytest: dev
	$(RUN) pytest $(PYTEST_ARGS)

format: dev
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

lock:
	@command -v uv >/dev/null || { echo 'make lock needs uv (pip install uv)' >&2; exit 1; }
	$(LOCK) --upgrade pyproject.toml -o requirements/base.txt
	$(LOCK) --upgrade pyproject.toml --extra dev -c requirements/base.txt -o requirements/dev.txt
	$(LOCK) --upgrade pyproject.toml --extra spark -c requirements/dev.txt -o requirements/spark.txt
	$(LOCK) --upgrade benchmarks/training/requirements.in -o benchmarks/training/requirements.txt
	$(LOCK) --upgrade requirements/build.in -c requirements/dev.txt -o requirements/build.txt

clean:
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build dbt_project/target dbt_project/logs logs
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
