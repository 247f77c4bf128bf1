"""What every stage needs: the checked configuration, and the code as an input."""

import os
import sys
from functools import cache
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError

# Without it, matrix products on a GPU are refused where results have to be reproducible.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")

SCRIPTS = Path(workflow.basedir) / "workflow" / "scripts"
sys.path.insert(0, str(SCRIPTS))

from interplay.configuration.check import check_configuration
from interplay.storage.errors import InputError
from interplay.provenance.code import code_hash

schema = yaml.safe_load((SCRIPTS.parent / "schemas" / "config.schema.yaml").read_text())
try:
    check_configuration(config, schema)
except InputError as error:
    raise WorkflowError(str(error)) from None


CODE = {}
"""what each hash of code is of: a script, and the modules that it loads by name"""


@cache
def hash_of_code(script, *modules):
    found = code_hash(SCRIPTS / script, modules)
    CODE[found] = (script, list(modules))
    return found


def code(script, *modules):
    """Return the params function that hashes a script and all that it imports.

    Modules that the script loads by name are named here; wildcards are filled in.
    """
    return lambda wildcards: hash_of_code(
        script, *(module.format_map(wildcards) for module in modules)
    )


def task_code(script):
    """Hash a script with the one task module that it loads for these wildcards."""
    return lambda wildcards: hash_of_code(
        script,
        "interplay.tasks."
        + lookup(dpath=f"nonlinear/networks/{wildcards.task}/task", within=config),
    )


def each_try(amount):
    """Return a resource that grows by this amount with each try of a job."""
    return lambda wildcards, attempt: attempt * amount


def table(name):
    """Return the file of a table, which stands in Snakemake's report."""
    return report(
        f"<results>/tables/{name}.csv",
        caption="../report/table.rst",
        category="Tables",
        labels={"table": name},
    )


def drawn(figure, shows):
    """Return the files of a figure; the SVG stands in Snakemake's report."""
    stem = f"<results>/figures/{figure}"
    shown = report(
        f"{stem}.svg",
        caption=f"../report/{figure}.rst",
        category="Figures",
        labels={"figure": shows},
    )
    return [*multiext(stem, ".pdf", ".png"), shown]
