# Everything that a developer or a machine runs.
# All paths are relative to this folder, so its own path may hold blanks.

PY = .venv/bin/python
PIP = $(PY) -m pip --disable-pip-version-check
# Built with the pinned setuptools, not with whatever is newest today.
INSTALL = $(PIP) install -qq --constraint constraints.txt --no-build-isolation
PYTHON =

export PIP_USER = no
unexport PYTHONHOME PYTHONPATH

# A virtual environment whose interpreter has gone is made anew.
ifneq ($(shell test -x $(PY) && echo there),there)
$(shell rm -f .venv/installed .venv/installed-test .venv/installed-spark .venv/installed-bench)
endif

.DEFAULT_GOAL = help
.PHONY: help demo test test-spark nightly check bench docs clean pins

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile

demo: .venv/installed ## set up, decide an example case and draw its proof as proof.svg
	@echo "deciding the example case"
	@$(PY) -m cli demo -o proof.svg

test: check ## set up, then run linters, types and every test; of the longest tests a sample
	@sh .ci/debian swipl=swi-prolog-nox chromium=chromium
	@echo "running the tests"
	@$(PY) -m pytest -n auto --dist worksteal --ignore tests/spark $(NIGHTLY:%=--ignore=%)

NIGHTLY = tests/solving/test_enumerated.py tests/solving/test_shipped_kills.py tests/solving/test_shipped_analysis.py

test-spark: .venv/installed-spark ## decide cohorts on a cluster of Spark on this machine; downloads 400 MB once
	@sh .ci/debian java=openjdk-17-jre-headless
	@$(PY) -m pytest tests/spark

# To measure which lines of these ran would double their time.
UNMEASURED = tests/test_oracle.py tests/solving tests/kb/cohort/test_many.py

nightly: .venv/installed-spark ## every test whole, with what share of the lines ran, and every mutant of the shipped policy
	@sh .ci/debian swipl=swi-prolog-nox chromium=chromium java=openjdk-17-jre-headless
	@echo "running every test whole; all that follows takes an hour"
	@$(PY) -m pytest -n auto --every-case --cov --ignore tests/spark $(UNMEASURED:%=--ignore=%)
	@echo "holding random cases and a million members against the oracle, and cases against the formulas"
	@$(PY) -m pytest -n auto --dist worksteal --every-case $(UNMEASURED)
	@echo "deciding cohorts of every form on a cluster of Spark"
	@$(PY) -m pytest --every-case tests/spark
	@echo "holding the shipped suite against every mutant of the shipped policy"
	@$(PY) -m cli mutate lemtrada --suite tests/cases --suite kb/examples

check: .venv/installed-test ## lint, format and types alone
	@echo "checking style, format and types"
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

bench: .venv/installed-bench ## measure how fast it is; takes half an hour, and downloads Spark once
	@sh .ci/debian java=openjdk-17-jre-headless
	@$(PY) tests/bench/bench.py
	@$(PY) tests/bench/cohort.py
	@$(PY) tests/bench/spark.py

docs: .venv/installed-test ## write the generated pages of docs/ anew
	@$(PY) docs/generate.py

clean: ## remove everything that these targets make
	@rm -rf .venv build dist *.egg-info .coverage .coverage.* htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@rm -f proof.svg
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

pins: ## write constraints.txt anew from the newest versions that setup.cfg admits
	@rm -rf .venv && : > constraints.txt
	@$(MAKE) --no-print-directory .venv/installed-bench
	@{ echo "# The version of every package that is installed; \`make pins\` writes this file."; \
	   $(PIP) freeze --all --exclude pip --exclude-editable; } > constraints.txt
	@touch .venv/installed .venv/installed-test .venv/installed-spark .venv/installed-bench

.venv/installed: constraints.txt setup.cfg pyproject.toml
	@found=; if ! $(PY) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  for python in "$(PYTHON)" python3.11 python3 python3.12 python3.13 python3.14 python; do \
	    if "$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	      found=$$python; break; \
	    fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "error: there is no Python 3.11 or newer with pip and venv on the path" >&2; \
	    echo "help: install one (Debian: python3 and python3-venv), or name one: make PYTHON=/path/to/python" >&2; \
	    exit 1; \
	  fi; \
	  echo "creating .venv with $$("$$found" --version)"; \
	  "$$found" -m venv --clear .venv || exit 1; \
	fi
	@echo "installing the pinned dependencies (once; takes a moment)"
	@$(PIP) install -qq --constraint constraints.txt --upgrade setuptools
	@$(INSTALL) --editable .
	@touch $@

.venv/installed-test: .venv/installed
	@echo "installing what the tests use (once; takes a moment)"
	@$(INSTALL) --editable '.[test]'
	@touch $@

.venv/installed-spark: .venv/installed-test
	@echo "installing Spark (once; takes a moment)"
	@$(INSTALL) --editable '.[test,spark]'
	@touch $@

.venv/installed-bench: .venv/installed-spark
	@echo "installing what it is measured against (once; takes a moment)"
	@$(INSTALL) --editable '.[test,spark,bench]'
	@touch $@
