"""What several tests share: copies of the repository, and a small project with receipts."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import yaml
from matplotlib.figure import Figure

from interplay.figures.style import save
from interplay.provenance.code import code_hash
from interplay.provenance.identity import inputs_hash, short_id
from interplay.provenance.receipts import NAME, Job, issue, write_receipts
from interplay.storage.files import write_json
from interplay.storage.hashes import file_hash
from interplay.storage.tables import write_table
from tests.running import snakemake

ROOT = Path(__file__).parents[1]
LEFT = (".venv", "results", ".snakemake", ".git", ".*_cache", "__pycache__", "*.sif")


@pytest.fixture(scope="session")
def copies(tmp_path_factory):
    """Return a function that makes one more copy of the repository, without results."""

    def copy():
        folder = tmp_path_factory.mktemp("copy") / "interplay"
        return shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT))

    return copy


TINY = {
    "nonlinear": {
        "N": 32,
        "seeds": [0],
        "networks": {
            task: {"epochs": 50, "g": [0.0, 0.9]}
            for task in ("flipflop", "mante", "romo")
        },
        "examples": {
            "trial_g": 0.9,
            "epochs": {"flipflop": 50, "mante": 50, "romo": 50},
        },
    },
    "linear": {"N": 64, "g": [0.0, 0.6], "seeds": [0]},
    "sentiment": {"N": 16, "epochs": 2, "seeds": [0]},
}
"""what is smaller than in the preview: networks that learn next to nothing"""


@dataclass(frozen=True)
class Reproduction:
    """A copy of the repository in which the whole workflow has run."""

    folder: Path
    configuration: tuple[str, str]

    @property
    def results(self) -> Path:
        return self.folder / "results/preview"


@pytest.fixture(scope="session")
def reproduction(copies):
    """Every rule of the workflow, to the figures, claims and paper, on tiny networks."""
    whole = Reproduction(copies(), ("preview.yaml", "tiny.yaml"))
    (whole.folder / "tiny.yaml").write_text(yaml.safe_dump(TINY))
    snakemake(whole.folder, "--cores", "all", "--configfile", *whole.configuration)
    return whole


SCRIPT = "workflow/scripts/make.py"
TABLES = "results/tables"
NETWORKS = [
    ("romo", "", 0.0, 0),
    ("romo", "", 0.9, 0),
    ("flipflop", "last_pulse", 0.9, 1),
]


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """Three networks, their table, Fig. 2 and a claim: files, and a receipt each."""
    root = tmp_path_factory.mktemp("project")
    for folder in ("envs", "workflow/scripts", TABLES, "results/figures"):
        (root / folder).mkdir(parents=True)
    for name in ("Snakefile", "config.yaml", "preview.yaml", "LICENSE", "README.md"):
        (root / name).write_text(f"# {name}\n")
    (root / "envs/requirements.txt").write_text("numpy==2.4.6\n")
    (root / SCRIPT).write_text("x = 1\n")
    jobs = []

    def job(name, inputs, outputs, wildcards=None, **parameters):
        jobs.append(
            Job(
                name=name,
                wildcards=wildcards or {},
                inputs=inputs,
                outputs=outputs,
                parameters=parameters,
                script=SCRIPT,
                modules=[],
                code_hash=code_hash(root / SCRIPT),
                threads=1,
                started=1.0,
                ended=2.0,
                recorded_inputs={},
            )
        )

    columns = ["task", "hold", "g", "seed"]
    networks = pd.DataFrame(NETWORKS, columns=columns)
    networks = networks.assign(
        shuffle_loss_ratio=1.0, converged=True, functional_rank=2.0
    )
    records = []
    for task, hold, g, seed in NETWORKS:
        path = f"results/nonlinear/{task}/g{g}/seed{seed}/record.json"
        write_json({"machine": {"device": "cuda"}}, root / path)
        wildcards = {"task": f"{task}_{hold}".strip("_"), "g": str(g), "seed": str(seed)}
        job("train_network", [], [path], wildcards, task=task, hold=hold)
        records.append(path)
    table, claims = f"{TABLES}/nonlinear.csv", f"{TABLES}/claims.csv"
    write_table(networks, root / table)
    job("nonlinear_tables", records, [table])

    identity = inputs_hash(
        "fig2",
        {table: file_hash(root / table)},
        {"options": {"hold": "per_channel"}, "code": code_hash(root / SCRIPT)},
    )
    save(Figure(), root / "results/figures/fig2", short_id("fig2", identity), identity)
    figures = [f"results/figures/fig2.{suffix}" for suffix in ("pdf", "svg", "png")]
    job("fig2", [table], figures, options={"hold": "per_channel"})
    claim = {
        "id": "romo-rank-six", "where": "Fig. 1(l)", "claim": "Rank six.",
        "quantity": "value", "expected": "6", "part": "", "measured": 2.0, "spread": 0.0,
        "seeds": 1, "met": 0, "parts": 1, "verdict": "fails", "tables": "nonlinear",
        "rows": "complete and task == 'romo' and g == 0", "reason": "",
    }  # fmt: skip
    write_table(pd.DataFrame([claim]), root / claims)
    job("evaluate_claims", [table], [claims])
    configuration = ["--configfile", "preview.yaml"]
    write_receipts(issue(jobs, [], configuration, root), root / "results" / NAME)
    return root
