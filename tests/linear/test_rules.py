"""The rules of the linear networks, run by Snakemake on tiny networks."""

import pandas as pd
import pytest

from tests.running import snakemake

CONFIGURATION = """
linear:
  N: 16
  g: [0, 0.6]
  epochs: 20
  seeds: [0, 1]
  # An integer among floats, as someone may write it.
  targets: [{ zhat: 0.5, learning_rate: 0.05 }, { zhat: 2, learning_rate: 0.005 }]
  examples: { zhat: [0.5, 2], g: [0, 0.6] }
  small_targets: { N: [8, 16], epochs: 20, g: [0, 0.6], seeds: [0] }
  cosine: { N: 16, epochs: 10, seeds: [0] }
  divergence:
    N: 16
    epochs: 30
    seeds: [0]
    # The first rate makes every network diverge.
    targets: [{ zhat: 4, learning_rate: 10.0 }, { zhat: 2, learning_rate: 0.001 }]
  second_order: { N: 16, epochs: 10, seeds: [0] }
"""
TABLES = "results/preview/tables"


@pytest.fixture(scope="module")
def tables(copies):
    """Return a function that reads a table of tiny linear networks."""
    folder = copies()
    (folder / "linear.yaml").write_text(CONFIGURATION)
    names = "first_order.csv linear.csv cosine.csv divergence.csv second_order.parquet"
    targets = [f"{TABLES}/{name}" for name in names.split()]
    targets.append("results/preview/linear/g0.6/truncation.csv")
    configuration = ("--configfile", "preview.yaml", "linear.yaml", "--")
    snakemake(folder, "--cores", "all", *configuration, *targets)

    def read(name):
        path = folder / "results/preview" / name
        return pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)

    return read


@pytest.mark.slow
def test_a_target_written_as_an_integer_is_found_again(tables):
    trials = tables("tables/linear_trials.parquet")
    assert set(trials.zhat) == {0.5, 2.0}
    truncation = tables("linear/g0.6/truncation.csv")
    assert set(truncation.zhat) == {0.5, 2.0}
    assert set(truncation.seed) == {0, 1}
    final = tables("tables/linear.csv").set_index(["zhat", "g", "seed"]).final_loss
    whole = truncation[truncation["rank"] == 3].set_index(["zhat", "g", "seed"]).loss
    assert (whole - final.loc[whole.index]).abs().max() < 1e-4


@pytest.mark.slow
def test_networks_that_diverge_are_rows_of_the_table(tables):
    networks = tables("tables/divergence.csv")
    assert len(networks) == 4
    assert (networks.diverged == (networks.zhat == 4)).all()
    curves = tables("tables/divergence_curves.parquet")
    last = curves.groupby(["zhat", "g", "seed"]).epoch.max()
    epochs = networks.set_index(["zhat", "g", "seed"]).epochs
    assert (last == epochs.loc[last.index]).all()


@pytest.mark.slow
def test_tables_have_a_row_per_network_and_epoch(tables):
    assert len(tables("tables/cosine.csv")) == 3
    assert len(tables("tables/cosine_curves.parquet")) == 3 * 11
    assert len(tables("tables/cosine_trials.parquet")) == 3 * 201
    assert len(tables("tables/second_order.parquet")) == 2 * 2 * 11
    networks = tables("tables/linear.csv"), tables("tables/small_targets.csv")
    assert [len(rows) for rows in networks] == [2 * 2 * 2, 2 * 2 * 3]
    assert len(tables("tables/first_order.csv")) == 6 * (8 + 12)
    # Three directions for two singular vectors on two sides.
    assert len(tables("tables/linear_directions.csv")) == 12 * (8 + 12)
