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

from interplay.__main__ import main
from interplay.nonlinear.job import FILES
from interplay.nonlinear.trained import read_network
from interplay.provenance.archive import archive
from interplay.provenance.code import Sources
from interplay.provenance.receipts import Chain
from interplay.provenance.verify import verify
from interplay.storage.hashes import file_hash
from tests.running import SMALL, left_to_do, refused, small_networks, snakemake

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
    """The page's snippets, literally: a Snakefile, its configuration, a task outside."""
    other = tmp_path / "other"
    (other / "tasks").mkdir(parents=True)
    shutil.copytree(copies(), other / "interplay")
    (other / "tasks/match.py").write_text(TASK)
    (other / "Snakefile").write_text(block("python", "module interplay"))
    # A shorter training.
    settings = block("yaml", "pathvars").replace("epochs: 300", "epochs: 20")
    (other / "config.yaml").write_text(settings.replace("seeds: [0, 1]", "seeds: [0]"))
    snakemake(other, "--cores", "2")
    assert results_of(other / "results") == {"match"}
    assert (other / "results/nonlinear/match/overview.pdf").exists()
    assert verify(Path("results"), other).problems == []

    # The task's code is in the receipts, and in an archive, which needs the folder no more.
    receipts = Chain.read(other / "results/receipts.jsonl").receipts
    training = next(one for one in receipts if "train_network" in one.rule)
    assert training.code["tasks/match.py"] == Sources(other).file_hash(
        other / "tasks/match.py"
    )
    network = "results/nonlinear/match/g0.9/seed0"
    trained = read_network(*(other / network / name for name in FILES))
    assert type(trained.task).__module__ == "interplay.tasks.match"
    archive(Path("results"), other / "archived", other)
    (other / "tasks/match.py").write_text(TASK.replace("= 4.0", "= 5.0"))
    (problem, *_) = verify(Path("results"), other).problems
    assert problem.startswith("tasks/match.py: altered: changed since results/nonlinear/")
    shutil.rmtree(other / "tasks")
    assert verify(Path("archived"), other).problems == []
    (other / "tasks").mkdir()
    said = refused(other, "-n")
    assert (
        "match/task: expected one of flipflop, mante, neurogym, romo, found 'match'"
        in said
    )


def test_the_target_field_compares_own_experiments_and_is_restored(copies):
    folder = copies()
    small_networks(folder, epochs=20, g=[0.0, 0.9], seeds=[0])
    (folder / "formats.yaml").write_text("formats: [pdf, png, svg]\n")
    files = ("preview.yaml", "small.yaml", "formats.yaml")
    snakemake(folder, "--cores", "2", "--configfile", *files, "--", "field")
    results = folder / "results/preview"
    assert results_of(results) == {"small"}
    made = {path.name for path in (results / "figures").iterdir()}
    assert made == {"field.pdf", "field.png", "field.svg"}
    assert [path.name for path in (results / "tables").iterdir()] == ["field.csv"]
    table = pd.read_csv(results / "tables/field.csv")
    page = (ROOT / "docs/tables.md").read_text()
    (columns,) = re.findall(r"^\| `field.csv` \|.*\| (.*) \|$", page, re.M)
    assert [f"`{name}`" for name in table.columns] == columns.split()
    assert table.g.tolist() == [0.0, 0.9]
    assert (table.n_inputs == 2).all()
    assert table.target_dimension.between(1.9, 2).all()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["archive", "archived", "--results", "results/preview"]) == 0
        shutil.rmtree(results)
        assert main(["restore", "archived", "--configfile", *files]) == 0
        assert verify(Path("results/preview"), folder).problems == []
    # The archive has the figure as SVG only.
    left = left_to_do(folder, *files, targets=["field"])
    assert left == {"draw_field": 1, "field": 1}


def test_copied_results_of_another_configuration_are_made_again(copies, tmp_path):
    """Results without Snakemake's records: their receipts say what they were made with."""
    folder = copies()
    files = small_networks(folder, epochs=2)
    table = f"{SMALL}/convergence.csv"
    snakemake(folder, "--cores", "2", table, *files)
    shutil.rmtree(folder / ".snakemake")
    assert "Nothing to be done" in snakemake(folder, "-n", table, *files)
    # A floating point seed is the same network; with a name that YAML reads as a number.
    said = snakemake(
        folder, "-n", table, *small_networks(folder, epochs=2.0, seeds=[0.0])
    )
    assert not re.search("train_network", said)
    for written in ("receipts.jsonl", None):
        if written is None:
            (folder / "results/receipts.jsonl").unlink()
        said = snakemake(folder, "-n", table, *small_networks(folder, epochs=3))
        assert re.search(r"train_network +2\n", said), said
