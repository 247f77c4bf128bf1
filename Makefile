# Each target sets up .venv from the lock if it is missing or older than the lock.
PYTHON ?= python3
CORES ?= all
# Options of pip for .venv and the image, such as an index of torch without CUDA.
PIP_OPTIONS ?=
BIN := .venv/bin

# Settings that would lead pip and Python away from .venv, and text away from UTF-8.
export PIP_USER = 0
export PYTHONUTF8 = 1
unexport PIP_TARGET PIP_PREFIX PIP_ROOT PYTHONHOME PYTHONPATH PYTHONSTARTUP PYTHONUSERBASE

.PHONY: preview reproduce verify test test-system lint bench lock image place

preview: .venv/ready
	$(BIN)/interplay run --cores $(CORES) --configfile preview.yaml

reproduce: .venv/ready
	$(BIN)/interplay run --cores $(CORES)

verify: .venv/ready
	$(BIN)/interplay verify

# Each worker of pytest has one core; more threads would wait for each other.
test: export OMP_NUM_THREADS = 1
test: .venv/ready
	$(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder -m "not system"

# The preview on a real Slurm, and in real conda and apptainer, as far as they are present; the
# oldest Snakemake that the Snakefile accepts and neurogym, from PyPI.
# REQUIRE="slurm conda apptainer pypi" lets a test fail if its tool is missing.
test-system: .venv/ready
	if command -v apptainer > /dev/null; then $(MAKE) image; fi
	INTERPLAY_REQUIRE="$(REQUIRE)" $(BIN)/python -m pytest -m system

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright --level error
	$(BIN)/snakefmt --check Snakefile workflow/rules/*.smk
	$(BIN)/snakemake --lint

# Compares with JAX if it is installed: .venv/bin/pip install -r bench/requirements.txt
bench: .venv/ready
	$(BIN)/python -m bench

# The lock, and the conda files made from it. torch pins its own CUDA packages exactly; the
# lock leaves them out, because not every machine needs them.
# Versions that are in the lock stay; UV_OPTIONS=--upgrade renews them all.
lock:
	cp envs/requirements.txt envs/requirements.txt.new
	uv pip compile envs/requirements.in --python-version 3.11 --no-annotate --no-header -q \
	  $(UV_OPTIONS) --output-file envs/requirements.txt.new
	grep -vE '^(nvidia|cuda|triton)' envs/requirements.txt.new > envs/requirements.txt
	rm envs/requirements.txt.new
	$(MAKE) .venv/ready
	$(BIN)/python envs/conda_files.py

# For `interplay run --sdm apptainer`. Needs root or fakeroot, debootstrap, and a mirror of
# Debian, by default the one that this machine's apt uses.
MIRROR ?= $(shell apt-get indextargets --format '$$(REPO_URI)' 'Created-By: Packages' | head -n 1)
BUILD_OPTIONS ?=

image: envs/interplay.sif

envs/interplay.sif: envs/interplay.def envs/requirements.txt
	apptainer build --force --build-arg MIRROR="$(MIRROR)" \
	  --build-arg PIP_OPTIONS="$(PIP_OPTIONS)" $(BUILD_OPTIONS) $@ $<

# The scripts in .venv hold its path, so a copied or moved .venv is refused, also when it is ready.
.venv/ready: envs/requirements.txt pyproject.toml | place
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet $(PIP_OPTIONS) --requirement envs/requirements.txt
	$(BIN)/pip install --quiet --no-deps --editable .
	pwd -P > $@

place:
	@$(PYTHON) envs/check_place.py
