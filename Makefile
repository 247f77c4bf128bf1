# Each target sets up .venv from the lock if it is missing or older than the lock.
PYTHON ?= python3
CORES ?= $(shell nproc)
BIN := .venv/bin

.PHONY: preview reproduce verify test lint bench lock

preview: .venv/ready
	$(BIN)/snakemake --cores $(CORES) --configfile preview.yaml

reproduce: .venv/ready
	$(BIN)/snakemake --cores $(CORES)

verify: .venv/ready
	$(BIN)/python -m interplay verify

test: .venv/ready
	$(BIN)/python -m pytest

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# JAX is compared with if it is there: .venv/bin/pip install -r bench/requirements.txt
bench: .venv/ready
	PYTHONPATH=workflow/scripts $(BIN)/python -m bench

# torch's CUDA packages are left to torch's own exact pins: not every machine needs them.
lock:
	uv pip compile envs/requirements.in --python-version 3.11 --no-annotate --no-header -q \
	  | grep -vE '^(nvidia|cuda|triton)' > envs/requirements.txt.new
	mv envs/requirements.txt.new envs/requirements.txt

.venv/ready: envs/requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement envs/requirements.txt
	touch $@
