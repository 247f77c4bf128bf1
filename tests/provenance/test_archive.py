"""What is kept of a run: that of a real one, and the full run under paper/results."""

import json
from pathlib import Path

import pandas as pd
import pytest

from interplay.__main__ import main
from interplay.nonlinear.settled import settled
from interplay.provenance.archive import KEPT, MACHINES
from interplay.provenance.costs import costs
from interplay.provenance.receipts import NAME, read_receipts
from interplay.storage.errors import InputError
from interplay.storage.hashes import file_hash

FULL = Path(__file__).parents[2] / "paper" / "results"
FIGURES = [f"fig{i}.{suffix}" for i in range(1, 6) for suffix in ("pdf", "png")]


def altered(folder):
    """Return the kept files that are not what the kept receipts say."""
    receipts = read_receipts(folder / NAME)
    hashes = {path: h for each in receipts for path, h in each.outputs.items()}
    (results,) = {str(Path(p).parents[2]) for p in hashes if p.endswith("/fig1.pdf")}
    kept = [path for pattern in KEPT for path in folder.glob(pattern)]
    found = {path.relative_to(folder).as_posix(): file_hash(path) for path in kept}
    wrong = [path for path, h in found.items() if hashes[f"{results}/{path}"] != h]
    if {each.lock for each in receipts} != {file_hash(folder / "requirements.txt")}:
        wrong.append("requirements.txt")
    return wrong


@pytest.mark.slow
def test_what_is_kept_of_a_run(reproduction, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(reproduction.folder)
    folder = tmp_path / "kept"
    for _ in range(2):
        assert main(["keep", str(folder), "--results", "results/preview"]) == 0
    assert altered(folder) == []
    assert {path.name for path in (folder / "figures").iterdir()} >= set(FIGURES)
    machines = json.loads((folder / "machines.json").read_text())
    assert sum(machine["jobs"] for machine in machines) == 8 + 1 + 2
    table = pd.read_csv(folder / "costs.csv").set_index(["stage", "step"])
    assert table.loc[("nonlinear", "train"), "jobs"] == 8
    assert (table.wall_seconds > 0).all()

    (folder / "tables" / "claims.csv").write_text("id\n")
    assert altered(folder) == ["tables/claims.csv"]


@pytest.mark.parametrize("folder", [".", "results"])
def test_nothing_is_kept_over_another_folder(project, monkeypatch, capsys, folder):
    monkeypatch.chdir(project)
    before = sorted(project.rglob("*"))
    assert main(["keep", folder, "--results", "results"]) == 1
    assert "expected no folder, or one by `keep`" in capsys.readouterr().err
    assert sorted(project.rglob("*")) == before


def test_an_earlier_folder_stays_if_the_new_one_cannot_be_made(
    project, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(project)
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / MACHINES).write_text("[]")
    assert main(["keep", str(tmp_path / "kept"), "--results", "results"]) == 1
    assert "expected benchmark files" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["kept", MACHINES]


def test_costs_without_benchmarks_are_one_line(tmp_path):
    with pytest.raises(InputError, match="expected benchmark files, found none"):
        costs(tmp_path)


def test_costs_are_summed_by_step(tmp_path):
    columns = ["s", "h:m:s", "max_rss", "cpu_time"]
    rows = [["2.0", "0:00:02", "9", "1.5"], ["0.1", "0:00:00", "NA", "NA"]]
    for seed, row in enumerate(rows):
        file = tmp_path / f"nonlinear/romo/seed{seed}/train.tsv"
        file.parent.mkdir(parents=True)
        file.write_text("\n".join("\t".join(cells) for cells in (columns, row)))
    (found,) = costs(tmp_path).to_dict("records")
    assert found == {
        "stage": "nonlinear", "step": "train", "jobs": 2,
        "wall_seconds": 2.1, "cpu_seconds": 1.5, "rss_megabytes": 9.0,
    }  # fmt: skip


def test_the_full_run_is_what_its_receipts_say():
    assert altered(FULL) == []
    assert {path.name for path in (FULL / "figures").iterdir()} >= set(FIGURES)


def test_the_full_run_shows_what_the_paper_is_about():
    networks = pd.read_csv(FULL / "tables/nonlinear.csv")
    assert len(networks) == 185
    text = networks[networks.hold != "last_pulse"]
    ranks = text[text.g == 0].groupby("task").functional_rank.median()
    assert ranks["flipflop"] == 2
    assert ranks.between(2, 8).all()
    epochs = text.groupby(["task", "g"]).convergence_epoch.mean()
    for task in ("flipflop", "mante", "romo"):
        assert epochs[task, 0.9] < epochs[task, 0.0]
    linear = pd.read_csv(FULL / "tables/linear.csv")
    assert len(linear) == 150
    norms = linear.groupby("g").norm_dW.mean()
    assert norms[0.9] < norms[0.6] < norms[0.0]


def test_the_readme_counts_the_verdicts_of_the_full_run():
    verdicts = pd.read_csv(FULL / "tables/claims.csv").verdict.value_counts()
    readme = " ".join((FULL.parents[2] / "README.md").read_text().split())
    counted = (
        f"Of {verdicts.sum()} statements of the paper {verdicts['holds']} hold, "
        f"{verdicts['holds partly']} hold partly, {verdicts['fails']} fail and "
        f"{verdicts['not tested']} could not be tested"
    )
    assert counted in readme


def test_the_readme_compares_with_the_published_values_as_the_full_run_does():
    networks = pd.read_csv(FULL / "tables/nonlinear.csv")
    networks = networks[settled(networks) & (networks.hold != "per_channel")]
    published = pd.read_csv(FULL.parent / "published.csv", na_filter=False)
    published = published[published.bound == ""]
    readme = " ".join((FULL.parents[2] / "README.md").read_text().split())

    def medians(quantity):
        for task in ("flipflop", "mante", "romo"):
            ours = networks[networks.task == task].groupby("g")[quantity].mean()
            theirs = published.query("task == @task and quantity == @quantity")
            ratios = ours / theirs.set_index("g").value.astype(float)
            yield f"{ratios.median():.2f}"

    epochs, norms = (medians(name) for name in ("convergence_epoch", "norm_dW"))
    assert "convergence takes {}, {} and {} of the published".format(*epochs) in readme
    assert "norms are {}, {} and {} times the published".format(*norms) in readme
    (lstm,) = pd.read_csv(FULL / "tables/sentiment.csv").itertuples()
    ranks = f"rank {lstm.sufficient_rank_dW} of `dW`, or {lstm.sufficient_rank_W} of `W`"
    assert ranks in readme
