"""pip, conda and the container install the versions of the one lock, and no others."""

import ast
import re
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from envs.conda_files import closure, conda_files, needs, read_lock
from interplay.provenance.code import code_files

ROOT = Path(__file__).parents[2]
ENVS, SCRIPTS = ROOT / "envs", ROOT / "workflow" / "scripts"
LOCK = read_lock(ENVS / "requirements.txt")
STAGES = sorted((ROOT / "workflow" / "rules").glob("*.smk"))
STAGES = [stage for stage in STAGES if "../scripts/" in stage.read_text()]
ENVIRONMENT = {
    "examples": "nonlinear",
    "outbreaks": "nonlinear",
    "overview": "figures",
    "tables": "nonlinear",
    "treebank": "sentiment",
}
"""of the stages that use another stage's"""
CUDA = ("nvidia", "cuda", "triton")


def test_the_lock_has_what_is_asked_for():
    lines = (ENVS / "requirements.in").read_text().splitlines()
    asked = [line for line in lines if line and not line.startswith("#")]
    assert asked
    for line in asked:
        name, _, pinned = line.partition("==")
        assert LOCK[name] == pinned


def test_the_lock_is_whole():
    asked = re.findall(r"^([\w.-]+)==", (ENVS / "requirements.in").read_text(), re.M)
    assert closure(asked, LOCK) == sorted(LOCK)
    missing = {need for name in LOCK for need, _ in needs(name) if need not in LOCK}
    assert [name for name in missing if not name.startswith(CUDA)] == []


def test_pip_installed_the_lock():
    # "2.13.0+cpu" is the build of 2.13.0 for machines without CUDA.
    installed = {name: version(name).partition("+")[0] for name in LOCK}
    assert installed == LOCK


def test_make_installs_the_lock_and_nothing_else():
    installs = re.findall(r"^\t.*pip install (.*)", (ROOT / "Makefile").read_text(), re.M)
    assert installs == [
        "--quiet $(PIP_OPTIONS) --requirement envs/requirements.txt",
        "--quiet --no-deps --editable .",
    ]


@pytest.mark.parametrize("stage", STAGES, ids=lambda path: path.stem)
def test_conda_installs_the_lock_and_nothing_else(stage):
    names = set(re.findall(r'conda:\s+"(.*)"', stage.read_text()))
    name = ENVIRONMENT.get(stage.stem, stage.stem)
    assert names == {f"../../envs/{name}.yaml"}
    path = ENVS / f"{name}.yaml"
    assert path.read_text() == conda_files(ENVS)[path], "run `make lock`"
    python, pip, packages = yaml.safe_load(path.read_text())["dependencies"]
    assert python == "python=3.11"
    assert pip.startswith("pip=")
    for name, _, pinned in (line.partition("==") for line in packages["pip"]):
        assert LOCK[name] == pinned


def test_the_container_installs_the_lock_and_nothing_else():
    definition = (ENVS / "interplay.def").read_text()
    # The Debian of this name has Python 3.11, and nothing of the lock is taken from it.
    assert re.search(r"^OSVersion: bookworm$", definition, re.M)
    included = re.search(r"^Include: (.*)$", definition, re.M)[1]
    assert included == "ca-certificates,python3-minimal,python3-venv"
    source, target = re.search(r"%files\n +(\S+) (\S+)\n\n", definition).groups()
    assert ROOT / source == ENVS / "requirements.txt"
    installs = re.search(r"%post\n(.*?)\n\n", definition, re.S)[1]
    assert [line.strip() for line in installs.splitlines()] == [
        "python3 -m venv /opt/env",
        "/opt/env/bin/pip install --no-cache-dir {{ PIP_OPTIONS }}"
        f" --requirement {target}",
    ]


@pytest.mark.parametrize("stage", STAGES, ids=lambda path: path.stem)
def test_a_stage_has_the_packages_that_its_scripts_import(stage):
    text = stage.read_text()
    named = re.findall(r'"(interplay\.[\w.]+)"', text)
    scripts = re.findall(r"scripts/(\w+\.py)", text)
    if "{params.measurement}" in text:
        measured = re.findall(r'^    "(\w+)": \($', text, re.M)
        assert len(measured) == 4
        scripts += [f"{name}.py" for name in measured]
    files = {file for script in scripts for file in code_files(SCRIPTS / script, named)}
    modules = {module.partition(".")[0] for file in files for module in imports(file)}
    owners = packages_distributions()
    imported = {canonicalize_name(n) for m in modules for n in owners.get(m, ())}
    imported -= {"interplay"}
    assert imported
    name = ENVIRONMENT.get(stage.stem, stage.stem)
    packages = yaml.safe_load((ENVS / f"{name}.yaml").read_text())
    installed = {Requirement(line).name for line in packages["dependencies"][-1]["pip"]}
    assert imported <= installed


def test_the_snakefile_needs_nothing_of_the_lock_but_snakemake_and_jsonschema():
    # With conda or a container it runs outside of what they install.
    rules = [path.read_text() for path in (ROOT / "workflow" / "rules").glob("*.smk")]
    named = {
        name for text in rules for name in re.findall(r"(?m)^from (interplay\S+)", text)
    }
    assert "interplay.provenance.issuing" in named
    files = code_files(SCRIPTS / "job.py", named)
    modules = {module.partition(".")[0] for file in files for module in imports(file)}
    # Snakemake itself needs psutil and PyYAML.
    assert modules - sys.stdlib_module_names == {
        "interplay",
        "jsonschema",
        "psutil",
        "yaml",
    }


def test_the_default_profile_changes_nothing_in_that_of_slurm():
    # Snakemake takes a key from profiles/default, if it is there, and does not merge.
    default, slurm = (
        yaml.safe_load((ROOT / folder / "config.yaml").read_text())
        for folder in ("profiles/default", "slurm")
    )
    assert slurm["executor"] == "slurm"
    for key in default.keys() & slurm.keys():
        assert default[key] == slurm[key]


def imports(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
