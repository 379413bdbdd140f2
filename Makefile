# latentpad: what can be made here. `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_OUT ?= demo-out
SOURCES := $(shell find device hardware audio_pipeline sdcard -name '*.py' -o -name '*.[ch]')

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test lint types bench fuzz listen clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# --- set-up: system packages by name, then a virtual environment with the C kernel built in ---

$(VENV)/system-%: .ci/system-packages
	@bash .ci/system-packages $*
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/ready: $(VENV)/system-demo pyproject.toml setup.py $(wildcard device/engine/kernel/*.[ch] device/engine/kernel/build.py)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[designer]'
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready $(VENV)/system-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

setup: $(VENV)/ready  ## make the virtual environment .venv with the three commands
setup-dev: $(VENV)/ready-dev  ## the same with what tests and linters need

# --- what people come for ---

demo: $(VENV)/ready  ## eight real instruments to a pack, a performance, a report (about two minutes)
	@$(BIN)/python .ci/demo.py $(DEMO_OUT)

test: lint types $(VENV)/ready-dev  ## lint, type checks and the whole test suite
	$(BIN)/python -m pytest

# --- for those who work on it ---

lint: $(VENV)/ready-dev  ## style: ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/ready-dev  ## types: mypy, strict
	$(BIN)/mypy

bench: $(VENV)/ready-dev  ## measure the renderer and the engine (minutes; wants an idle machine)
	$(BIN)/python tests/bench/run.py

fuzz: $(VENV)/ready-dev  ## coverage-guided fuzzing of the pack reader (FUZZ_S seconds, default 300)
	$(BIN)/python tests/fuzz/pack_fuzz.py -max_total_time=$${FUZZ_S:-300} -print_final_stats=1

listen: $(VENV)/ready  ## play what the demo has made
	$(BIN)/python .ci/demo.py $(DEMO_OUT) --only-play

clean:  ## remove what was built, the environment and the demo
	rm -rf $(VENV) build *.egg-info $(DEMO_OUT) device/engine/_mixer.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
