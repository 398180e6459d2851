# 明账 Mingzhang. `make` alone says what there is.
#
# Needs make, git and Python 3.11 or newer with venv; everything else is fetched into .venv, in the versions of uv.lock.
# No target touches ./var (the data) and none needs root; only `make test` asks for system packages, where it may.

UV_VERSION := 0.13.9
ENVIRONMENT := .venv
BIN := $(ENVIRONMENT)/bin
# uv lives in a small environment of its own: `uv sync` removes from .venv whatever uv.lock does not name.
UV := $(ENVIRONMENT)/.uv/bin/uv
PROGRAM := api audit domain journal migrations projections
export UV_PROJECT_ENVIRONMENT := $(ENVIRONMENT)
export UV_PYTHON_DOWNLOADS := never
# Behind a proxy that inspects TLS, the authority that the system trusts is trusted here too, as pip does.
export UV_SYSTEM_CERTS := 1
# A run starts hundreds of processes: where the environment forbids it to keep what was compiled, each compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

# The first that runs and is new enough. A name on PATH is not enough: version switchers put names there that fail.
NEW_ENOUGH := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3.11 python3 python3.12 python3.13 python3.14; do \
	if "$$name" -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then echo "$$name"; break; fi; done)

# The interpreter's own pip is used where it can install for another one (22.3): it is compiled, and no other package of
# its surroundings is seen. Elsewhere pip runs from the wheel that ensurepip carries: unpacking that takes longer still.
PIP_FOR_OTHERS := import pip, sys; sys.exit(tuple(map(int, pip.__version__.split(".")[:2])) < (22, 3))
PIP_WHEEL := import ensurepip, glob, os; here = [os.path.dirname(ensurepip.__file__) + "/_bundled", "/usr/share/python-wheels"]; \
	print(next((one for at in here for one in glob.glob(at + "/pip-*.whl")), ""))
PIP_INSTALL := install --quiet --disable-pip-version-check --no-deps --no-compile --only-binary :all:

# make test ARGS="-k merkle"
ARGS ?=
PG ?= embedded
# A worker more than there are processors, for a fifth of a test is waiting for disks and other processes. A file's tests
# stay together, in their order, for they share what is dear to make; tests/conftest.py says which files begin.
WORKERS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); echo $$((n + 1)))
PYTEST = $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# What meets the database's own behaviour runs a second time on every other PostgreSQL that is here (PG=all: everything does).
# The embedded server's own tests take every carrier of binaries in turn by themselves; random stories add time, and no SQL.
DATABASE_TESTS := tests/migrations/test_roles.py tests/migrations/test_runner.py tests/projections tests/journeys/test_spine.py \
	tests/journal/test_journal.py tests/journal/test_store.py tests/journal/test_transaction.py \
	tests/journal/test_vault.py tests/journal/test_writer.py

.PHONY: help demo test check bench clean lint packages
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help:
	@echo "make demo    a demonstration county with a year of activity, served at http://127.0.0.1:8000"
	@echo "make test    all tests, and those of the database on every PostgreSQL here (PG=all: all of them; ARGS=\"-k word\": some)"
	@echo "make check   format, lint, types, import contracts, then all tests"
	@echo "make bench   measure, beside others, and print the table"
	@echo "make clean   remove what was built (not ./var: that is data)"

demo: $(ENVIRONMENT)/.runtime
	$(BIN)/mingzhang demo

test: $(ENVIRONMENT)/.development packages
	MINGZHANG_TEST_PG=$(PG) $(PYTEST) $(ARGS)
	$(if $(ARGS)$(filter-out embedded,$(PG)),,MINGZHANG_TEST_PG=others $(PYTEST) -q $(DATABASE_TESTS) \
		--ignore=tests/projections/test_random_stories.py)

check: lint test

lint: $(ENVIRONMENT)/.development
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: $(ENVIRONMENT)/.development
	$(BIN)/python -m benchmarks

packages:
	@.ci/packages

clean:
	rm -rf $(ENVIRONMENT) dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

$(UV):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed: apt-get install python3 python3-venv," \
		"or make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "$(PYTHON): not Python 3.11 or newer with venv and ensurepip" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv --without-pip $(ENVIRONMENT)
	$(PYTHON) -m venv --without-pip $(ENVIRONMENT)/.uv
	@# Our own program is compiled meanwhile; what is not ready when it is read in is compiled then.
	@$(PYTHON) -m compileall -q $(PROGRAM) >/dev/null 2>&1 &
	if $(PYTHON) -c '$(PIP_FOR_OTHERS)' 2>/dev/null; then \
		$(PYTHON) -m pip --python $(ENVIRONMENT)/.uv/bin/python $(PIP_INSTALL) uv==$(UV_VERSION); \
	else \
		wheel=$$($(PYTHON) -c '$(PIP_WHEEL)'); \
		test -n "$$wheel" || $(ENVIRONMENT)/.uv/bin/python -m ensurepip --default-pip >/dev/null; \
		PYTHONPATH="$$wheel" $(ENVIRONMENT)/.uv/bin/python -m pip $(PIP_INSTALL) uv==$(UV_VERSION); \
	fi

# Adds what the server needs and removes nothing, so that `make demo` does not undo `make test`.
FOR_SERVER := --frozen --extra server --no-dev --inexact
$(ENVIRONMENT)/.runtime: pyproject.toml uv.lock | $(UV)
	$(UV) sync $(FOR_SERVER) --no-install-project
	@# Building our own package is mostly waiting. What the demonstration reads in is compiled meanwhile.
	$(BIN)/python -c 'import api.command_line.demo' & $(UV) sync $(FOR_SERVER); built=$$?; wait; exit $$built
	@touch $@

$(ENVIRONMENT)/.development: pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --all-extras
	@touch $@ $(ENVIRONMENT)/.runtime
