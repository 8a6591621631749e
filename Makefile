# Two commands are enough: `make lab` opens the course, `make test` tests it. Written for GNU make 3.81 (macOS) and later.

# The Pythons that pyproject.toml promises, the newest first, as in 3.13 3.12 3.11.
PYTHONS := $(shell sed -n 's/^requires-python = ">=3\.\([0-9]*\),<3\.\([0-9]*\)"/\1 \2/p' pyproject.toml | { \
	read low end; while end=$$((end - 1)); [ $$end -ge $$low ]; do echo 3.$$end; done; })
# The first of them that is on this machine; `make lab PYTHON=/path/to/python3.12` chooses another one.
PYTHON := $(shell for name in python3 $(PYTHONS:%=python%); do \
	version=$$($$name -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); \
	[ -n "$$version" ] && echo "$(PYTHONS)" | grep -qwF "$$version" && echo $$name && break; done)
BIN := .venv/bin
READY := .venv/ready
DEV := .venv/dev
INSTALL := -m pip install --quiet --disable-pip-version-check

# As given, whatever is in it: make would expand a $ when it exports it, the shell anything outside single quotes.
unexport URL TAG LESSON
as_given = '$(subst ','\'',$(value $(1)))'

.DEFAULT_GOAL := help
.PHONY: help setup lab fresh doctor test test-all test-oldest test-pythons test-python lint ranges notebooks html screenshots pictures \
	results bench lock class hub repository wheel clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' Makefile

$(READY): requirements.txt pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "The course needs one of Python $(PYTHONS), and found none. Install one, or name it: make lab PYTHON=/path/to/python3.12"; exit 1; fi
	@$(PYTHON) -m venv .venv || { \
		echo "Python could not make a virtual environment. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@echo "Installing the course's packages into .venv (about 570 MB to download, once) ..."
	@$(BIN)/python $(INSTALL) -r requirements.txt || { \
		echo "The packages could not be installed; the reason is above. Once that is fixed, call the same command again."; exit 1; }
	@touch $@

$(DEV): requirements-dev.txt $(READY)
	@echo "Installing what tests and tools need as well ..."
	@$(BIN)/python $(INSTALL) -r $<
	@touch $@

setup: $(READY) ## the environment and the offline data; every other target does this first
	@$(BIN)/python -m data_scripts setup

lab: $(READY) ## open the course in JupyterLab
	@$(BIN)/python -m helpers.launch open

fresh: $(READY) ## set one lesson back, keeping your file: make fresh LESSON=03
	@$(BIN)/python -m helpers.launch fresh $(call as_given,LESSON)

doctor: $(READY) ## what is right and wrong with this installation, and how to fix it
	@$(BIN)/python -m helpers.doctor

# Next to the other packages: nbgrader would add its menus to every learner's JupyterLab, and Colab's versions are old.
CLASS := .venv/class/ready
COLAB := .venv/colab/ready
$(CLASS): requirements-class.txt $(READY)
$(COLAB): tests/colab/requirements.txt $(READY)
$(CLASS) $(COLAB):
	@$(BIN)/python $(INSTALL) --no-deps --upgrade --target $(@D) -r $<
	@touch $@

# JupyterHub next to the other packages, too, with its proxy, which comes from npm: without npm there is no rehearsal.
HUB := .venv/hub/ready
$(HUB): tests/hub/requirements.txt $(DEV) $(CLASS)
	@command -v npm >/dev/null || { echo "JupyterHub's proxy needs Node.js with npm."; exit 1; }
	@$(BIN)/python $(INSTALL) --no-deps --upgrade --target $(@D) -r $<
	@npm install --silent --no-fund --no-audit --prefix $(@D) configurable-http-proxy@5.3.0
	@touch $@

STUDENTS := 4
hub: setup $(HUB) ## a class rehearsed at a real JupyterHub on this machine: make hub STUDENTS=20
	@$(BIN)/python -m tests.hub.rehearsal --students $(STUDENTS) --restart

class: setup $(DEV) $(CLASS) ## an nbgrader course, in class/ (docs/teaching.md); answers judged apart: make class ISOLATED=1
	@$(BIN)/python -m tools.class_edition $(if $(ISOLATED),--isolated)

test: setup lint $(DEV) $(CLASS) $(COLAB) ## the tests
	@$(BIN)/python -m pytest tests

test-all: setup lint ranges $(DEV) $(CLASS) $(COLAB) ## the slow tests, too; where there is npm, also a class at a real JupyterHub
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(HUB); fi
	@$(BIN)/python -m pytest tests --slow

UV := $(BIN)/uv
$(UV): $(READY)
	@$(BIN)/python $(INSTALL) uv
	@touch $@

ranges: $(UV) ## whether the ranges of pyproject.toml can be met at both ends, for every Python
	@for python in $(PYTHONS); do for end in lowest-direct highest; do \
		$(UV) pip compile --quiet --python-version $$python --resolution $$end --all-extras pyproject.toml >/dev/null || { \
			echo "Python $$python: no set of packages with the $$end versions."; exit 1; }; \
		echo "Python $$python, $$end: resolved"; done; done

# Old packages warn of what their newer dependencies will give up; all other warnings are errors here, too.
OLDEST := var/oldest
test-oldest: setup $(UV) ## the tests with the oldest packages that pyproject.toml allows
	@mkdir -p var && $(UV) pip compile --quiet --python $(BIN)/python --resolution lowest-direct requirements-dev.in --output-file $(OLDEST).txt
	@$(UV) venv --quiet --clear --python $(BIN)/python $(OLDEST)
	@$(UV) pip install --quiet --python $(OLDEST) -r $(OLDEST).txt
	@$(UV) pip install --quiet --python $(OLDEST) --no-deps --target $(OLDEST)/class -r requirements-class.txt
	@$(UV) pip install --quiet --python $(OLDEST) --no-deps --target $(OLDEST)/colab -r tests/colab/requirements.txt
	@$(OLDEST)/bin/python -m pytest tests -W ignore::DeprecationWarning

test-pythons: setup ## the tests with every promised Python that is on this machine (also those of pyenv)
	@failed=; for version in $(PYTHONS); do $(MAKE) --no-print-directory test-python VERSION=$$version || failed="$$failed $$version"; done; \
		[ -z "$$failed" ] || { echo "Tests failed with Python$$failed"; exit 1; }

HERE := var/pythons/$(VERSION)
test-python:
	@for name in python$(VERSION) $(wildcard $(HOME)/.pyenv/versions/$(VERSION).*/bin/python$(VERSION)); do \
		$$name -c '' 2>/dev/null && { $$name -m venv $(HERE); break; }; done; true
	@[ -x $(HERE)/bin/python ] || { echo "Python $(VERSION) is not on this machine."; exit 0; }; \
		$(HERE)/bin/python $(INSTALL) -r requirements-dev.txt && \
		$(HERE)/bin/python $(INSTALL) --no-deps --upgrade --target $(HERE)/class -r requirements-class.txt && \
		$(HERE)/bin/python $(INSTALL) --no-deps --upgrade --target $(HERE)/colab -r tests/colab/requirements.txt && \
		echo "== Python $(VERSION)" && $(HERE)/bin/python -m pytest tests

lint: $(DEV) ## style and types of code, notebooks and widget scripts
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { $(BIN)/ruff format --check .; exit 1; }
	@$(BIN)/mypy --no-error-summary helpers data_scripts tools
	@$(BIN)/python -m tools.lint_scripts

notebooks: setup $(DEV) ## run every lesson and store its outputs; or some of them: make notebooks LESSON="03 04"
	@$(BIN)/python -m tools.notebooks $(LESSON)

html: setup $(DEV) ## the lessons as web pages, in site/
	@$(BIN)/python -m tools.html_edition

screenshots: setup $(DEV) ## pictures of all widgets, in var/screenshots (needs Chromium)
	@$(BIN)/python -m tools.screenshots

pictures: setup $(DEV) ## the README's pictures again (needs Chromium)
	@$(BIN)/python -m tools.readme_pictures

results: setup $(DEV) ## train over seeds for helpers/results/reference.json, and the small networks that ship
	@$(BIN)/python -m tools.measure
	@$(BIN)/python -m tools.train_shipped

bench: setup $(DEV) ## the benchmarks, as ratios
	@missed=; for name in $(basename $(notdir $(wildcard tests/benchmarks/bench_*.py))); do \
		echo "== $$name"; $(BIN)/python -m tests.benchmarks.$$name || missed="$$missed $$name"; done; \
		[ -z "$$missed" ] || { echo "Goals missed:$$missed"; exit 1; }

LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --upgrade --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links
# What is pinned already is left out: a file of pins begins with its comments and -r lines, and adds to the files before it.
ADDED := awk -F '[=; ]' 'FILENAME != last {last = FILENAME; file++} file == 1 {ours[$$1]; next} file == 2 {if (/^(\#|-r)/) print; next} \
	/==/ && !($$1 in ours)'
lock: $(UV) ## refresh the pins in requirements.txt, requirements-dev.txt and requirements-class.txt
	@$(LOCK) requirements.in --output-file requirements.txt
	@mkdir -p var; grep == requirements.txt > var/ours.txt
	@$(LOCK) requirements-dev.in --constraint var/ours.txt --output-file var/all.txt
	@$(ADDED) var/ours.txt requirements-dev.txt var/all.txt > var/more.txt; mv var/more.txt requirements-dev.txt
	@grep -h == requirements.txt requirements-dev.txt > var/ours.txt
	@$(LOCK) pyproject.toml --extra class --constraint var/ours.txt --output-file var/all.txt
	@$(ADDED) var/ours.txt requirements-class.txt var/all.txt > var/more.txt; mv var/more.txt requirements-class.txt
	@rm var/ours.txt var/all.txt

repository: $(READY) ## badges, links and set-up cells: make repository URL=https://github.com/YOUR_NAME/REPOSITORY TAG=v1.0
	@$(BIN)/python -m tools.repository $(call as_given,URL) $(call as_given,TAG)

# From nothing but what is in the checkout now: setuptools would take up what build/ has kept of files that are gone.
wheel: $(READY) ## the course as one file, for Colab: dist/learning_to_see-VERSION-py3-none-any.whl
	@rm -rf build dist
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@rm -rf build; ls dist/*.whl

clean: ## remove the environment and what runs have made, but not my_course/
	rm -rf .venv var build *.egg-info
