# Every target sets up what it needs: Python 3.11+ and make are enough.
#
#   make demo         paint a small exhibition into ./studio
#   make test         run the tests
#   make lint         check style and types
#   make bench        measure, one script after the other
#   make bench-peers  measure beside torch, transformers and others, in an environment of their own
#   make soak         the tests that take minutes
#   make test-cloud, test-bigquery, test-postgres, test-ray
#                     what needs large packages, each in an environment of its own
#   make constraints  resolve the pinned versions anew
#   make clean        remove what these targets made, never a studio

PYTHON ?= python3
VENV ?= .venv
STUDIO ?= studio
# How many processes the tests share; each has folders and servers of its own. One more than two
# cores, for a fifth of the time a test waits for a browser or for a process of its own.
JOBS ?= 3
# Seconds that one test may take: what hangs fails by its name, and the rest goes on.
LONGEST ?= 300
# Sample data is not part of the repository; what needs it is left out where there is none.
SAMPLES := $(or $(GESSO_SAMPLE_DATA),../shared/data)
PROMPTS := $(wildcard $(SAMPLES)/prompts/partiprompts.jsonl)
PICTURES := $(wildcard $(SAMPLES)/images_full)
NEED_ARGUMENTS := $(addprefix benchmarks/,gallery_works.py index_million.py intake.py painter_sheet.py partiprompts.py)
PEERS := $(addprefix benchmarks/,clip_parity.py clip_speed.py diffusers_speed.py index_recall.py)
BENCHMARKS ?= $(filter-out $(NEED_ARGUMENTS) $(PEERS),$(shell grep -l __main__ benchmarks/*.py))

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The stamps say which pinned set a venv holds; the set for tests includes the one for the demo.
BASE := $(VENV)/.gesso-base
DEV := $(VENV)/.gesso-dev
PYTEST = $(BIN)/python -m pytest -m 'not soak' --timeout $(LONGEST) $(PYTEST_ARGS)

.DELETE_ON_ERROR:
.PHONY: help demo test lint bench bench-peers soak test-cloud test-bigquery test-postgres test-ray constraints clean

help:
	@sed -n 's/^#   //p' $(MAKEFILE_LIST)

demo: $(BASE)
	$(BIN)/gesso demo --studio '$(STUDIO)'

# Hundreds of processes start on the way: what one has compiled, the next need not.
test: export PYTHONDONTWRITEBYTECODE :=

# A test that fails while others and their browsers have the machine is named and then asked once
# more with the machine to itself; the first that fails again is a failure.
test: $(DEV)
	$(PYTEST) -n $(JOBS) --dist worksteal || { \
		test $$? -eq 1 && echo "== asked once more, one at a time: what failed above" && \
		$(PYTEST) --last-failed --last-failed-no-failures none --maxfail 1; }

lint: $(DEV)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

bench: $(DEV)
	@failed=; for script in $(BENCHMARKS); do \
		echo "== $$script"; \
		$(BIN)/python "$$script" || failed="$$failed $$script"; \
	done; test -z "$$failed" || { echo "== did not end well:$$failed"; exit 1; }
	$(if $(PROMPTS),$(BIN)/python benchmarks/partiprompts.py '$(PROMPTS)',\
		@echo "== benchmarks/partiprompts.py is left out: there is no sample data")
	$(if $(PICTURES),$(BIN)/python benchmarks/intake.py '$(PICTURES)',\
		@echo "== benchmarks/intake.py is left out: there is no sample data")
	@echo "== left out, for they take a folder or large packages: index_million.py, make bench-peers"

bench-peers: $(BIN)/python
	'$(PYTHON)' -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --upgrade pip
	.venv-peers/bin/python -m pip install --quiet --group dev --group peers --editable .
	@for script in $(PEERS); do \
		echo "== $$script"; \
		.venv-peers/bin/python "$$script" || exit 1; \
	done

soak: $(DEV)
	$(BIN)/python -m pytest -m soak $(PYTEST_ARGS)

# Each in an environment of its own, with the newest versions: these tell whether others still
# speak as we do. Plugins are not loaded by themselves; one of bqemulator's wants Docker.
test-cloud test-bigquery test-postgres test-ray: test-%: $(BIN)/python
	'$(PYTHON)' -m venv '.venv-$*'
	'.venv-$*/bin/python' -m pip install --quiet --upgrade pip
	'.venv-$*/bin/python' -m pip install --quiet --group '$*' --editable .
	GESSO_TEST_POSTGRES=all PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 '.venv-$*/bin/python' -m pytest $(TESTS_$*) $(PYTEST_ARGS)

TESTS_cloud := tests/contracts/test_blobs.py -k moto
TESTS_bigquery := tests/collect/export/test_bqemulator.py -W ignore
TESTS_postgres := tests/core/catalogue tests/collect tests/cli/away -k 'postgres or server'
TESTS_ray := tests/contracts/test_engines.py tests/collect/acquisition/test_engines.py -k ray

clean:
	rm -rf '$(VENV)' .venv-cloud .venv-bigquery .venv-postgres .venv-ray .venv-peers .constraints-venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@command -v '$(PYTHON)' > /dev/null || { \
		echo "There is no '$(PYTHON)' here. Install Python 3.11 or newer, or name yours:" \
		     "make PYTHON=/path/to/python3"; exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "gesso needs Python 3.11 or newer, and '$(PYTHON)' is $$('$(PYTHON)' --version 2>&1)." \
		     "Name a newer one: make PYTHON=python3.12"; exit 1; }
	@'$(PYTHON)' -c 'import ensurepip, venv' 2> /dev/null || { \
		echo "'$(PYTHON)' came without its venv module. On Debian and Ubuntu:" \
		     "apt install python3-venv"; exit 1; }
	'$(PYTHON)' -m venv '$(VENV)'

# Hashes are checked for every package from elsewhere; gesso itself comes from this folder, built by
# the pinned backend, and stays editable.
$(BASE): constraints.txt pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --require-hashes --no-deps -r constraints.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch '$@'

$(DEV): constraints-dev.txt pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --require-hashes --no-deps -r constraints-dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch '$@' '$(BASE)'

# One resolution for every system and every Python from 3.11 up. The files hold versions and hashes,
# no addresses: where packages come from is the machine's own business.
COMPILE := .constraints-venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-config --no-header --no-annotate --no-emit-index-url \
	--no-emit-find-links --upgrade

constraints:
	'$(PYTHON)' -m venv --clear .constraints-venv
	.constraints-venv/bin/python -m pip install --quiet uv
	$(COMPILE) pyproject.toml requirements-build.in --output-file constraints.txt
	$(COMPILE) pyproject.toml requirements-build.in --group dev --output-file constraints-dev.txt
	rm -rf .constraints-venv
