# Two commands: make book, make test. Everything else is listed by make help.
PYTHON ?= python3
BIN := .venv/bin
JOBS ?= $(shell getconf _NPROCESSORS_ONLN)
PORT ?= 8000
N ?= 100000
JS := web/maintain/javascript
NODE := $(BIN)/node
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:  ## this list: what there is to do, and what it writes
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

book: .venv/.book  ## set up and build the website: writes _build/site
	@$(BIN)/python -m web.site.build

serve: .venv/.book  ## show the built website at http://localhost:8000
	@test -f _build/site/index.html || $(MAKE) book
	@$(BIN)/python -m web.site.server $(PORT)

chapter: .venv/.test  ## check one notebook and build its pages: NAME=05_max_norm; writes _build/site
	@$(BIN)/python -m web.maintain.chapter "$(NAME)"

notebooks: .venv/.book  ## the notebooks of each language: writes _build/notebooks
	@$(BIN)/python -m web.book.notebooks

PYTEST = $(BIN)/python -m pytest -n $(JOBS) --nbval --nbval-current-env
# What failed in a browser runs once more by itself, with a trace; the run stays red.
AGAIN = { code=$$?; again=_build/failures/again.txt; test $$code != 1 || test ! -s $$again || \
  $(BIN)/python -m pytest --trace-pages @$$again; exit $$code; }

test: .venv/.test lint book  ## set up and run the tests: ARGS="-k padding" for some of them
	$(PYTEST) -m "not check" tests chapters $(ARGS) || $(AGAIN)

test-package: .venv/.test  ## test the package and the notebooks: no website, no browser
	$(PYTEST) tests/package chapters $(ARGS)

check: .venv/.test lint lint-js book  ## make test, and everything slower, in one run
	HYPOTHESIS_PROFILE=check $(PYTEST) tests chapters $(ARGS) || $(AGAIN)


lint: .venv/.test  ## rules, types and layers of the Python, form of the workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/mistake-*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/zizmor --offline --quiet .github/workflows

lint-js: .venv/.check  ## hold the scripts to rules (ESLint) and types (TypeScript)
	@if test -f .venv/.check; then \
	  echo "ESLint: the scripts of web/ and tests/; TypeScript: those of web/" && \
	  $(NODE) $(JS)/node_modules/eslint/bin/eslint.js --config $(JS)/eslint.config.mjs web tests && \
	  $(NODE) $(JS)/node_modules/typescript/bin/tsc --project $(JS) && \
	  $(NODE) $(JS)/node_modules/typescript/bin/tsc --project $(JS)/tsconfig.worker.json; \
	else \
	  echo "!!! SKIPPED: rules and types of the scripts, which npm brings. Once it is reached: make lint-js"; \
	fi

address: .venv/.book  ## the address of your copy: URL=https://github.com/someone/book; writes _config.yml, CITATION.cff
	@$(BIN)/python -m web.maintain.address "$(URL)" "$(SITE)"

version: .venv/.book  ## a new version: V=0.2.0; writes pyproject.toml, embedlib, CITATION.cff, chapters
	@$(BIN)/python -m web.maintain.version "$(V)"

freeze: .venv/.book  ## pin the whole tree (UPGRADE=1: anew): writes web/maintain/constraints.txt
	@$(BIN)/python -m web.maintain.freeze $(if $(UPGRADE),--upgrade)

execute: .venv/.test  ## run every notebook from a clean kernel and store its outputs: writes chapters
	$(BIN)/python -m web.maintain.execute

figures: .venv/.test  ## draw the figures again: writes imgs
	$(BIN)/python imgs/draw.py
	$(BIN)/python -m web.maintain.png

pictures: .venv/.test book  ## photograph every page: writes _build/pictures, and the PNG of imgs
	$(BIN)/python -m web.maintain.screenshots

pdf: .venv/.test book  ## print each edition as one PDF and offer it on the site: writes _build/site
	@$(BIN)/python -m web.maintain.pdf

stick: .venv/.book  ## the website as one archive, for a room without a network: writes _build/inside-nn-embedding.zip
	@test -f _build/site/index.html || $(MAKE) book
	@$(BIN)/python -m zipfile -c _build/inside-nn-embedding.zip _build/site
	@echo "_build/inside-nn-embedding.zip (README.txt in it says how it is read)"

weights: .venv/.test book  ## store what each page weighs: writes tests/site/weights.toml
	$(BIN)/python -m tests.site.weights

links: .venv/.book  ## ask every external link whether it still answers (needs the internet)
	$(BIN)/python -m web.site.build --builder linkcheck

fuzz: .venv/.test  ## run the property tests with N random examples in all
	$(BIN)/python tests/package/fuzz.py $(N) --jobs $(JOBS)

bench: .venv/.test  ## time embedlib against torch (QUICK=1: in a few minutes)
	$(BIN)/python -m benchmarks.bench $(if $(QUICK),--quick)

bench-site: .venv/.test book  ## measure the website against stock Jupyter Book
	@$(BIN)/python -m benchmarks.site

clean:  ## remove what was built (the environment stays)
	rm -rf _build

.venv/.book: web/site/requirements.txt web/maintain/constraints.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: $(PYTHON) was not found"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else "Python 3.11 or newer is needed; $(PYTHON) is %d.%d. If you have one, name it: make PYTHON=python3.12 ..." % v[:2])'
	@$(PYTHON) web/maintain/environment.py book

.venv/.test: .venv/.book requirements.txt tests/requirements.txt
	@$(BIN)/python web/maintain/environment.py test

.venv/.check: .venv/.book $(JS)/requirements.txt $(JS)/package.json $(JS)/package-lock.json
	@$(BIN)/python web/maintain/environment.py check

.PHONY: help book serve chapter notebooks address version freeze test test-package check lint lint-js execute figures pictures pdf stick weights links fuzz bench bench-site clean
