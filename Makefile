# `make demo` and `make test` need git, make and Python 3.10 or newer, nothing else; `make help` lists the rest.
PYTHON ?= python3
DEMO_PORT ?= 6006
DEMO_EPOCHS ?= 30
LOGDIR ?= runs
PYTEST_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
TORCH := $(shell grep '^torch==' constraints.txt)
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable
MODULES := frontend/node_modules/.package-lock.json
SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.PHONY: help demo docs fuzz faults test check lint bundle wheel browser test-in-browser test-python test-frontend test-integrations clean

help:
	@echo 'make demo    train a small network on digits, fit its film, open it in TensorBoard (DEMO_PORT=$(DEMO_PORT), DEMO_EPOCHS=$(DEMO_EPOCHS))'
	@echo 'make test    all tests, in a browser too where there is one'
	@echo 'make test-integrations   the callbacks, with Lightning, transformers, Keras and JAX (700 MB more, under a minute to install)'
	@echo 'make check   linters, types, the committed bundle, wheel and sdist, also in the oldest TensorBoard, the documentation'
	@echo 'make docs    the documentation, into site/'
	@echo 'make fuzz    what is read and asked, damaged in more ways than make test has time for (about 10 minutes)'
	@echo 'make faults  the training, the fit and TensorBoard, killed a hundred times each (about 20 minutes)'
	@echo 'make clean   remove what the others made'

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(PIP) --upgrade pip

# torch first and alone: with a version and nothing else asked for, pip takes the build that this machine prefers
$(VENV)/torch: $(BIN)/python constraints.txt
	@echo 'installing $(TORCH) (once; this can take minutes)'
	@$(PIP) $(TORCH)
	@touch $@

$(VENV)/package: $(VENV)/torch setup.py pyproject.toml
	@echo 'installing tb-timetravel and what it needs'
	@$(PIP) -c constraints.txt -e .
	@touch $@

$(VENV)/test: $(VENV)/torch setup.py pyproject.toml
	@echo 'installing tb-timetravel and what its tests need'
	@$(PIP) -c constraints.txt -e '.[test]'
	@touch $@ $(VENV)/package

$(VENV)/dev: $(VENV)/test
	@$(PIP) -c constraints.txt -e '.[test,dev]'
	@touch $@

# apart from the tests, so that whoever runs these need not fetch four libraries; without them the tests of the callbacks are skipped
$(VENV)/integrations: $(VENV)/test
	@echo 'installing Lightning, transformers, Keras and JAX'
	@$(PIP) -c constraints.txt -e '.[test,integrations]'
	@touch $@

$(VENV)/docs: $(VENV)/package
	@echo 'installing what makes the documentation'
	@$(PIP) -c constraints.txt -e '.[docs]'
	@touch $@

docs: $(VENV)/docs
	$(BIN)/python docs/build.py

demo: $(VENV)/package
	@test -e $(LOGDIR)/digits/flipped.txt || $(BIN)/python demo/train_digits.py --logdir $(LOGDIR) --epochs $(DEMO_EPOCHS)
	$(BIN)/timetravel fit $(LOGDIR)
	@$(BIN)/python demo/serve.py --logdir $(LOGDIR) --port $(DEMO_PORT)

# tests in a browser mostly wait, so they run beside the others, and what they say comes at the end; `+` lets the others speak meanwhile
test: $(VENV)/test browser
	@$(MAKE) --no-print-directory -j3 $(SYNC) test-in-browser test-python test-frontend

test-in-browser: $(VENV)/test browser
	$(BIN)/python -m pytest tests/browser $(PYTEST_ARGS)

test-python: $(VENV)/test
	+$(BIN)/python -m pytest --ignore=tests/browser $(PYTEST_ARGS)

test-integrations: $(VENV)/integrations
	$(BIN)/python -m pytest tests/integrations tests/test_demo.py tests/test_docs.py -k "integrations or jax or needs_a_library"

fuzz: $(VENV)/test
	TT_FUZZ_EXAMPLES=2000 $(BIN)/python -m pytest tests/untrusted tests/serve/test_every_route.py $(PYTEST_ARGS)

faults: $(VENV)/test
	TT_KILLS=100 $(BIN)/python -m pytest tests/faults $(PYTEST_ARGS)

# tests of the tab run in whatever Chromium is there; root fetches one
browser:
	@for name in $(BROWSERS); do command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo 'installing Chromium'; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-liberation >/dev/null && exit 0; \
	fi; \
	echo '*** there is no Chromium: the tests in a browser will be SKIPPED ***'; [ -z "$$CI" ]

$(MODULES): frontend/package-lock.json
	@command -v npm >/dev/null || { echo '*** there is no Node.js: the frontend cannot be tested or built here ***'; exit 1; }
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

test-frontend:
	@if command -v npm >/dev/null || [ -n "$$CI" ]; then \
		$(MAKE) --no-print-directory $(MODULES) && cd frontend && npm test --silent; \
	else echo '*** there is no Node.js: the tests of the frontend are SKIPPED ***'; fi

check: lint bundle wheel docs

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# what is committed must be what the sources give
bundle: $(MODULES)
	cd frontend && npm run --silent types && npm run --silent build
	@git diff --exit-code --stat -- tb_timetravel/static || { echo 'tb_timetravel/static is not what frontend/ gives; commit the bundle'; exit 1; }
	@test -z "$$(git status --porcelain -- tb_timetravel/static)" || { git status --short -- tb_timetravel/static; exit 1; }

wheel: $(VENV)/test
	$(BIN)/python -m pytest -m 'compat or not compat' tests/test_wheel.py

clean:
	rm -rf $(VENV) frontend/node_modules build dist site .cache *.egg-info .mypy_cache .pytest_cache .ruff_cache
