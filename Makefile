# Every target builds .venv when it is missing or pyproject.toml has changed; there is nothing else to set up.
# PYTHON=/path/to/python3.13 make …  chooses the interpreter; without it uv, python3.13, python3.12 and python3 are tried.

BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: demo help test quick cover types lint bench bench-live same
.DELETE_ON_ERROR:

demo: $(INSTALLED) ## show what an invented recording told Meta
	@$(BIN)/pixelwitness demo

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# The tests of a file stay in one process, they share proxies and browsers.  For two cores: four processes, because
# many tests wait for what they started; two for the quick ones, which wait for nothing.
PYTEST := $(BIN)/pytest --dist loadfile --no-loadscope-reorder

# Every start of a Python compiles what it imports where that may not be kept.
export PYTHONDONTWRITEBYTECODE :=

test: lint types ## lint, types and every test
	$(PYTEST) -n 4

# What a test without these marks may not do, it cannot do: tests/conftest.py.
quick: lint types ## lint, types and every test without browser, process or wait
	$(PYTEST) -n 2 -m "not browser and not process and not waits"

cover: $(INSTALLED) ## every test, and which lines and branches none of them reached
	$(PYTEST) -n 3 --cov --cov-report=term:skip-covered

types: $(INSTALLED) ## the types of all code
	$(BIN)/mypy addon tests bench docs/make.py

lint: $(INSTALLED) ## the style of the code and its layout
	$(BIN)/ruff check
	$(BIN)/ruff format --check

# BENCH="--only start" for one figure, BENCH="--large" for the 2 GB files, too: python -m bench.run --help
bench: $(INSTALLED) ## the speed of scans, and the figures that are held
	$(BIN)/python -m bench.run $(BENCH)

# What the addon costs a running mitmdump; BENCH="--pairs 3 --memory-requests 5000" for a short one.
bench-live: $(INSTALLED) ## what the addon costs a running proxy
	$(BIN)/python -m bench.live_dispatch
	$(BIN)/python -m bench.live $(BENCH)

# Every output of every command, of the working tree and of another commit: BASE=main; SAME=--quick for fewer recordings.
same: $(INSTALLED) ## compare every output with that of another commit, BASE=main
	@test -n "$(BASE)" || { echo "same: name the commit to compare with: make same BASE=<commit>" >&2; exit 2; }
	@$(BIN)/python -m bench.same --base "$(BASE)" $(SAME)

$(INSTALLED): pyproject.toml .python-version .ci/install
	@PYTHON="$(PYTHON)" .ci/install .venv
	@touch $@
