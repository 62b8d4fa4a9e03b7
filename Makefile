# Commissioning Suite. `make help` lists every target. Nothing here needs root, Docker or a service started by hand.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 4
BIN := .venv/bin
export PYTHONUNBUFFERED = 1
unexport PYTHONDONTWRITEBYTECODE  # compiling everything anew costs each process seconds

.DEFAULT_GOAL := help

.PHONY: help
help: ## List every target
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---- setting up ----------------------------------------------------------------------------------------------------

.venv/created:
	@echo "Creating .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/run: .venv/created requirements.lock pyproject.toml
	@echo "Installing what the suite needs (pinned, with hashes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	@echo "Installing what the tests and checks need (pinned, with hashes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: install
install: .venv/dev ## Create .venv with everything, for work on the suite

# ---- running -------------------------------------------------------------------------------------------------------

.PHONY: run
run: .venv/run ## Run the suite with the reference data on 127.0.0.1:8000 (PORT=8010 for another port)
	@$(BIN)/suite run --reference --port $(PORT)

.PHONY: run-distributed
run-distributed: .venv/dev ## Run gateway and services as five processes on PostgreSQL and Kafka
	@$(BIN)/suite run-distributed --port $(PORT)

# ---- proving -------------------------------------------------------------------------------------------------------

PYTEST = $(BIN)/python -m pytest -q -m "not faults and not nightly" --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: test
test: .venv/dev ## Run the quick tests: each on one database, those that need it on both, on real engines wherever they can be had
	@echo "Running the tests"
	@$(PYTEST) --engines needed $(ARGS)

build/oidc/node_modules: tests/oidc/package-lock.json tests/oidc/server.mjs
	@command -v npm >/dev/null || { echo "npm is needed, with Node.js 20 or newer"; exit 1; }
	@mkdir -p build/oidc && cp tests/oidc/package.json tests/oidc/package-lock.json tests/oidc/server.mjs build/oidc/
	@cd build/oidc && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

build/mesh/packages: .venv/created tests/mesh/packages.lock
	@echo "Installing the sandbox of MESH (pinned, with hashes)"
	@rm -rf $@ && $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target $@ \
	  -r tests/mesh/packages.lock
	@touch $@

.PHONY: test-rest
test-rest: .venv/dev build/oidc/node_modules build/mesh/packages ## Run what takes longer: what starts processes, browsers and engines of its own
	@$(PYTEST) --engines rest $(ARGS)

.PHONY: test-all
test-all: .venv/dev build/oidc/node_modules build/mesh/packages ## Run every test on both databases
	@$(PYTEST) --engines all $(ARGS)

KEYCLOAK = 26.7.3

build/keycloak:
	@command -v mvn >/dev/null || { echo "Maven is needed, with Java 17 or newer"; exit 1; }
	@rm -rf $@.part && mkdir -p $@.part
	@cd $@.part && mvn -q -B dependency:unpack -Dartifact=org.keycloak:keycloak-quarkus-dist:$(KEYCLOAK):zip -DoutputDirectory=.
	@mv $@.part $@

.PHONY: test-keycloak
test-keycloak: .venv/dev build/keycloak ## Sign in by Keycloak, by token and by page
	@$(BIN)/python -m pytest -q -m nightly tests/integration/portal $(ARGS)

.PHONY: test-faults
test-faults: .venv/dev build/mesh/packages ## Kill and starve real processes, and compare what is left (SEEDS=110 sets stores back as often)
	@$(BIN)/python -m pytest -q -m faults --numprocesses 2 --dist loadgroup tests/faults $(ARGS)

.PHONY: soak
soak: .venv/dev ## Ten minutes of updates with random kills, one restore and one lost broker disk (SECONDS=600)
	@$(BIN)/python -m tests.faults.soak --seconds $(or $(SECONDS),600)

.PHONY: coverage
coverage: .venv/dev ## Cover every room of rules whole, branch by branch, by the unit tests beside it; report the rest
	@$(BIN)/python -m tests.branches $(ARGS)

.PHONY: screenshots
screenshots: .venv/dev ## Make the pictures of the pages in docs/images anew, with Chromium; whole pages into build/screenshots
	@$(BIN)/python -m pytest -q tests/e2e/portal/screenshots.py

.PHONY: nightly
nightly: .venv/dev ## All seeds, the soak, the fuzzing and the benchmarks for hours; figures into docs/nightly.md
	@$(BIN)/python -m tests.nightly

.PHONY: check
check: .venv/dev ## Lint, types, layers, contracts, deployment files
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet . && echo "ruff: clean"
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m suite.schemas --check
	@.ci/check-deploy

build/clients/venv: .venv/created tests/clients/requirements.lock
	@echo "Installing generators of clients (pinned, with hashes)"
	@rm -rf $@ && $(BIN)/python -m venv $@
	@$@/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/clients/requirements.lock
	@touch $@

build/clients/node_modules: tests/clients/package-lock.json
	@command -v npm >/dev/null || { echo "npm is needed, with Node.js 18 or newer"; exit 1; }
	@mkdir -p build/clients && cp tests/clients/package.json tests/clients/package-lock.json build/clients/
	@cd build/clients && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

.PHONY: client
client: .venv/dev build/clients/venv ## Generate the typed Python client of this version and build its wheel into dist/
	@$(BIN)/python clients/python/build.py

.PHONY: clients
clients: .venv/dev build/clients/venv build/clients/node_modules ## Generate clients from the documents, compile them, and call a suite with one
	@echo "Generating clients from the documents"
	@$(BIN)/python -m tests.clients
	@$(BIN)/python -m pytest -q tests/clients/end_to_end.py

build/fuzz/venv: .venv/created tests/fuzz/requirements.lock
	@echo "Installing schemathesis (pinned, with hashes)"
	@rm -rf $@ && $(BIN)/python -m venv $@
	@$@/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/fuzz/requirements.lock
	@touch $@

build/audit/venv: .venv/created tests/audit/requirements.lock
	@echo "Installing pip-audit (pinned, with hashes)"
	@rm -rf $@ && $(BIN)/python -m venv $@
	@$@/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/audit/requirements.lock
	@touch $@

.PHONY: audit
audit: .venv/dev build/audit/venv ## Look the locked dependencies up among known vulnerabilities (UNAUDITED=allowed where nobody can be asked)
	@$(BIN)/python -m tests.audit

FUZZ = $(BIN)/python -m tests.fuzz --seed $(or $(SEED),1)

.PHONY: fuzz
fuzz: .venv/dev build/fuzz/venv ## Call a suite by all that its document allows and forbids, with keys of each scope, on both databases (SECONDS=1800 SEED=7)
	@$(FUZZ) --database sqlite --scopes $(if $(SECONDS),--seconds $(SECONDS))
	@$(FUZZ) --database postgresql --scopes $(if $(SECONDS),--seconds $(SECONDS))

.PHONY: fuzz-bounded fuzz-bounded-sqlite fuzz-bounded-postgresql
fuzz-bounded: .venv/dev build/fuzz/venv ## The same in minutes: a fixed seed, the boundaries of each operation on one database
	@$(MAKE) --no-print-directory --jobs 2 --output-sync fuzz-bounded-sqlite fuzz-bounded-postgresql

fuzz-bounded-sqlite:
	@$(FUZZ) --examples 2 --database sqlite --scopes --boundaries indicators operations health access reports

fuzz-bounded-postgresql:
	@$(FUZZ) --examples 1 --database postgresql --boundaries risks pledges finance events

.PHONY: bench
bench: bench-engine bench-stream bench-import bench-contract bench-ledger bench-register bench-evidence bench-returns bench-page ## Every benchmark that takes minutes, as ratios measured in one run

.PHONY: bench-engine
bench-engine: .venv/dev ## Relay, consumer and one update on PostgreSQL and Kafka, and embedded (BEFORE=checkout compares one update)
	@$(BIN)/python -m benchmarks.engine $(if $(BEFORE),--before $(BEFORE))

.PHONY: bench-stream
bench-stream: .venv/dev ## A hundred thousand observations into PostgreSQL, the last as fast as the first
	@$(BIN)/python -m benchmarks.bench_stream

.PHONY: bench-import
bench-import: .venv/dev ## Imports on PostgreSQL beside a plain pipeline, from few rows to many, and reads meanwhile (ROWS=1000000 SHAPE=month)
	@$(BIN)/python -m benchmarks.bench_import $(if $(ROWS),--rows $(ROWS)) $(if $(SHAPE),--shape $(SHAPE))

.PHONY: bench-contract
bench-contract: .venv/dev ## What audit entries, entity tags and strictness add to one update
	@$(BIN)/python -m benchmarks.contract_cost

.PHONY: bench-ledger
bench-ledger: .venv/dev ## What a fund's position costs by the length of its ledger (SIZES="1000 100000 1000000")
	@$(BIN)/python -m benchmarks.bench_ledger $(SIZES)

.PHONY: bench-returns
bench-returns: .venv/dev ## What opening a quarter's returns takes, and how much memory, by how many there are (SIZES="2000 20000")
	@$(BIN)/python -m benchmarks.bench_returns $(SIZES)

.PHONY: bench-register
bench-register: .venv/dev ## What an event costs by the size of the register, and what re-scoring one risk takes
	@$(BIN)/python -m benchmarks.bench_register $(or $(SIZES),200 2000 20000)

.PHONY: bench-evidence
bench-evidence: .venv/dev ## From evidence committed to risk readable, under sixteen callers (SECONDS=60 ENGINE=postgresql)
	@$(BIN)/python -m benchmarks.bench_evidence --seconds $(or $(SECONDS),60) --engine $(or $(ENGINE),postgresql)

.PHONY: bench-page
bench-page: .venv/dev ## First byte of the scorecard page beside the scorecard's own answer (DATA=folder has the reference data)
	@$(BIN)/python -m benchmarks.bench_page

.PHONY: bench-steady
bench-steady: .venv/dev ## Twenty minutes at the highest steady rate, half of it kept (SECONDS=1200 ENGINE=postgresql)
	@$(BIN)/python -m benchmarks.steady --seconds $(or $(SECONDS),1200) --engine $(or $(ENGINE),embedded)

.PHONY: bench-scaling
bench-scaling: .venv/dev ## Observations a second, and consumers one, two and four (docs/scaling.md)
	@$(BIN)/python -m benchmarks.scaling

# ---- keeping house -------------------------------------------------------------------------------------------------

.PHONY: format
format: .venv/dev ## Format the code
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

.PHONY: lock
lock: .venv/dev ## Resolve the dependencies anew into the lock files
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --quiet --upgrade -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet -c requirements.lock -o requirements-dev.lock
	@$(BIN)/uv pip compile pyproject.toml --extra tracing --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet -c requirements.lock -o requirements-tracing.lock
	@for tools in tests/*/requirements.in; do $(BIN)/uv pip compile $$tools --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-emit-index-url --no-header --quiet -o $${tools%.in}.lock; done
	@$(BIN)/uv pip compile tests/mesh/packages.in --no-deps --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-emit-index-url --no-header --quiet -o tests/mesh/packages.lock
	@cd tests/clients && npm install --package-lock-only --silent --no-audit --no-fund --ignore-scripts \
	  --omit-lockfile-registry-resolved

.PHONY: contracts
contracts: .venv/dev ## Write JSON Schemas of new events into contracts/
	@$(BIN)/python -m suite.schemas --write

.PHONY: clean
clean: ## Remove .venv and caches (the data in var/ stays)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
