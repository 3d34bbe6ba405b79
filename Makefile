# Everything here needs Python >= 3.11, make and the package registries, and stays in this folder.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
LOCAL := $(CURDIR)/.local
LOCK := -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

# Caches and temporary files stay in the folder too.
export PIP_CACHE_DIR := $(LOCAL)/cache/pip
export npm_config_cache := $(LOCAL)/cache/npm
export npm_config_update_notifier := false
export XDG_CACHE_HOME := $(LOCAL)/cache
export TMPDIR := $(LOCAL)/tmp
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
$(shell mkdir -p $(LOCAL)/tmp $(LOCAL)/cache)

PACKAGES := $(VENV)/.installed
AZURITE := local/azurite/node_modules/.installed
KUSTO := tests/infrastructure/kusto/node_modules/.installed
COMMAND := $(VENV)/bin/imagescan
SETUP := $(PACKAGES) $(AZURITE) $(COMMAND)

.DEFAULT_GOAL := help
.PHONY: help demo test e2e bench simulate crash check start stop host lock clean setup package verify-azure contract-azure

help: ## list the commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: $(SETUP) ## scan one deployment whole on this machine, and show it
	@exec $(PY) -m local.system demo

start: $(SETUP) ## start the whole system in the background (HOST=func or HOST=PROGRAM: another host)
	@$(PY) -m local.system start $(if $(HOST),--host "$(HOST)")

stop: ## end what `make start` started
	@if [ -x $(PY) ]; then $(PY) -m local.system stop; fi

host: $(SETUP) ## run the Functions host alone: APP=folder PORT=n KEY=k STATE=folder OPTIONS="..."
	@FUNCTIONS_HOST_KEY="$${KEY:-$$FUNCTIONS_HOST_KEY}"; export FUNCTIONS_HOST_KEY; \
		exec $(PY) -m local.functions_host --app "$(or $(APP),.)" --port "$(or $(PORT),7071)" \
		--state "$(or $(STATE),$(LOCAL)/host-alone)" $(OPTIONS)

# Four workers: what waits comes first (tests/conftest.py) and leaves the cores to the rest.
test: $(SETUP) $(KUSTO) ## run every test
	@$(PY) -m pytest -q -n 4 --dist loadgroup --no-loadscope-reorder

e2e: $(SETUP) ## the end-to-end tests alone (HOST= as for start, or RUN=run.json of a running system; ONLY=marker)
	@E2E_HOST="$(HOST)" E2E_RUN="$(RUN)" $(PY) -m pytest -q tests/e2e $(if $(ONLY),-m "$(ONLY)")

bench: $(SETUP) ## measure the local Durable engine, and rescans in virtual time (ONLY="throughput rescans", JSON=file)
	@exec $(PY) -m tests.bench $(if $(ONLY),--only $(ONLY)) $(if $(JSON),--json $(JSON))

crash: $(SETUP) ## kill the Functions host in the midst of its work (KILLS=100 INSTANCES=500 SEED=0)
	@exec $(PY) -m tests.crash --kills "$(or $(KILLS),100)" --instances "$(or $(INSTANCES),500)" \
		--seed "$(or $(SEED),0)"

simulate: $(SETUP) ## the whole system in virtual time: RUNS=n seeds (START=n: from there on), or SEED=n alone
	@exec $(PY) -m tests.simulation $(if $(SEED),--seed $(SEED)) $(if $(RUNS),--runs $(RUNS)) $(if $(START),--start $(START))

check: $(PACKAGES) ## format, lint, types, layering
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy .
	@$(PY) -m pytest -q tests/unit/test_architecture.py

package: ## build the zip that is deployed to Azure, and print its size
	@$(PYTHON) -m local.system.package .local/package/imagescan.zip

verify-azure: ## see that a deployed app works: SUBSCRIPTION=id GROUP=name (az login done; IMAGE=name: scan this one)
	@infrastructure/verify.sh -s "$(SUBSCRIPTION)" -r "$(GROUP)" $(if $(IMAGE),--image "$(IMAGE)")

contract-azure: $(PACKAGES) ## what the emulator promises, tested on Azure itself: SUBSCRIPTION=id GROUP=name REGION=name
	@CONTRACT_AZURE="$(SUBSCRIPTION)/$(GROUP)/$(REGION)" $(PY) -m pytest -q -rs tests/contract/test_container_groups.py -k azure

setup: $(SETUP) $(KUSTO) ## install what the other commands need

lock: $(PACKAGES) ## renew the locked dependencies after a change of pyproject.toml
	@$(VENV)/bin/uv pip compile $(LOCK) pyproject.toml -o requirements.txt
	@$(VENV)/bin/uv pip compile $(LOCK) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	@$(VENV)/bin/uv pip compile $(LOCK) --group node -o local/azurite/requirements-node.txt

clean: stop ## remove what was installed and all local state
	@rm -rf $(VENV) $(LOCAL) local/azurite/node_modules tests/infrastructure/kusto/node_modules

# The lock inside makes two makes at once wait for each other.
$(PACKAGES): requirements-dev.txt
	@$(PYTHON) -m local.system.install packages

$(AZURITE): local/azurite/package-lock.json local/azurite/requirements-node.txt | $(PACKAGES)
	@$(PYTHON) -m local.system.install azurite

$(KUSTO): tests/infrastructure/kusto/package-lock.json | $(PACKAGES)
	@$(PYTHON) -m local.system.install kusto

$(COMMAND): local/system/install.py | $(PACKAGES)
	@$(PYTHON) -m local.system.install command
