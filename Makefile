# Every target works on a fresh clone: it installs what it needs, once. Needs Python 3.11 (with venv); Node 20 for the contracts.
PYTHON ?= python3
CHAIN ?= embedded
NETWORK ?= ganache-cli
UV_VERSION := 0.13.9

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
BIN := .venv/bin
UV := .build/uv/bin/uv
DEV := .venv/.installed
BROWNIE := .venv-brownie/.installed
PROVE := .venv-prove/.installed
NODE := node_modules/.installed
# One more than there are processors: a third of their time tests wait for blocks, browsers and other processes.
WORKERS = $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

.PHONY: help demo test test-long prove slither coverage halmos lint bench contracts lock brownie-deploy brownie-test brownie-network install clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

demo: $(DEV) $(if $(filter ganache,$(CHAIN)),$(NODE)) ## the whole way on real agreements; CHAIN=embedded|ganache
	$(BIN)/normledger demo --chain $(CHAIN)

test: $(DEV) $(BROWNIE) $(NODE) ## everything: contracts, library, service, Brownie on Ganache
	forge test
	$(BIN)/pytest -n $(WORKERS) $(PYTEST_ARGS)
	$(MAKE) --no-print-directory brownie-test

test-long: $(DEV) $(BROWNIE) $(PROVE) $(NODE) ## the same with the long counts, and mutants of the contracts: hours
	FOUNDRY_PROFILE=long forge test
	NORMLEDGER_LONG=1 $(BIN)/pytest -n $(WORKERS) -o timeout=14400 $(PYTEST_ARGS)
	$(MAKE) --no-print-directory brownie-test
	$(BIN)/python -m scripts.assurance.mutants

prove: slither coverage halmos ## what the contracts rest on: findings accepted, all lines run, proofs and their broken twins

slither: $(DEV) $(PROVE) $(NODE)
	$(BIN)/python -m scripts.assurance.findings

coverage: $(DEV) $(NODE)
	$(BIN)/python -m scripts.assurance.coverage

halmos: $(DEV) $(PROVE) $(NODE)
	$(BIN)/python -m scripts.assurance.proofs $(ONLY)

lint: $(DEV) $(NODE) ## style, types, floors, locks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	forge fmt --check contracts tests/contracts tests/proofs
	solhint --disc --noPoster --max-warnings 0 'contracts/**/*.sol'
	$(BIN)/hadolint scripts/deployment/Containerfile
	$(PYTHON) scripts/lock.py check

bench: $(DEV) $(NODE) ## one JSON object a line; ONLY=name runs one
	$(BIN)/python -m scripts.bench $(ONLY)

contracts: $(DEV) $(NODE) ## compile into normledger/artifacts, which are committed
	$(BIN)/python scripts/compile_contracts.py

# Brownie keeps its settings in the home folder: it gets one of its own, so that neither disturbs the other; and a free
# port, because it takes whatever answers on its port for the Ganache that it would have started.
NATIVE_SOLC := $(wildcard $(HOME)/.solcx/solc-v0.8.37)
FREE_PORT := $(PYTHON) -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
brownie-deploy brownie-test: export HOME := $(CURDIR)/.build/home
brownie-deploy brownie-test: export SOLCX_BINARY_PATH := $(if $(NATIVE_SOLC),$(dir $(NATIVE_SOLC)),$(CURDIR)/scripts/solc)
brownie-deploy: brownie-network ## Brownie starts Ganache and deploys the shipped artifacts; NETWORK=id
	.venv-brownie/bin/brownie run deploy --network $(NETWORK)

brownie-test: brownie-network ## the same, and a way through the contracts (tests/brownie); within make test
	.venv-brownie/bin/brownie test --network $(NETWORK)

brownie-network: $(BROWNIE) $(NODE)
	@mkdir -p $(HOME)
ifeq ($(NETWORK),ganache-cli)
	.venv-brownie/bin/brownie networks modify ganache-cli port=$$($(FREE_PORT)) >/dev/null
endif

install: $(DEV) $(BROWNIE) $(NODE) ## install only

lock: $(UV) ## after a change of pyproject.toml or package.json; UPGRADE="name …" takes newer versions of these
	$(UV_PYTHON) scripts/lock.py update $(UPGRADE)
	npm install --package-lock-only

clean: ## remove what make has built and installed; workspaces stay
	rm -rf .build .venv .venv-brownie .venv-prove .venv-service node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find normledger api scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +

UV_PYTHON := .build/uv/bin/python

$(UV):
	$(PYTHON) -m venv .build/uv
	$(UV_PYTHON) -m pip install --quiet uv==$(UV_VERSION)

$(DEV): uv.lock pyproject.toml | $(UV)
	$(UV_PYTHON) scripts/lock.py install dev
	@touch $@

$(BROWNIE): uv.lock | $(UV)
	$(UV_PYTHON) scripts/lock.py install brownie
	@touch $@

$(PROVE): uv.lock | $(UV)
	$(UV_PYTHON) scripts/lock.py install prove
	@touch $@

$(NODE): package-lock.json
	npm ci
	@touch $@
