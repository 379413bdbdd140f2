# latentpad: what can be made here. `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_OUT ?= demo-out
BANK ?= /usr/share/sounds/sf2/FluidR3_GM.sf2
PROGRAMS := --program 48 --name strings --program 52 --name choir --program 61 --name brass \
	--program 71 --name clarinet --program 73 --name flute --program 19 --name organ \
	--program 24 --name guitar --program 4 --name epiano

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test lint types bench fuzz search test-guest test-image listen web clean

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

demo: $(VENV)/ready  ## eight real instruments to a pack, a performance and a report (two minutes)
	$(BIN)/latentpad-render soundfont $(BANK) --pitches 36:84:6 $(PROGRAMS) $(DEMO_OUT)/sounds
	$(BIN)/latentpad-render build $(DEMO_OUT)/sounds -o $(DEMO_OUT)/demo.onsp --grid 5 --name "Eight sounds"
	$(BIN)/latentpad-card verify $(DEMO_OUT)/demo.onsp
	$(BIN)/latentpad-render check $(DEMO_OUT)/demo.onsp --sources $(DEMO_OUT)/sounds --report $(DEMO_OUT)/report.html
	$(BIN)/latentpad-device demo-song $(DEMO_OUT)
	$(BIN)/latentpad-device bounce --pack $(DEMO_OUT)/demo.onsp --midi $(DEMO_OUT)/song.mid --gesture $(DEMO_OUT)/gesture.csv -o $(DEMO_OUT)/performance.wav
	$(BIN)/latentpad-render picture $(DEMO_OUT)/performance.wav --gesture $(DEMO_OUT)/gesture.csv -o $(DEMO_OUT)/performance.png
	@echo
	@echo "The pack:         $(DEMO_OUT)/demo.onsp"
	@echo "The performance:  $(DEMO_OUT)/performance.wav and .png"
	@echo "The report:       $(DEMO_OUT)/report.html (open it in a browser)"
	@$(MAKE) --no-print-directory listen

listen: $(VENV)/ready  ## play the demo's performance live, with what sound output there is
	@$(BIN)/latentpad-device play --pack $(DEMO_OUT)/demo.onsp --midi none --midi-file $(DEMO_OUT)/song.mid --gesture $(DEMO_OUT)/gesture.csv || test $$? = 3

web: $(VENV)/ready  ## play the demo's pack in the browser: pad, piano, knobs, display
	@test -e $(DEMO_OUT)/demo.onsp || $(MAKE) --no-print-directory demo
	$(BIN)/latentpad-device run --board web --pack $(DEMO_OUT)/demo.onsp --patches $(DEMO_OUT)/patches.json

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

fuzz: $(VENV)/ready-dev  ## coverage-guided fuzzing of pack reader and MIDI parser (FUZZ_S seconds each, default 300)
	$(BIN)/python tests/fuzz/pack_fuzz.py -max_total_time=$${FUZZ_S:-300} -print_final_stats=1
	$(BIN)/python tests/fuzz/midi_fuzz.py -max_total_time=$${FUZZ_S:-300} -print_final_stats=1

search: $(VENV)/ready-dev  ## the property tests with other examples, and many more of them (EXAMPLES each, default 2000)
	LATENTPAD_EXAMPLES=$${EXAMPLES:-2000} $(BIN)/python -m pytest -m hypothesis

test-guest: $(VENV)/ready-dev $(VENV)/system-guest  ## the same on real kernel drivers, under User-Mode Linux (builds it once, minutes)
	$(BIN)/python tests/guest/kernel.py
	LATENTPAD_GUEST=1 $(BIN)/python -m pytest tests/guest

test-image: $(VENV)/ready-dev $(VENV)/system-image  ## build a card's image on Debian, boot it emulated, cut its power (half an hour)
	LATENTPAD_IMAGE=1 $(BIN)/python -m pytest tests/image

clean:  ## remove what was built, the environment and the demo
	rm -rf $(VENV) build *.egg-info $(DEMO_OUT) device/engine/_mixer.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
