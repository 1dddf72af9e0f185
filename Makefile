# Every command a person or CI needs. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

SEEDS ?= 500
SCENARIOS ?= 20000
START ?= 0
TARGET := $(or $(CARGO_TARGET_DIR),target)
NEXTEST := $(shell cargo nextest --version >/dev/null 2>&1 && echo yes)

.PHONY: help setup build devnet test sdk-test check fix sim model twins mutants bench bench-check scaling failpoints shim e2e install

help: ## this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what building needs (done by the others too)
	@scripts/setup

build: setup ## the hanse binary, optimised
	cargo build --locked --release --bin hanse

devnet: build ## a running four-validator network in ./devnet, live; Ctrl-C stops it, again resumes it
	$(TARGET)/release/hanse devnet --dir devnet $(ARGS)

test: ## all tests, and some simulator seeds
	@scripts/setup test
	cargo build --locked --release --bin hanse --bin sim
	@$(MAKE) --no-print-directory failpoints shim
ifeq ($(NEXTEST),yes)
	cargo nextest run --locked --release --workspace --no-fail-fast
else
	cargo test --locked --release --workspace
endif
	$(TARGET)/release/sim --seeds 100 --start 0
	scripts/sdk-test

sdk-test: ## the Python package: lints, types, tests, against a network of the built binary
	@scripts/setup test
	scripts/sdk-test

check: setup ## formatting, lints, import edges; writes nothing
	cargo fmt --all --check
	scripts/check-edges
	cargo clippy --locked --release --workspace --all-targets -- -D warnings
	@if command -v cargo-deny >/dev/null; then cargo deny --offline --locked check bans licenses sources; \
	else echo "check: cargo-deny is not installed, deny.toml was not checked (cargo install cargo-deny --locked)"; fi

fix: ## formatting and the lints that can mend themselves
	cargo fmt --all
	cargo clippy --locked --release --workspace --all-targets --fix --allow-dirty --allow-staged

sim: ## simulator: SEEDS=500 START=0 runs a range, SEED=123 replays one with its trace, SCENARIO=all plays the named
	cargo build --locked --release --bin sim
ifdef SEED
	$(TARGET)/release/sim --seed $(SEED) --trace
else ifdef SCENARIO
	$(TARGET)/release/sim --scenario $(SCENARIO)
else
	$(TARGET)/release/sim --seeds $(SEEDS) --start $(START) --jobs $(or $(JOBS),2) --keep-going
endif

twins: ## twins (two processes with one key): SCENARIOS=20000 START=0 runs a range, and a quarter more with set changes; TWIN=123 replays one
	cargo build --locked --release --bin sim
ifdef TWIN
	$(TARGET)/release/sim --twin $(TWIN) --trace
else
	$(TARGET)/release/sim --twins $(SCENARIOS) --start $(START) --jobs 2
	$(TARGET)/release/sim --twins $$(($(SCENARIOS) / 4)) --start $$((1000000 + $(START))) --jobs 2
endif

model: ## the model of view changes and checkpoints, larger bounds than in `make test` (some minutes)
	cargo run --locked --release -p consensus-model --bin model

mutants: ## deliberate faults of the protocol, each of which the tests must notice: NAMES="..." runs some
	scripts/mutants $(NAMES)

bench: setup ## the cost of each step (criterion)
	cargo bench --locked --workspace --bench types --bench ledger --bench consensus

bench-check: setup ## instructions of the hot paths against benches/instructions.json; RENEW=1 writes it anew
	@scripts/bench-check $(if $(RENEW),--renew) $(WORDS)

scaling: ## predicted throughput and latency of 4 to 128 validators (docs/scaling.md): table and plots, some minutes
	cargo build --locked --release -p consensus-sim --bin sim
	@rm -f docs/scaling/predictions.csv
	$(TARGET)/release/sim scale --rate half --link 100M,1G,10G --places lan,wan --validators 4,16,64,128 \
	  --csv docs/scaling/predictions.csv --plots docs/scaling

failpoints: ## the binary of the crash tests: it kills itself at named places
	cargo build --locked --release --features node/failpoints --bin hanse-failpoints

shim: ## the libraries that give programs under test a wrong clock or a bad disk
	cargo build --locked --release -p e2e-shim -p disk-faults

e2e: build failpoints shim ## the long end-to-end tests: real processes, real faults, real load; prints what it measured
	@rm -f $(TARGET)/e2e-report.md
	HANSE_E2E=all HANSE_E2E_REPORT=$(abspath $(TARGET))/e2e-report.md \
	  cargo test --locked --release -p e2e --no-fail-fast --test it --test long -- --test-threads 1; \
	  code=$$?; HANSE_E2E=all cargo test --locked --release --workspace --no-fail-fast --test disk || code=1; cat $(TARGET)/e2e-report.md; exit $$code
