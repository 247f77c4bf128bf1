"""Shared by all stages: the checked configuration, and the code as an input."""

import math
import os
import sys
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import update_config

# Reproducible results on a GPU need it: torch accepts :4096:8 or :16:8 for matrix products,
# and :4096:2 or :16:8 for LSTMs.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":16:8")
# All products in float32; cuDNN's LSTM would round their factors to 10 bits.
os.environ.setdefault("NVIDIA_TF32_OVERRIDE", "0")

ROOT = Path(str(workflow.current_basedir)).resolve().parents[1]
# Snakemake's own answer, `workflow.modifier.is_main_snakefile`, is newer than 9.12.
IS_MODULE = Path(workflow.basedir).resolve() != ROOT
SCRIPTS = ROOT / "workflow" / "scripts"
sys.path.insert(0, str(SCRIPTS))

import slurm_internals
import snakemake_internals
from interplay.surroundings import variables

os.environ |= variables(Path(".snakemake/home").absolute())
PYTHON = snakemake_internals.quote_interpreter()
# Jobs import the library from here, too, even where another copy of it is installed.
environment = os.environ
environment["PYTHONPATH"] = os.pathsep.join(
    [str(SCRIPTS), *filter(None, [environment.get("PYTHONPATH")])]
)

from interplay.configuration import memory
from interplay.configuration.check import check_configuration
from interplay.configuration.experiments import (
    PAPER_TASKS,
    compared_experiments,
    compared_lstms,
    experiments,
    has_all_of,
    in_order_of,
    named_experiments,
    sentiment_experiments,
    way_of_training,
)
from interplay.configuration.files import command_line_values, read_yaml
from interplay.configuration.paths import expand_paths, expanded
from interplay.configuration.tasks import package_versions, task_problems, tasks_folder
from interplay.provenance.code import Sources
from interplay.provenance.strays import refuse_strays
from interplay.storage.errors import InputError
from interplay.storage.hashes import file_hash

# Jobs with an environment of their own need not have the packages of this one.
ELSEWHERE = snakemake_internals.deploys_software(workflow)


def checked_tasks(requests):
    """Return the problems of tasks; of each file first what hides it from the code's hash."""
    for name in sorted({request["name"] for request in requests}):
        SOURCES.foreign(f"interplay.tasks.{name}")
    # The process that started this one has checked them.
    if not snakemake_internals.is_main_process(workflow):
        return [{} for _ in requests]
    return task_problems(requests, PYTHON, ELSEWHERE)


try:
    for file in snakemake_internals.configuration_files(workflow):
        # Snakemake has read it, and says nothing of a key that is written twice.
        read_yaml(file)
    if not IS_MODULE:
        entries = snakemake_internals.configuration_entries(workflow)
        update_config(config, command_line_values(entries))
    # In a container, where jobs run, `~` may be another folder.
    expand_paths(config)
    snakemake_internals.change_pathvars(workflow, expanded)
    refuse_strays(SCRIPTS)
    TASKS = tasks_folder(config, SCRIPTS / "interplay" / "tasks")
    # Jobs find the tasks there.
    environment["INTERPLAY_TASKS"] = str(TASKS or "")
    SOURCES = Sources(SCRIPTS, TASKS)
    check_configuration(
        config,
        read_yaml(ROOT / "workflow" / "schemas" / "config.schema.yaml"),
        checked_tasks,
    )
    EXPERIMENTS = experiments(config["nonlinear"])
except InputError as error:
    raise WorkflowError(str(error).replace(f"{Path.cwd()}/", "")) from None


# Snakemake puts keys of the last configuration file first. The order of config.yaml counts,
# since the figures without a suffix are those of the first reading.
FULL = read_yaml(ROOT / "config.yaml")
READINGS = in_order_of(config.get("readings", {}), FULL.get("readings", {}))
if READINGS:
    config["readings"] = READINGS  # as configuration.json will have them


PREVIEW = bool(READINGS) and not has_all_of(config, FULL)
"""whether the paper's experiments are others than those of config.yaml; figures, site,
terminal and article say so"""

FORMATS = config.get("formats", ["pdf", "png", "svg"])
"""suffixes of the files of each figure"""


wildcard_constraints:
    experiment=r"[A-Za-z][A-Za-z0-9_.-]*",
    g=r"\d+(\.\d+)?(e-?\d+)?",
    seed=r"\d+",


CODE = {}
"""script and modules loaded by name, by the hash of their code"""


@cache
def hash_of_code(script, *modules):
    digest = SOURCES.hash(script, modules)
    CODE[digest] = (script, list(modules))
    return digest


def code(script, *modules):
    """Return a params function: the hash of a script and of everything it imports.

    `modules` are modules that the script loads by name; wildcards in them are filled in.
    """
    return lambda wildcards: hash_of_code(
        script, *(module.format_map(wildcards) for module in modules)
    )


def task_code(script):
    """Return a params function: the code of a script, with the experiment's task."""
    return lambda wildcards: hash_of_code(
        script, f"interplay.tasks.{EXPERIMENTS[wildcards.experiment].task}"
    )


@cache
def network_parameters(experiment):
    """Return everything that a training depends on, besides g, seed and our own code."""
    parameters = EXPERIMENTS[experiment].parameters
    modules = SOURCES.foreign(f"interplay.tasks.{parameters['task']}")
    versions = package_versions(modules, ROOT / "envs/requirements.txt", ELSEWHERE)
    # Packages that the lock pins are the same for all networks.
    return {**parameters, **({"packages": versions} if versions else {})}


def task_parameters(experiment):
    """Return an experiment's name, and what its trials depend on, besides our own code."""
    parameters = network_parameters(experiment)
    keys = {"task", "options", "dt", "packages"} & parameters.keys()
    return experiment, {key: parameters[key] for key in sorted(keys)}


def settings(*path, keys):
    """Return the named keys of a part of the configuration, as parameters of a rule."""
    section = lookup(dpath="/".join(path), within=config)
    return {key: section[key] for key in keys.split()}


def each_try(**amounts):
    """Return resources that grow with each try of a job: as named, twice that, and so on.

    An amount may be a function of the job's wildcards.
    """

    def growing(amount):
        def of_try(wildcards, attempt):
            return attempt * (amount(wildcards) if callable(amount) else amount)

        return of_try

    return {name: growing(amount) for name, amount in amounts.items()}


SLOWER = 3
"""times that a node may be slower than the machine of the archived run"""

SHORTEST = 10
"""minutes that a submission requests at least"""


@cache
def archived_run():
    """Return the archived run, and the sizes of this configuration's networks; or nothing.

    With conda or a container, Snakemake may run without NumPy. Then there is no estimate.
    """
    # Imported here, since local runs and jobs need no estimate.
    try:
        from interplay.terminal.estimate import ArchivedRun, networks_in
    except ModuleNotFoundError:
        return None
    return ArchivedRun.read(ROOT / "paper" / "results"), networks_in(config)


def minutes(stage, step, rule, otherwise, at_least=1, jobs=1, **of):
    """Return the resource `runtime`, estimated from the archived run.

    Each try requests more: as estimated, twice that, and so on. Without an estimate, the
    first try requests `otherwise`. A job that does the work of several `jobs` names the
    wildcards `of` one of them.
    """

    def limit(wildcards, attempt):
        seconds = None
        if snakemake_internals.requests_resources(workflow) and archived_run():
            archived, networks = archived_run()
            named = dict(wildcards.items()) | of
            seconds = archived.expected_seconds(stage, step, rule, named, networks)
        if seconds is None:
            return attempt * otherwise
        return attempt * max(at_least, math.ceil(jobs * SLOWER * seconds / 60))

    return limit


# Both are about one submission, not about all that run at once.
resource_scopes:
    turn="local",
    runtime="local",


snakemake_internals.run_groups_in_turn(
    workflow, ("train", "linear", "measure"), SHORTEST
)


def source(path):
    """Return a file of this repository as an input, wherever Snakemake runs."""
    # The flag keeps a module's `prefix` away from it.
    return local(os.path.relpath(ROOT / path))


def table(name):
    """Return the file of a table, which Snakemake's report shows."""
    return report(
        f"<results>/tables/{name}.csv",
        caption="../report/table.rst",
        category="Tables",
        labels={"table": name},
    )


def figure_outputs(stem, caption, label, category="Figures"):
    """Return the files of a figure; site, article and Snakemake's report show the SVG."""
    shown = report(
        f"{stem}.svg", caption=caption, category=category, labels={"figure": label}
    )
    others = [f"{stem}.{suffix}" for suffix in FORMATS if suffix != "svg"]
    return [*others, shown]


def experiments_of_last_file():
    """Return the experiments that the last configuration file names.

    Snakemake merges it into config.yaml. Someone who writes a file with one experiment
    wants the overview of that one. Without a file on the command line: all experiments.
    """
    files = snakemake_internals.named_configuration_files(workflow)
    if not files:
        return EXPERIMENTS
    content = read_yaml(files[-1]).get("nonlinear") or {}
    return named_experiments(content, config["nonlinear"])


def used_by_readings(*roles):
    """Return the experiments that stand for some roles in any reading, each once."""
    named = [reading[role] for reading in READINGS.values() for role in roles]
    return list(dict.fromkeys(named))


def suffix(reading):
    """Return what the name of a figure ends with: nothing for the first reading."""
    return "" if reading == next(iter(READINGS)) else f"_{reading}"
