"""Fixtures of several tests: copies of the repository, a small project with receipts."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
import pytest
import yaml
from matplotlib.figure import Figure
from selenium import webdriver

from interplay.figures import fig2
from interplay.figures.style import letter_panels, save
from interplay.provenance.code import code_hash
from interplay.provenance.identity import inputs_hash, short_id
from interplay.storage.files import write_json
from interplay.storage.hashes import file_hash
from interplay.storage.tables import write_table
from interplay.tables.networks import with_decisions
from tests.provenance.small import Job, sealed
from tests.running import snakemake

ROOT = Path(__file__).parents[1]
LEFT = (
    ".venv", "results", ".snakemake", ".git", ".*_cache", "__pycache__", "*.sif", "*.tar.xz",
)  # fmt: skip

# A user's git may sign commits, change line ends, or begin repositories with hooks.
os.environ |= {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    # Only the user's settings may say so, for a checkout that another user owns.
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": str(ROOT),
}
os.environ.pop("GIT_TEMPLATE_DIR", None)


def pytest_itemcollected(item):
    """Keep the tests of a file, and all that share the whole run, on one worker of xdist."""
    shared = "reproduction" in item.fixturenames
    group = "reproduction" if shared else item.path.relative_to(ROOT).as_posix()
    item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_modifyitems(items):
    """Begin with what takes longest: the shared whole run, then other slow tests."""
    items.sort(
        key=lambda item: (
            "reproduction" not in item.fixturenames,
            item.get_closest_marker("slow") is None,
        )
    )


LIBRARY = "workflow/scripts/interplay"
COMPILED = f"{LIBRARY}/kernels/__pycache__"

COMPILE = """
import interplay

trained = interplay.train("flipflop", 0.9, 0, N=32, epochs=2)
trained.losses_with([trained.W0], n_trials=8)
"""


def machine_code_name(library, package):
    """Return numba's name for the folder of a package's machine code."""
    return f"{package}_{hashlib.sha1(str(library / package).encode()).hexdigest()}"


def share_machine_code(folder):
    """Copy what numba compiled for this checkout, so that a copy compiles nothing again."""
    for compiled in (ROOT / COMPILED).glob("*/*_*"):
        package = compiled.name.rpartition("_")[0]
        if compiled.name == machine_code_name(ROOT / LIBRARY, package):
            name = machine_code_name(folder / LIBRARY, package)
            shutil.copytree(compiled, folder / COMPILED / compiled.parent.name / name)


@pytest.fixture(scope="session")
def copies(tmp_path_factory):
    """Return a function that makes one more copy of the repository, without results."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow/scripts")}
    subprocess.run([sys.executable, "-c", COMPILE], check=True, env=environment)

    def copy():
        folder = tmp_path_factory.mktemp("copy") / "interplay"
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT))
        share_machine_code(folder)
        return folder

    return copy


TINY = {
    "formats": ["pdf", "png", "svg"],
    "readings": {"stated": {"mante": "mante", "romo": "romo"}},
    "nonlinear": {
        "N": 32,
        "seeds": [0],
        "networks": {
            task: {"epochs": 50, "g": [0.0, 0.9]}
            for task in ("flipflop", "mante", "romo")
        }
        | dict.fromkeys(("mante_stated", "romo_stated")),
        "families": {"scaling": {"of": ["flipflop"], "N": [32, 64]}},
        "examples": {
            "trial_g": 0.9,
            "epochs": {"flipflop": 50, "mante": 50, "romo": 50},
        },
    },
    "linear": {
        "N": 64,
        "g": [0.0, 0.6],
        "seeds": [0],
        "small_targets": {"N": [16, 64], "g": [0.0, 0.6], "seeds": [0]},
        **{task: {"N": 16, "epochs": 20} for task in ("cosine", "divergence")},
        "second_order": {"epochs": 60},
        "readout": {"N": [16, 64], "networks": 20},
    },
    "sentiment": {
        "N": 16,
        "epochs": 2,
        "seeds": [0],
        "synthetic": {"train": 400, "dev": 100, "test": 100},
    },
    "supplement": {
        "spectra": {"g": [0.0, 0.9]},
        "transitions": {"steps": 5},
        "directions": {"g": [0.9]},
    },
}
"""what is smaller than in the preview, or not there: networks that learn nothing"""


@dataclass(frozen=True)
class Reproduction:
    """A copy of the repository in which the whole workflow has run."""

    folder: Path
    configuration: tuple[str, str]

    @property
    def targets(self) -> tuple[str, str]:
        return "all", "results/preview/nonlinear/romo/overview.pdf"

    @property
    def results(self) -> Path:
        return self.folder / "results/preview"


@pytest.fixture(scope="session")
def reproduction(copies):
    """Every rule of the workflow, to the figures, claims and paper, on tiny networks."""
    whole = Reproduction(copies(), ("preview.yaml", "tiny.yaml"))
    (whole.folder / "tiny.yaml").write_text(yaml.safe_dump(TINY))
    files = ["--configfile", *whole.configuration]
    snakemake(whole.folder, "--cores", "all", *files, "--", *whole.targets)
    return whole


SCRIPT = "workflow/scripts/make.py"
DRAW = "workflow/scripts/draw_figure.py"
REPORT = "workflow/report"
TABLES = "results/tables"
NETWORKS = [("romo", 0.0, 0), ("romo", 0.9, 0), ("flipflop", 0.9, 1), ("own", 0.9, 0)]
CONFIG = """
nonlinear:
  N: 8
  seeds: [0]
  learning_rate: 0.03
  networks:
    romo: {epochs: 2}
    flipflop: {epochs: 3, learning_rate: 0.05}
    own: {like: romo}
"""


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """Four networks, their table, Fig. 2, claims and numbers: files, and a receipt each."""
    root = tmp_path_factory.mktemp("project")
    for folder in (
        "envs",
        "workflow/scripts",
        REPORT,
        TABLES,
        "results/figures",
        "paper",
    ):
        (root / folder).mkdir(parents=True)
    (root / REPORT / "fig2.rst").write_text("A caption.\n")
    shutil.copy(ROOT / "paper/metadata.yaml", root / "paper")
    for name in ("Snakefile", "LICENSE", "README.md"):
        (root / name).write_text(f"# {name}\n")
    (root / "config.yaml").write_text(CONFIG)
    (root / "preview.yaml").write_text("nonlinear: {N: 4}\n")
    (root / "envs/requirements.txt").write_text("numpy==2.4.6\n")
    for script in (SCRIPT, DRAW):
        (root / script).write_text("x = 1\n")
    jobs = []

    def job(name, inputs, outputs, wildcards=None, parts=None, said=None, **parameters):
        script = DRAW if "figure" in parameters else SCRIPT
        labels = {"wildcards": wildcards or {}, "parts": parts or {}}
        machine = {"device": "cuda" if name == "train_network" else "cpu", "threads": 1}
        jobs.append(
            Job(
                name, inputs, outputs, **labels, parameters=parameters, script=script,
                changes={"machine": machine, "said": said or {}},
            )
        )  # fmt: skip

    networks = pd.DataFrame(NETWORKS, columns=["experiment", "g", "seed"])
    networks = networks.assign(
        task="romo", epochs=2, convergence_epoch=1.0, shuffle_loss_ratio=1.0,
        converged=True, diverged=False, functional_rank=2.0, initial_loss=1.0,
        final_loss=0.01,
    )  # fmt: skip
    networks = with_decisions(networks, 25)
    records = []
    for experiment, g, seed in NETWORKS:
        path = f"results/nonlinear/{experiment}/g{g}/seed{seed}/record.json"
        write_json({"machine": {"device": "cuda"}}, root / path)
        wildcards = {"experiment": experiment, "g": str(g), "seed": str(seed)}
        job("train_network", [], [path], wildcards, experiment={"task": "romo"})
        records.append(path)
    trial = "results/nonlinear/romo/g0.0/seed0/trial.csv"
    write_table(networks, root / trial)
    job("example_trial", records[:1], [trial], {"experiment": "romo"})
    table, claims = f"{TABLES}/nonlinear.csv", f"{TABLES}/claims.csv"
    trials = f"{TABLES}/nonlinear_trials.csv"
    for path in (table, trials):
        write_table(networks, root / path)
    parts = {table: records, trials: [trial]}
    job("nonlinear_tables", [*records, trial], [table, trials], parts=parts)

    options = {"experiments": {"flipflop": "flipflop", "mante": "none", "romo": "romo"}}
    parameters = {"figure": "fig2", "options": options}
    identity = inputs_hash(
        "fig2",
        {table: file_hash(root / table)},
        {**parameters, "code": code_hash(root / DRAW)},
    )
    drawing = Figure()
    letter_panels(drawing.subplots(2, 2).flat)
    save(drawing, root / "results/figures/fig2", short_id("fig2", identity), identity)
    figures = [f"results/figures/fig2.{suffix}" for suffix in ("pdf", "svg", "png")]
    panels = {letter: asdict(panel) for letter, panel in fig2.PANELS.items()}
    job("fig2", [table], figures, said={"panels": panels}, **parameters)
    claim = {
        "id": "romo-rank-six", "reading": "identified", "where": "Fig. 1(l)",
        "claim": "Rank six.", "quantity": "value", "expected": "6", "part": "",
        "measured": 2.0, "spread": 0.0, "seeds": 1, "met": 0, "parts": 1,
        "verdict": "fails", "tables": "nonlinear",
        "rows": "(task == 'romo' and g == 0) and settled", "reason": "", "cause": "",
        "about": "result", "agreement": "no published value", "comparable": 0,
        "published_verdict": "",
    }  # fmt: skip
    untested = claim | {
        "id": "bounded", "verdict": "not tested", "tables": "", "rows": "", "parts": 0,
        "reason": "It is about networks of infinite size.",
    }  # fmt: skip
    pooled = claim | {"id": "epochs-pooled", "spread": None, "rows": "g == 0.9"}
    write_table(pd.DataFrame([claim, untested, pooled]), root / claims)
    reason = {
        "id": "romo-rank-six", "reading": "identified", "text": "They need more.",
        "expected": "at least 7", "measured": 7.25, "tables": "nonlinear",
        "rows": "g == 0", "shown": True,
    }  # fmt: skip
    other = reason | {"text": "They need fewer.", "shown": False}
    explanations = f"{TABLES}/explanations.csv"
    write_table(pd.DataFrame([reason, other]), root / explanations)
    reading = {"identified": options["experiments"]}
    job("evaluate_claims", [table], [claims, explanations], readings=reading)
    numbers, key = f"{TABLES}/numbers.csv", "nonlinear/networks/flipflop/learning_rate"
    rows = [
        ("nonlinear/N", 4, "config.yaml", "nonlinear/N", "the value"),
        ("rates/identified/flipflop", 0.05, "config.yaml", key, "the value"),
        ("networks/count", 4, "nonlinear.csv", "", "number of rows"),
    ]
    columns = ["label", "value", "table", "rows", "formula"]
    write_table(pd.DataFrame(rows, columns=columns), root / numbers)
    job("collect_numbers", [table], [numbers])
    (root / "results/paper.pdf").write_bytes(b"%PDF")
    job("paper", [claims, numbers], ["results/paper.pdf"], preview=True)
    values = yaml.safe_load(CONFIG)
    values["nonlinear"]["N"] = 4
    sealed(
        root,
        jobs,
        values=values,
        files=[root / "config.yaml", root / "preview.yaml"],
        command_line=["--configfile", "preview.yaml"],
    )
    return root


@pytest.fixture(scope="module")
def browser():
    """Return a browser without a window, or skip what needs it."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("expected chromium and chromedriver, found not both")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for option in ("headless=new", "no-sandbox", "disable-background-networking"):
        options.add_argument(f"--{option}")
    window = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield window
    window.quit()
