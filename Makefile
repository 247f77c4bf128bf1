# Each target sets up .venv from the lock if it is missing or older than the lock.
PYTHON ?= python3
CORES ?= $(shell nproc)
BIN := .venv/bin

.PHONY: preview reproduce verify test test-system lint bench lock image

preview: .venv/ready
	$(BIN)/snakemake --cores $(CORES) --configfile preview.yaml

reproduce: .venv/ready
	$(BIN)/snakemake --cores $(CORES)

verify: .venv/ready
	$(BIN)/interplay verify

test: .venv/ready
	$(BIN)/python -m pytest -m "not system"

# The preview on a real Slurm and in real conda and apptainer, where there are such.
test-system: .venv/ready
	$(BIN)/python -m pytest -m system

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright --level error
	$(BIN)/snakefmt --check Snakefile workflow/rules/*.smk
	$(BIN)/snakemake --lint

# JAX is compared with if it is there: .venv/bin/pip install -r bench/requirements.txt
bench: .venv/ready
	$(BIN)/python -m bench

# The one lock, and then what is written from it: the conda files.
# torch's CUDA packages are left to torch's own exact pins: not every machine needs them.
lock:
	uv pip compile envs/requirements.in --python-version 3.11 --no-annotate --no-header -q \
	  | grep -vE '^(nvidia|cuda|triton)' > envs/requirements.txt.new
	mv envs/requirements.txt.new envs/requirements.txt
	$(MAKE) .venv/ready
	$(BIN)/python envs/conda_files.py

# For `snakemake --sdm apptainer`. Needs root or fakeroot, debootstrap, and a mirror of
# Debian, by default the one that this machine's apt uses.
MIRROR ?= $(shell apt-get indextargets --format '$$(REPO_URI)' 'Created-By: Packages' | head -n 1)
PIP_OPTIONS ?=
BUILD_OPTIONS ?=

image: envs/interplay.sif

envs/interplay.sif: envs/interplay.def envs/requirements.txt
	apptainer build --force --build-arg MIRROR="$(MIRROR)" \
	  --build-arg PIP_OPTIONS="$(PIP_OPTIONS)" $(BUILD_OPTIONS) $@ $<

.venv/ready: envs/requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement envs/requirements.txt
	$(BIN)/pip install --quiet --no-deps --editable .
	touch $@
