# `make demo` and `make test` need python3 (3.11 or newer, with venv) and a package index; nothing else.
PYTHON ?= python3
# What `make deploy` deployed last; the artifacts are built for the architecture named there.
CONFIG ?= deployed.toml
SAVED := $(shell grep -s '^parameter_overrides' $(CONFIG))
ARCH ?= $(if $(findstring x86_64,$(SAVED)),x86_64,arm64)
export ARCH
REGION ?= $(or $(AWS_REGION),$(AWS_DEFAULT_REGION),us-east-1)
BIN := .venv/bin
SETUP := .venv/.complete
AUDIT_BIN := .venv-audit/bin
AUDIT := .venv-audit/.complete
MUTATION_BIN := .venv-mutation/bin
MUTATION := .venv-mutation/.complete

export SAM_CLI_TELEMETRY = 0

.PHONY: help setup demo test simulation e2e permissions npm bench screenshot refusals mutate lint format checkov audit build \
	deploy verify members forwarders destroy lock
.DEFAULT_GOAL := help

# With one # more, what only those need who change the project.
help:  ## list the commands
	@echo 'To use it:'
	@sed -n 's/^\([a-z0-9]*\):.*[^#]## /\1\t/p' $(MAKEFILE_LIST) | expand -t 13
	@echo
	@echo 'To work on it:'
	@sed -n 's/^\([a-z0-9]*\):.*### /\1\t/p' $(MAKEFILE_LIST) | expand -t 13

demo: $(SETUP)  ## the main job end to end on an embedded AWS; prints the mail, writes demo.html
	@$(BIN)/lastseen demo --html demo.html

# Bytecode is kept, whatever the environment says: else each run compiles all modules anew, on each core.
test e2e permissions: export PYTHONDONTWRITEBYTECODE =
# botocore does without AWS's library in C, as in Lambda.
test e2e permissions: export PYTHONPATH = $(CURDIR)/tests/as_in_lambda
test: $(SETUP)  ## the tests, on all cores
	$(BIN)/pytest -n auto --dist worksteal

# What was given on make's command line, for a program to judge: a misspelt setting must not be lost.
quoted = '$(subst ','\'',$(1)=$($(1)))'
GIVEN = $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(call quoted,$(name))))

LOG := .aws-sam/deploy.log
deploy: $(SETUP)  ## build and deploy; asks for the settings the first time, or takes EMAIL=... and others
	@$(BIN)/python -m deployment settings $(GIVEN)
	@mkdir -p .aws-sam
	@echo 'Building; what SAM says is in $(LOG)'
	@$(MAKE) --no-print-directory build > $(LOG) 2>&1 || \
		{ tail -n 15 $(LOG); echo 'deploy: the build failed; all that it printed is in $(LOG)' >&2; exit 2; }
	@$(BIN)/python -m deployment deploy $(GIVEN)

verify: $(SETUP)  ## check that all of it works; waits for events up to WAIT=15m, or WAIT=0m
	@$(BIN)/python -m deployment verify $(GIVEN)

members: $(SETUP)  ## give each account of the organization the role that reports read with, or OU=ou-...
	@$(BIN)/python -m deployment members $(GIVEN)

forwarders: $(SETUP)  ## have all other regions (and accounts) forward to the stack, or FORWARD=us-east-1,us-west-2; FORWARD=none removes them
	@$(BIN)/python -m deployment forwarders $(GIVEN)

destroy: $(SETUP)  ## remove all but the table; asks first, if not YES=1
	@$(BIN)/python -m deployment destroy $(GIVEN)

setup: $(SETUP)  ### make .venv with the locked requirements and the project

# uv itself comes by pip, held to the lock's hashes; everything else by uv.
$(SETUP): requirements-dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv --clear .venv
	sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt > .venv/uv.txt
	$(BIN)/pip install --quiet --require-hashes --no-deps -r .venv/uv.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps -e .
	touch $@

# A quarter of them in each of four parts.
LIVES ?= 1000
simulation: $(SETUP)  ### more made-up lives of accounts, and trials of quarantine, than `make test` has, at random: LIVES=1000
	SIMULATION=$(LIVES) $(BIN)/pytest -n auto tests/simulation tests/quarantine/test_property.py

# Each process has a server of its own, and often waits for it: three keep two cores busy.
SIDE_BY_SIDE := -n 3 --dist loadfile --no-loadscope-reorder

e2e: $(SETUP)  ### the stack, deployed on a local AWS; takes some minutes
	$(BIN)/pytest tests/e2e $(SIDE_BY_SIDE)

npm: tests/npm/node_modules/.complete  ### what some tests take from npm, and are skipped without: a simulator of IAM policies, axe-core; needs node

tests/npm/node_modules/.complete: tests/npm/package-lock.json
	npm ci --prefix tests/npm --ignore-scripts --no-audit --no-fund
	touch $@

permissions: $(SETUP)  ### take each permission of the functions' roles away, on a local AWS; takes some minutes
	$(BIN)/pytest tests/e2e/permissions.py tests/e2e/organization_permissions.py tests/e2e/quarantine_permissions.py $(SIDE_BY_SIDE)

bench: $(SETUP)  ### what ingest and a report cost, measured; takes some minutes
	@PYTHONPATH=tests $(BIN)/python -m benchmarks $(BENCH)

screenshot: $(SETUP)  ### retake docs/report.png and docs/chat.png, from the demo; needs Chromium
	@PYTHONPATH=tests $(BIN)/python -m screenshot

refusals: $(SETUP)  ### which errors refuse a caller, anew from error_codes/judged.toml; lists those not judged
	@$(BIN)/python -m error_codes

mutate: $(MUTATION)  ### the tests against mutants of the code; FILES="ingest/batch.py ...", DRAW=20 (of each), SAMPLE=500 (of all), MINUTES=30
	@$(MUTATION_BIN)/python tests/mutation $(MINUTES:%=--minutes %) $(CORES:%=--cores %) $(SECONDS:%=--seconds %) $(DRAW:%=--draw %) $(SAMPLE:%=--sample %) $(SEED:%=--seed %) $(FILES)

$(MUTATION): requirements-mutation.txt $(SETUP)
	$(PYTHON) -m venv --clear .venv-mutation
	$(BIN)/uv pip install --quiet --python $(MUTATION_BIN)/python --require-hashes -r requirements-mutation.txt
	touch $@

lint: $(SETUP)  ### ruff, mypy --strict, cfn-lint and sam validate
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/cfn-lint template.yaml ingest/forwarder.yaml reporter/member.yaml quarantine/template.yaml quarantine/member.yaml integrations/*/template.yaml
	AWS_DEFAULT_REGION=$(REGION) $(BIN)/sam validate --lint --template template.yaml
	AWS_DEFAULT_REGION=$(REGION) $(BIN)/sam validate --lint --template ingest/forwarder.yaml
	AWS_DEFAULT_REGION=$(REGION) $(BIN)/sam validate --lint --template reporter/member.yaml
	AWS_DEFAULT_REGION=$(REGION) $(BIN)/sam validate --lint --template quarantine/template.yaml
	AWS_DEFAULT_REGION=$(REGION) $(BIN)/sam validate --lint --template quarantine/member.yaml
	AWS_DEFAULT_REGION=$(REGION) $(BIN)/sam validate --lint --template integrations/security_hub/template.yaml
	AWS_DEFAULT_REGION=$(REGION) $(BIN)/sam validate --lint --template integrations/tickets/template.yaml

format: $(SETUP)  ### rewrite the code as ruff formats it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

checkov: $(AUDIT)  ### the templates, held against checkov's rules; those left out are in .checkov.yaml
	$(AUDIT_BIN)/checkov --config-file .checkov.yaml
	$(BIN)/pytest -q tests/checkov.py

# --strict: what could not be asked about is not fine.
audit: checkov  ### the same, and the locked requirements against the advisories on PyPI, which it has to reach
	$(foreach each,awakened ingest quarantine reporter,$(AUDIT_BIN)/pip-audit --strict --disable-pip -r $(each)/requirements.txt &&) \
	$(AUDIT_BIN)/pip-audit --strict --disable-pip -r requirements-dev.txt

$(AUDIT): requirements-audit.txt $(SETUP)
	$(PYTHON) -m venv --clear .venv-audit
	$(BIN)/uv pip install --quiet --python $(AUDIT_BIN)/python --require-hashes -r requirements-audit.txt
	touch $@

build: $(SETUP)  ### the Lambda artifacts, for ARCH (arm64 or x86_64), in .aws-sam/build
	$(BIN)/sam build

lock: $(SETUP)  ### renew the locked requirements
	$(BIN)/uv pip compile $(LOCK) --group dev pyproject.toml -o requirements-dev.txt
	$(BIN)/uv pip compile $(LOCK) --group audit -o requirements-audit.txt
	$(BIN)/uv pip compile $(LOCK) --group mutation pyproject.toml -o requirements-mutation.txt
	$(BIN)/uv pip compile $(LOCK) --group awakened --constraint requirements-dev.txt -o awakened/requirements.txt
	$(BIN)/uv pip compile $(LOCK) --group ingest --constraint requirements-dev.txt -o ingest/requirements.txt
	$(BIN)/uv pip compile $(LOCK) --group quarantine --constraint requirements-dev.txt -o quarantine/requirements.txt
	$(BIN)/uv pip compile $(LOCK) --group reporter --constraint requirements-dev.txt -o reporter/requirements.txt

LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock'

# What `sam build` calls, once for each function: its package, activity, and its locked requirements.
# FOR=host has them run on the Python and the machine at hand, which is what the end-to-end tests need.
FOR ?= lambda
TARGET_lambda = --python-version 3.13 --python-platform $(PLATFORM_$(ARCH))
TARGET_host = --python $(BIN)/python
PLATFORM_arm64 := aarch64-manylinux_2_28
PLATFORM_x86_64 := x86_64-manylinux_2_28

# What the functions call. Botocore describes some 420 services more, four fifths of what would be uploaded.
SERVICES := account cloudtrail dynamodb events iam lambda organizations s3 sns sqs sts

build-AwakenedFunction: PACKAGE := awakened
build-IngestFunction build-LogFunction: PACKAGE := ingest
build-ReporterFunction: PACKAGE := reporter
build-QuarantineFunction: PACKAGE := quarantine
build-QuarantineFunction: ALSO := reporter
build-AwakenedFunction build-IngestFunction build-LogFunction build-ReporterFunction build-QuarantineFunction:
	@test -x $(BIN)/uv || { echo 'run make setup first'; exit 1; }
	mkdir -p $(ARTIFACTS_DIR)
	find $(PACKAGE) $(ALSO) activity -name '*.py' -o -path '*/web/*' | tar -cf - -T - | tar -xf - -C $(ARTIFACTS_DIR)
	$(BIN)/uv pip install --quiet --require-hashes --no-deps --only-binary :all: \
		$(TARGET_$(FOR)) \
		--target $(ARTIFACTS_DIR) -r $(PACKAGE)/requirements.txt
	rm -rf $(ARTIFACTS_DIR)/bin $(ARTIFACTS_DIR)/.lock
	find $(ARTIFACTS_DIR)/botocore/data -mindepth 1 -maxdepth 1 -type d $(SERVICES:%=! -name %) -exec rm -r {} +

# For integrations/security_hub/template.yaml: boto3 is that of Lambda's runtime.
build-SecurityHubFunction:
	mkdir -p $(ARTIFACTS_DIR)
	tar -cf - integrations/__init__.py integrations/security_hub/*.py | tar -xf - -C $(ARTIFACTS_DIR)
