# Two commands are enough: `make lab` opens the course, `make test` tests it. Written for GNU make 3.81 (macOS) and later.

# The first Python that is new enough; `make lab PYTHON=/path/to/python3.12` chooses another one.
PYTHON := $(shell for one in python3 python3.13 python3.12 python3.11; do \
	$$one -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$one && break; done)
BIN := .venv/bin
READY := .venv/ready

.DEFAULT_GOAL := help
.PHONY: help setup lab fresh doctor test test-all test-oldest lint ranges notebooks html screenshots results bench lock class \
	repository clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' Makefile

$(READY): requirements.txt pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "The course needs Python 3.11, 3.12 or 3.13, and found none. Install one, or name it: make lab PYTHON=/path/to/python3.12"; exit 1; fi
	@$(PYTHON) -m venv .venv || { \
		echo "Python could not make a virtual environment. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@echo "Installing the course's packages into .venv (about 400 MB to download, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt || { \
		echo "The packages could not be installed; the reason stands above. Once mended, call the same command again."; exit 1; }
	@touch $(READY)

setup: $(READY) ## the environment and the offline data; every other target does this first
	@$(BIN)/python -m data_scripts setup

lab: $(READY) ## open the course in JupyterLab
	@$(BIN)/python -m helpers.launch open

fresh: $(READY) ## set one lesson back, keeping your file: make fresh LESSON=03
	@$(BIN)/python -m helpers.launch fresh "$(LESSON)"

doctor: $(READY) ## what is right and wrong with this installation, and how to mend it
	@$(BIN)/python -m helpers.doctor

# Beside the other packages: nbgrader would add its menus to every learner's JupyterLab, and Colab's versions are old.
CLASS := .venv/class/ready
COLAB := .venv/colab/ready
$(CLASS): requirements-class.txt $(READY)
$(COLAB): tests/colab/requirements.txt $(READY)
$(CLASS) $(COLAB):
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target $(@D) -r $<
	@touch $@

class: setup $(CLASS) ## an nbgrader course, in class/ (docs/teaching.md)
	@$(BIN)/python -m tools.class_edition

test: setup lint $(CLASS) $(COLAB) ## the tests
	@$(BIN)/python -m pytest tests

test-all: setup lint ranges $(CLASS) $(COLAB) ## the slow tests, too
	@$(BIN)/python -m pytest tests --slow

UV := $(BIN)/uv
$(UV): $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@touch $@

ranges: $(UV) ## whether the ranges of pyproject.toml can be met at both ends, for every Python
	@for python in 3.11 3.12 3.13; do for end in lowest-direct highest; do \
		$(UV) pip compile --quiet --python-version $$python --resolution $$end --all-extras pyproject.toml >/dev/null || { \
			echo "Python $$python: no set of packages with the $$end versions."; exit 1; }; \
		echo "Python $$python, $$end: resolved"; done; done

# Old packages warn of what their newer dependencies will give up; all other warnings are errors here, too.
OLDEST := var/oldest
test-oldest: setup $(UV) ## the tests with the oldest packages that pyproject.toml allows
	@mkdir -p var && $(UV) pip compile --quiet --python $(BIN)/python --resolution lowest-direct requirements.in --output-file $(OLDEST).txt
	@$(UV) venv --quiet --clear --python $(BIN)/python $(OLDEST)
	@$(UV) pip install --quiet --python $(OLDEST) -r $(OLDEST).txt
	@$(UV) pip install --quiet --python $(OLDEST) --no-deps --target $(OLDEST)/class -r requirements-class.txt
	@$(UV) pip install --quiet --python $(OLDEST) --no-deps --target $(OLDEST)/colab -r tests/colab/requirements.txt
	@$(OLDEST)/bin/python -m pytest tests -W ignore::DeprecationWarning

lint: $(READY) ## style of code and notebooks
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { $(BIN)/ruff format --check .; exit 1; }

notebooks: setup ## run every lesson and store its outputs; or some of them: make notebooks LESSON="03 04"
	@$(BIN)/python -m tools.notebooks $(LESSON)

html: setup ## the lessons as web pages, in site/
	@$(BIN)/python -m tools.html_edition

screenshots: setup ## take the README's pictures anew (needs Chromium)
	@$(BIN)/python -m tools.screenshots $(LESSON)

results: setup ## train the lessons' networks over seeds and write helpers/results/reference.json
	@$(BIN)/python -m helpers.results.reference

bench: setup ## the benchmarks, as ratios
	@missed=; for one in $(basename $(notdir $(wildcard tests/benchmarks/bench_*.py))); do \
		echo "== $$one"; $(BIN)/python -m tests.benchmarks.$$one || missed="$$missed $$one"; done; \
		[ -z "$$missed" ] || { echo "Goals missed:$$missed"; exit 1; }

LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --upgrade --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links
lock: $(UV) ## refresh the pins in requirements.txt and requirements-class.txt
	@$(LOCK) requirements.in --output-file requirements.txt
	@mkdir -p var; grep == requirements.txt > var/ours.txt
	@$(LOCK) pyproject.toml --extra class --constraint var/ours.txt --output-file var/all.txt
	@{ grep '^#' requirements-class.txt; awk -F '[=; ]' 'NR == FNR {ours[$$1]; next} !($$1 in ours)' var/ours.txt var/all.txt; } > var/class.txt
	@mv var/class.txt requirements-class.txt; rm var/ours.txt var/all.txt

repository: $(READY) ## point badges and links at a fork: make repository URL=https://github.com/you/your-fork
	@$(BIN)/python -m tools.repository "$(URL)"

clean: ## remove the environment and what runs have made, but not my_course/
	rm -rf .venv var
