"""The benchmark at a tiny size: its table, and that its references do the same."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench import __main__ as command
from bench import floor, nonlinear, startup
from bench.plan import COMPARED, Plan, measure
from bench.report import COLUMNS, growth_exponent, lstm_ratio, summary
from bench.timing import ENGINE, Contender, check_agreement, one_thread
from interplay.provenance.receipts import RECEIPTS, Chain
from interplay.provenance.recording import describe_machine
from interplay.storage.files import write_json

ROOT = Path(__file__).parents[2]
TINY = Plan(
    n=16,
    sizes=(8, 16),
    epochs=COMPARED,
    rounds=2,
    linear_n=16,
    linear_epochs=5,
    dense_epochs=5,
    units=8,
    sentences=70,
)


@pytest.fixture(scope="module")
def found():
    with one_thread():
        return measure(TINY, with_jax=False, log=lambda line: None)


def test_the_table_has_a_row_for_each_thing_measured(found):
    table = found.table
    assert table.columns.tolist() == COLUMNS
    training = [
        (task, name) for task in TINY.tasks for name in (ENGINE, "plain autograd")
    ]
    here = table[table.experiment == "training"]
    assert list(zip(here.case, here.implementation, strict=True)) == training
    assert table[table.experiment == "sizes"].N.tolist() == [8, 16]
    others = table[table.experiment.isin(["linear", "lstm"])].implementation.tolist()
    assert others == [ENGINE, "dense float32", ENGINE, "torch.nn.LSTM"]
    assert (table.rounds == 2).all()
    assert (table.cpu_seconds.between(table.lowest, table.highest)).all()
    counted = table.experiment != "linear"
    shares = table[["sgemm_share", "peak_share"]]
    assert (shares[counted] > 0).all(axis=None)
    assert shares[~counted].isna().all(axis=None)
    assert (table.times_engine[table.implementation == ENGINE] == 1).all()


def test_the_lstm_is_compared_with_the_mean_of_the_rate_networks():
    rows = [("training", 0.8), ("training", 0.4), ("lstm", 0.3)]
    table = pd.DataFrame(rows, columns=["experiment", "peak_share"])
    assert lstm_ratio(table.assign(implementation=ENGINE)) == pytest.approx(0.5)


def test_references_have_the_losses_of_the_engine(found):
    assert len(found.differences) == 3 + 2 + 1 + 1
    largest = max(max(by_name.values()) for by_name in found.differences.values())
    assert 0 < largest < 1e-4


def test_jax_has_the_losses_of_the_engine():
    pytest.importorskip("jax", reason="JAX is optional, see bench/requirements.txt")
    pytest.importorskip("optax", reason="optax is optional, see bench/requirements.txt")
    plan = replace(TINY, tasks=("romo",), rounds=1)
    with one_thread():
        found = measure(plan, with_jax=True, log=lambda line: None)
    assert 0 < found.differences["training, romo, N = 16"]["JAX scan + optax"] < 1e-4


def test_other_losses_end_the_benchmark():
    def contender(name, losses):
        return Contender(name, lambda epochs: np.array(losses), epochs=2)

    engine, other = contender(ENGINE, [1.0, 0.5]), contender("other", [1.0, 0.51])
    assert check_agreement([engine, other], 2, 0.03)["other"] == pytest.approx(0.02)
    with pytest.raises(RuntimeError, match="other: expected the engine's losses"):
        check_agreement([engine, other], 2, 0.01)
    nan = contender("other", [1.0, np.nan])
    with pytest.raises(RuntimeError, match="other: expected the engine's losses"):
        check_agreement([engine, nan], 2, 0.01)


def test_ratios_are_formed_within_a_round():
    timings = pd.DataFrame(
        {
            "implementation": [ENGINE, "other"] * 3,
            "round": [0, 0, 1, 1, 2, 2],
            "cpu_seconds": [1.0, 2.0, 10.0, 30.0, 2.0, 8.0],
            "sgemm_rate": [10.0, 10.0, 1.0, 1.0, 10.0, 10.0],
            "tile_rate": [20.0, 20.0, 2.0, 2.0, 20.0, 20.0],
        }
    )
    engine, other = summary(timings, operations=5.0).to_dict("records")
    assert engine["times_engine"] == 1 and other["times_engine"] == 3
    assert engine["sgemm_share"] == 0.5 and engine["peak_share"] == 0.25
    assert (engine["lowest"], engine["cpu_seconds"], engine["highest"]) == (1, 2, 10)


def test_the_exponent_is_the_slope_of_the_logarithms():
    sizes = pd.DataFrame({"implementation": ENGINE, "N": [64, 128, 512]})
    sizes["cpu_seconds"] = 3e-6 * sizes.N**1.7
    assert growth_exponent(sizes) == pytest.approx(1.7)


def test_the_command_writes_what_it_prints(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "QUICK", TINY)
    options = ["--quick", "--tasks", "romo", "--repeats", "1", "--output", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["bench", *options])
    command.main()
    table = pd.read_csv(tmp_path / "bench.csv")
    record = json.loads((tmp_path / "bench.json").read_text())
    assert table.columns.tolist() == COLUMNS
    assert set(table[table.experiment == "training"].case) == {"romo"}
    assert record["plan"]["rounds"] == 1
    assert record["machine"]["threads"] == 1
    assert f"N^{record['exponent']:.2f}" in capsys.readouterr().out


@pytest.mark.parametrize("option, value", [("--epochs", "0"), ("--tasks", "chess")])
def test_a_wrong_option_is_refused(option, value, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bench", option, value])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2
    assert value in capsys.readouterr().err


@pytest.mark.slow
def test_starts_and_snakemake_are_a_part_of_a_runs_cpu_time(
    reproduction, monkeypatch, capsys
):
    monkeypatch.chdir(reproduction.folder)
    monkeypatch.setattr(sys, "argv", ["startup", "results/preview"])
    monkeypatch.setattr(startup, "start_seconds", lambda script: 0.7)
    startup.main()
    said = capsys.readouterr().out
    networks = list(reproduction.results.glob("nonlinear/*/g*/seed*"))
    assert re.search(rf"train_network.py +{len(networks)} ", said)
    starts, own = map(
        int, re.search(r"starts: (\d+) .* itself: (\d+) CPU s", said).groups()
    )
    both, total = map(int, re.search(r"together (\d+) of (\d+) CPU s", said).groups())
    assert min(starts, own) > 0
    assert starts + own - 1 <= both < total


def test_starts_are_a_part_of_an_archived_run(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["startup", "paper/results"])
    monkeypatch.setattr(startup, "start_seconds", lambda script: 1.0)
    startup.main()
    said = capsys.readouterr().out
    spent = pd.read_csv("paper/results/costs.csv").set_index("step").cpu_seconds
    jobs = len(Chain.read(Path("paper/results") / RECEIPTS).receipts)
    own, both = spent["snakemake"], jobs + spent["snakemake"]
    assert f"starts: {jobs} CPU s, Snakemake itself: {own:.0f} CPU s" in said
    assert f"together {both:.0f} of {spent.sum():.0f} CPU s" in said


def test_a_start_is_that_of_python_and_the_imports(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import json\n\nprint(snakemake.input)\n")
    assert startup.start_seconds(script, repeats=1) > 0


def test_starts_of_no_run_are_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["startup", str(tmp_path)])
    with pytest.raises(SystemExit, match=r"receipts\.jsonl: expected"):
        startup.main()


def archived(rule):
    """Return the receipt of one archived job of a rule."""
    receipts = Chain.read(ROOT / "paper/results" / RECEIPTS).receipts
    return next(receipt for receipt in receipts if receipt.rule == rule)


def test_the_floor_is_the_sum_of_the_products(tmp_path):
    network = replace(archived("train_network"), started=10.0, ended=12.0)
    experiment = network.parameters["experiment"] | {
        "task": "romo",
        "N": 16,
        "epochs": 10,
    }
    twice = network.machine | {"threads": 2}
    recorded = tmp_path / "results/nonlinear/small/g0.9/seed1/record.json"
    write_json({"cpu_seconds": 3.0}, recorded)
    receipts = [
        replace(
            network,
            wildcards={"experiment": "small", "g": "0.9", "seed": str(seed)},
            parameters={"experiment": experiment},
            outputs={f"results/nonlinear/small/g0.9/seed{seed}/record.json": ""},
            machine=twice,
        )
        for seed in (0, 1)
    ]
    trainings = floor.of_rate_networks(receipts, tmp_path)
    assert trainings.cpu_seconds.tolist() == [4.0, 3.0]
    assert trainings.bounded.tolist() == [True, False]
    count = 10 * nonlinear.operations(*nonlinear.make_run("romo", 16, 10))
    table = floor.compared(trainings, rate=count / 2)
    assert table.loc["small"].tolist() == table.loc["all"].tolist() == [2, 4, 7, 1, 1.75]


def test_the_floor_of_an_lstm_has_the_products_of_tests_too(tmp_path):
    sentences = pd.DataFrame(
        {"tokens": [300, 5], "sentences": [20, 1]}, index=["train", "dev"]
    )
    trainings = floor.of_lstms([archived("train_lstm")], tmp_path, sentences)
    epochs, n, dimension = 500, 256, 100
    weights = 4 * n * (dimension + 3 * n)  # of two layers: input and recurrent
    # All three passes without gradients of inputs, and one of 5 tokens; h = 0 at first.
    trained = 300 * (3 * weights - 4 * n * dimension) - 20 * 3 * 4 * n * 2 * n
    tested = 5 * weights - 4 * n * 2 * n
    assert trainings.operations.tolist() == [epochs * 2 * (trained + tested)]


@pytest.mark.parametrize(
    "other", [{"processor": "another"}, {"flags": ["mmx"]}, {"device": "cuda: H200"}]
)
def test_only_trainings_on_this_kind_of_processor_are_compared(other):
    here = describe_machine(threads=1)
    machines = [here, here | {"threads": 2, "system": "another"}, here | other]
    trainings = [replace(archived("train_network"), machine=each) for each in machines]
    assert floor.trained_here(trainings) == trainings[:2]


@pytest.mark.parametrize(
    "other, said",
    [
        ({}, r"sentiment_data\.csv: expected a table"),
        ({"processor": "another"}, "this kind of processor, found none of 1"),
    ],
)
def test_trainings_that_cannot_be_compared_are_one_line(
    other, said, tmp_path, monkeypatch
):
    machine = describe_machine(threads=1) | other
    receipts = [replace(archived("train_lstm"), machine=machine)]
    whole = Chain.read(ROOT / "paper/results" / RECEIPTS)
    replace(whole, receipts=receipts).write(tmp_path / RECEIPTS)
    monkeypatch.setattr(sys, "argv", ["floor", str(tmp_path)])
    with pytest.raises(SystemExit, match=said):
        floor.main()


@pytest.mark.slow
def test_the_floor_of_a_run_is_that_of_its_trainings(reproduction, monkeypatch, capsys):
    monkeypatch.chdir(reproduction.folder)
    monkeypatch.setattr(sys, "argv", ["floor", "results/preview"])
    floor.main()
    said = capsys.readouterr().out
    kinds = "nonlinear/*/g*/seed*", "sentiment/*/seed*"
    count = sum(len(list(reproduction.results.glob(kind))) for kind in kinds)
    assert f"trained on this kind of processor: {count} of {count}\n" in said
    assert re.search(rf"^all +{count} .* 0 +[\d.]+$", said, re.MULTILINE)
