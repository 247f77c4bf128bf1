"""The notebook docs/tour.ipynb from a fresh kernel, and the code of docs/networks.md."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from interplay.nonlinear.job import FILES, save_network
from interplay.nonlinear.run import Run, initial_state
from interplay.nonlinear.training import train
from interplay.tasks import make_task

DOCS = Path(__file__).parents[2] / "docs"
TOUR = DOCS / "tour.ipynb"


def code_cells(path):
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(cells):
    """Return what the cells of a notebook printed."""
    outputs = [output for cell in cells for output in cell.outputs]
    return "".join(output.get("text", "") for output in outputs)


def figures(cells):
    """Return the number of figures that each cell shows."""
    return [
        sum("image/png" in output.get("data", {}) for output in cell.outputs)
        for cell in cells
    ]


def ranks_and_losses(cells):
    """Return the functional ranks, and the losses with W0 as trained and shuffled."""
    text = printed(cells)
    ranks = re.findall(r"functional rank: (\d+)", text)
    losses = re.findall(r"([\d.e-]+) of the initial loss", text)
    return list(map(int, ranks)), list(map(float, losses))


def test_the_notebook_is_committed_with_its_outputs():
    cells = code_cells(TOUR)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert sum(figures(cells)) == 8
    (_, own), (trained, shuffled) = ranks_and_losses(cells)
    assert own <= 6
    assert trained < 0.05 < 0.5 < shuffled
    # Four memories, and as many outliers as dW has ranks.
    assert "of which stable: 4" in printed(cells)
    assert "dW of rank 2" in str(cells[0].outputs)
    reals = re.findall(r"parts of W: \[(.*?)\]", printed(cells))[0].split()
    assert [float(value) > 1 for value in reals] == [True, True, False, False]
    assert TOUR.stat().st_size < 250_000


@pytest.mark.slow
def test_the_notebook_runs_from_a_fresh_kernel(reproduction, monkeypatch):
    folder = reproduction.folder
    monkeypatch.setenv("PYTHONPATH", str(folder / "workflow/scripts"))
    notebook = nbformat.read(folder / "docs/tour.ipynb", as_version=4)
    # A tiny run has one seed less, and a network that needs no rank.
    for cell in notebook.cells:
        cell.source = cell.source.replace("g=0.9, seed=1", "g=0.9, seed=0")
    where = {"metadata": {"path": folder / "docs"}}
    NotebookClient(notebook, timeout=300, resources=where).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert figures(cells) == figures(code_cells(TOUR))
    committed, _ = ranks_and_losses(code_cells(TOUR))
    ranks, _ = ranks_and_losses(cells)
    assert abs(ranks[-1] - committed[-1]) <= 2


def train_a_little(results, task_name, g, seed, n=16):
    """Write a small network to where a run of the workflow would."""
    task = make_task(task_name, 0.5)
    run = Run(task_name, g, seed, n=n, epochs=2, batch=2, learning_rate=0.01)
    start = initial_state(run, task)
    folder = results / f"nonlinear/{task_name}/g{g}/seed{seed}"
    network, loss, record = (folder / name for name in FILES)
    about = {"task": {"dt": 0.5}, "machine": {"device": "cpu"}}
    save_network(run, start, train(run, task, start), (network, loss, record), about)


def run_code(text):
    """Run the Python of a page; return its variables."""
    names = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.S):
        exec(block, names)
    return names


def test_the_code_of_the_page_on_networks_runs(tmp_path, monkeypatch):
    train_a_little(tmp_path / "results", "mante", 0.9, 0)
    monkeypatch.chdir(tmp_path)
    # tests/loading/test_lstm.py runs the code on LSTMs.
    names = run_code((DOCS / "networks.md").read_text().partition("## LSTMs")[0])
    assert names["net"].run.n == 16
    assert names["outputs"].shape == (len(names["trials"].inputs), 10, 1)
    before = names["net"].step(names["states"][-1], np.zeros((10, 4), np.float32))
    assert names["speed"].item() < ((before - names["states"][-1]) ** 2).sum()


def test_the_code_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    train_a_little(tmp_path / "results/preview", "flipflop", 1.2, 1)
    monkeypatch.chdir(tmp_path)
    assert len(run_code((DOCS.parent / "README.md").read_text())["truncated"]) == 8
    assert capsys.readouterr().out.count("[") == 2
