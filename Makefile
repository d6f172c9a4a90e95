# Nothing here needs root. `make` alone lists the targets.
PYTHON ?= python3
BIN := .venv/bin
# One more than there are cores: some tests wait for servers.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

# What is compared with files that the tests can write themselves.
GOLDEN := tests/test_golden.py tests/test_errors.py tests/lint/test_cases.py tests/packs/test_runtimes.py

# Where `make tools` unpacks what PATH lacks; mlmon looks there first too.
export PATH := $(CURDIR)/.tools/bin:$(PATH)

.PHONY: help venv tools generate check lint types imports stale test golden bench mutants format lock build binary clean

help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: .venv/.installed ## create .venv from requirements.lock

.venv/.installed: requirements.lock pyproject.toml scripts/make-venv.sh
	@sh scripts/make-venv.sh $(PYTHON)
	@touch $@

tools: ## unpack promtool, amtool and their servers into .tools, where PATH has none
	@sh scripts/fetch-tools.sh

generate: venv ## compile specs/ into generated/, and validate it
	@sh scripts/fetch-tools.sh promtool amtool || echo "warning: going on without; mlmon says what it did not check" >&2
	$(BIN)/mlmon generate
	$(BIN)/mlmon validate

check: lint types imports stale ## lint, types, import contracts, stale generated/

lint: venv
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: venv
	$(BIN)/mypy

imports: venv
	$(BIN)/lint-imports --no-logo

stale: venv
	@sh scripts/fetch-tools.sh promtool amtool || true
	$(BIN)/mlmon generate --check

test: venv ## run the tests on all cores (ARGS="-k burn" passes options to pytest)
	@sh scripts/fetch-tools.sh || true # the tests themselves say what they miss
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup $(ARGS)

golden: venv ## rewrite the golden files; review the diff
	UPDATE_GOLDEN=1 $(BIN)/pytest -q $(GOLDEN)

bench: venv ## run the benchmarks
	@for file in benchmarks/*.py; do echo "$$file"; $(BIN)/python "$$file" || exit; done

mutants: venv ## damage rules one at a time: how many do the proofs notice? (ARGS="--sample 0" for all)
	@sh scripts/fetch-tools.sh promtool
	$(BIN)/python benchmarks/mutants.py --of alerts $(ARGS)
	$(BIN)/python benchmarks/mutants.py --of counting $(ARGS)

format: venv ## fix what ruff can fix
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: venv ## resolve pyproject.toml anew into requirements.lock
	$(BIN)/python scripts/lock.py

build: venv ## wheel and sdist into dist/
	$(BIN)/python -m hatchling build

binary: venv ## one executable file for this platform into dist/
	sh scripts/build-binary.sh

clean: ## remove everything the other targets made, except generated/
	rm -rf .venv .tools build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
