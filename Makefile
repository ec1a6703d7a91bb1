# Two commands: make book, make test. Everything else is listed by make help.
PYTHON ?= python3
BIN := .venv/bin
JOBS ?= $(shell getconf _NPROCESSORS_ONLN)
PORT ?= 8000
N ?= 100000
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

book: .venv/.book  ## set up and build the website into _build/site
	@$(BIN)/python -m web.build

serve: .venv/.book  ## show the built website at http://localhost:8000
	@test -f _build/site/index.html || $(MAKE) book
	@$(BIN)/python -m web.server $(PORT)

notebooks: .venv/.book  ## write the notebooks of each language into _build/notebooks
	@$(BIN)/python -m web.notebooks

PYTEST = $(BIN)/python -m pytest -n $(JOBS) --nbval --nbval-current-env
# What failed in a browser runs once more by itself, with a trace; the run stays red.
AGAIN = { code=$$?; again=_build/failures/again.txt; test $$code != 1 || test ! -s $$again || \
  $(BIN)/python -m pytest --trace-pages @$$again; exit $$code; }

test: .venv/.test lint book  ## set up and run the tests: ARGS="-k padding" for some of them
	$(PYTEST) -m "not check" tests chapters $(ARGS) || $(AGAIN)

check: .venv/.test lint book  ## make test, and everything slower, in one run
	HYPOTHESIS_PROFILE=check $(PYTEST) tests chapters $(ARGS) || $(AGAIN)

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	$(BIN)/zizmor --offline --quiet .github/workflows

address: .venv/.book  ## write the address of your copy: URL=https://github.com/someone/book
	@$(BIN)/python -m web.address "$(URL)" "$(SITE)"

execute: .venv/.test  ## run every notebook from a clean kernel and store its outputs
	$(BIN)/python -m web.execute

figures: .venv/.book  ## draw the figures of imgs/ again
	$(BIN)/python imgs/draw.py

pictures: .venv/.test book  ## photograph every page into _build/pictures
	$(BIN)/python -m web.pictures

links: .venv/.book  ## ask every external link whether it still answers (needs the internet)
	$(BIN)/python -m web.build --builder linkcheck

fuzz: .venv/.test  ## run the property tests with N random examples in all
	$(BIN)/python tests/package/fuzz.py $(N) --jobs $(JOBS)

bench: .venv/.test  ## time embedlib against torch (QUICK=1: in two minutes)
	$(BIN)/python -m benchmarks.bench $(if $(QUICK),--quick)

bench-site: .venv/.test book  ## measure the website against stock Jupyter Book
	@$(BIN)/python -m benchmarks.site

clean:  ## remove what was built (the environment stays)
	rm -rf _build

.venv/.book: requirements.txt web/constraints.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: $(PYTHON) was not found"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else "Python 3.11 or newer is needed; $(PYTHON) is %d.%d. If you have one, name it: make PYTHON=python3.12 ..." % v[:2])'
	@$(PYTHON) web/environment.py book

.venv/.test: .venv/.book tests/requirements.txt
	@$(BIN)/python web/environment.py test

.PHONY: help book serve notebooks address test check lint execute figures pictures links fuzz bench bench-site clean
