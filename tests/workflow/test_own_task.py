"""The page docs/own_task.md, literally: a new task, its experiment, other workflows."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from interplay.provenance.verify import verify
from interplay.storage.hashes import file_hash
from tests.running import snakemake

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "own_task.md").read_text()

pytestmark = pytest.mark.slow


def block(kind, containing):
    """Return the one block of code of the page that contains a text."""
    blocks = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.S)
    (found,) = (text for text in blocks if containing in text)
    return found


TASK = block("python", "class Match")
EXPERIMENT = block("yaml", "options: { delay")
TASK_FILE = "workflow/scripts/interplay/tasks/match.py"


def command(containing):
    """Return the words of a command of the page, such as `interplay run --cores 2`."""
    (line,) = re.findall(rf"^    (interplay run .*{containing}.*)$", PAGE, re.M)
    return line.split()


def type_in(folder, words):
    """Run a command of the page in a folder to its end."""
    environment = os.environ | {"PYTHONPATH": str(folder / "workflow/scripts")}
    ended = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr


def own_task(folder, experiment=EXPERIMENT):
    (folder / TASK_FILE).write_text(TASK)
    # A shorter training.
    (folder / "mine.yaml").write_text(experiment.replace("epochs: 300", "epochs: 20"))


def of_one_network():
    """Return the page's experiment with one network only."""
    experiment = yaml.safe_load(EXPERIMENT)
    experiment["nonlinear"]["networks"]["match"] |= {"g": [0.9], "seeds": [0]}
    return yaml.safe_dump(experiment)


def results_of(folder):
    """Return the experiments that have results in a folder."""
    return {path.name for path in (folder / "nonlinear").iterdir()}


def test_two_files_make_an_experiment_and_nothing_else_is_trained(copies):
    folder = copies()
    before = {path: file_hash(path) for path in folder.rglob("*") if path.is_file()}
    own_task(folder)
    touched = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and before.get(path) != file_hash(path)
    }
    assert touched == {TASK_FILE, "mine.yaml"}
    type_in(folder, command("--cores 2 --configfile mine.yaml"))
    assert results_of(folder / "results") == {"match"}
    of_match = folder / "results/nonlinear/match"
    assert (of_match / "overview.pdf").stat().st_size > 10_000
    networks = pd.read_csv(of_match / "networks.csv")
    assert networks.shape[0] == 3 * 2
    assert set(networks.experiment) == {"match"}
    assert (networks.epochs == 20).all()
    assert not (folder / "results/tables").exists()


def test_a_fifth_experiment_changes_nothing_of_the_paper(reproduction, tmp_path):
    folder = tmp_path / "interplay"
    shutil.copytree(reproduction.folder, folder, symlinks=True)

    def of_the_paper():
        results = folder / "results/preview"
        parts = ("tables/*", "figures/*", "paper.pdf")
        return {
            path.relative_to(results): file_hash(path)
            for part in parts
            for path in results.glob(part)
        }

    before = of_the_paper()
    own_task(folder, of_one_network())
    files = [*reproduction.configuration, "mine.yaml"]
    said = snakemake(folder, "--cores", "all", "--configfile", *files, "--", "all")
    assert of_the_paper() == before
    assert "match" in results_of(folder / "results/preview")
    rules = set(re.findall(r"^rule (\w+):|\(Rule: (\w+)\)", said, re.M))
    ran = {name for pair in rules for name in pair if name}
    assert "train_network" in ran
    assert not ran & {"evaluate_claims", "nonlinear_tables", "fig1", "fig2", "paper"}


def test_from_another_directory(copies, tmp_path):
    folder = copies()
    own_task(folder, of_one_network())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    words = command("--directory DIR")
    places = {"DIR": str(elsewhere), "path/to/interplay/Snakefile": "Snakefile"}
    type_in(folder, [places.get(word, word) for word in words])
    assert results_of(elsewhere / "results") == {"match"}
    assert not (folder / "results").exists()
    assert verify(Path("results"), elsewhere).problems == []


def test_as_a_module_of_another_workflow(copies, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    shutil.copytree(copies(), other / "interplay")
    (other / "interplay" / TASK_FILE).write_text(TASK)
    settings = yaml.safe_load(block("yaml", "pathvars"))
    settings["interplay"]["nonlinear"]["networks"]["match"]["epochs"] = 20
    settings["interplay"]["nonlinear"]["seeds"] = [0]
    (other / "config.yaml").write_text(yaml.safe_dump(settings))
    module = 'configfile: "config.yaml"\n\n\n' + block("python", "module interplay")
    (other / "Snakefile").write_text(module)
    snakemake(other, "--cores", "2")
    assert results_of(other / "results") == {"match"}
    assert (other / "results/nonlinear/match/overview.pdf").exists()
    assert verify(Path("results"), other).problems == []
