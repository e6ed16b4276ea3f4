# The few commands that a clone needs; each installs what it needs first. `make` alone lists them.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-stamp
OUT ?= out

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bundle checksums clean

help:
	@echo "make setup              make $(VENV) and install what FaceBridge needs"
	@echo "make demo               import a public-domain portrait; the result lies in $(OUT)/demo"
	@echo "make test               lint, type check, wheel check, tests of the plugin's C++ core and of all else"
	@echo "make lint               lint and type check only"
	@echo "make bundle PHOTOS=DIR  train a bundle on your own photos; the result lies in $(OUT)/bundle"
	@echo "make checksums          record the shipped data files again, after one was rebuilt"
	@echo "make clean              remove build products and caches, not $(VENV) and not $(OUT)"

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt scripts/setup.sh core/__init__.py
	@PYTHON="$(PYTHON)" TORCH_ARGS="$(TORCH_ARGS)" sh scripts/setup.sh
	@touch $@

demo: $(STAMP)
	@$(BIN)/facebridge demo --out $(OUT)/demo

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/basedpyright --warnings

# pytest comes last, so that its closing line is the last line.
test: lint
	$(BIN)/python scripts/check_wheel.py
	sh scripts/test_core.sh
	$(BIN)/python -m pytest

bundle: $(STAMP)
	@PROFILE="$(PROFILE)" COUNT="$(COUNT)" LABELS="$(LABELS)" sh scripts/bundle.sh "$(PHOTOS)" "$(OUT)"

checksums: $(STAMP)
	$(BIN)/python scripts/checksums.py

clean:
	rm -rf build dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
