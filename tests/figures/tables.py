"""Small tables in the shape of those that figures are drawn from."""

import numpy as np
import pandas as pd

from interplay.tables.networks import with_decisions

TASKS = ("flipflop", "mante", "romo")
EXPERIMENTS = {task: task for task in TASKS}
STATED = {task: f"{task}_stated" for task in TASKS}
BOTH = (*TASKS, *STATED.values())
CHANNELS = {f"flipflop_channels{number}": number for number in (1, 3)}
G = [0.0, 0.9, 1.2]
SEEDS = [0, 1]


def networks_of(names, **columns):
    """Return an index of networks: experiment, task, g, seed, with further columns."""
    index = pd.MultiIndex.from_product(
        [names, G, SEEDS], names=["experiment", "g", "seed"]
    )
    rows = index.to_frame(index=False)
    rows.insert(1, "task", rows.experiment.str.partition("_")[0])
    return rows.assign(**columns)


def nonlinear(names=BOTH):
    """Return nonlinear.csv: networks that all settled."""
    rows = networks_of(names, N=16, epochs=40, initial_loss=0.1, final_loss=0.001)
    spread = 1 + 0.1 * rows.seed
    rows = rows.assign(
        convergence_epoch=20 * spread / (1 + rows.g), norm_W0=4 * rows.g, norm_W=4.0,
        norm_dW=2 * spread - rows.g, functional_rank=2.0 + rows.seed,
        functional_rank_rank0=2.0 + rows.seed, functional_rank_check=2.0 + rows.seed,
        shuffle_loss_ratio=rows.g, shuffle_loss_error=0.01, shuffle_loss_first=rows.g,
        outbreak_share=0.1 * rows.seed, converged=True,
        learned=True, learned_epoch=20, learned_early=True, outbreaks=rows.seed,
        outbreak_epoch=30, lasting_outbreaks=0, lasting_epoch=np.nan, diverged=False,
    )  # fmt: skip
    return with_decisions(rows, 25)


def field():
    """Return field.csv: tasks of dimension 1 to 3; the last is not learned at g = 0."""
    rows = nonlinear(TASKS)
    rows.loc[(rows.task == "romo") & (rows.g == 0), ["settled", "complete"]] = False
    dimension = rows.task.map({task: n for n, task in enumerate(TASKS, start=1)})
    return rows.assign(
        n_inputs=2 * dimension, n_outputs=dimension, input_dimension=1.5 * dimension,
        target_dimension=dimension,
    )  # fmt: skip


def long(rows, column, values):
    """Return a row per network and value of a column."""
    return rows.merge(pd.DataFrame({column: values}), how="cross")


def losses(names=BOTH):
    """Return nonlinear_loss.parquet."""
    rows = long(networks_of(names), "epoch", range(40))
    return rows.assign(loss=0.1 * np.exp(-rows.epoch / 10))


def spectrum():
    """Return nonlinear_spectrum.parquet."""
    rows = long(
        long(networks_of([*TASKS, *CHANNELS]), "matrix", ["W0", "W", "dW"]),
        "index",
        range(1, 17),
    )
    return rows.assign(value=1 / rows["index"])


def eigenvalues():
    """Return nonlinear_eigenvalues.parquet."""
    rows = spectrum().drop(columns="value")
    angle = 2 * np.pi * rows["index"] / 16
    return rows.assign(real=rows.g * np.cos(angle), imaginary=rows.g * np.sin(angle))


def truncation():
    """Return nonlinear_truncation.csv."""
    rows = long(networks_of(TASKS), "rank", range(12))
    return rows.assign(loss=0.1 / (1 + rows["rank"]))


def trials():
    """Return nonlinear_trials.parquet: two inputs, two outputs that touch, one phase."""
    networks = networks_of(TASKS)
    kinds = pd.DataFrame(
        {"kind": ["input", "output", "target"] * 2, "channel": [0, 0, 0, 1, 1, 1]}
    )
    rows = long(networks.merge(kinds, how="cross"), "time", [0.0, 0.5, 1.0])
    rows = rows.assign(value=rows.time - 0.5, mask=rows.time > 0)
    phases = networks.assign(kind="phase", channel=0, time=0.5, value=0.0, mask=False)
    return pd.concat([rows, phases], ignore_index=True)


def transitions():
    """Return transitions.parquet: an eigenvalue passes 1 at epoch 15, where the loss falls."""
    rows = long(networks_of(TASKS), "epoch", range(0, 40, 5))
    unstable = 1 * (rows.epoch >= 15)
    return rows.assign(unstable=unstable, leading=0.9 + unstable, loss=10.0**-unstable)


def plateaus():
    """Return plateaus.csv: of Mante and Romo at g = 0; the flip-flop has none."""
    rows = networks_of(BOTH)
    has_one = (rows.task != "flipflop") & (rows.g == 0)
    rows = rows.assign(
        initial_loss=1.0, plateau_start=2.0, plateau_end=14.0 + rows.seed, plateau_level=0.9,
        crossing_epoch=15.0, crossing_ratio=15 / (14 + rows.seed),
    )  # fmt: skip
    columns = ["plateau_start", "plateau_end", "plateau_level", "crossing_ratio"]
    rows.loc[~has_one, columns] = np.nan
    return rows


def alignment():
    """Return nonlinear_alignment.parquet of flip-flops with one and three channels."""
    rows = long(
        long(networks_of(CHANNELS), "side", ["left", "right"]), "index", range(1, 13)
    )
    share = 1 / rows["index"]
    return rows.assign(share_before=share / 2, share_after=share, share_expected=0.4)


def directions():
    """Return nonlinear_directions.parquet: W0 shuffled has half of the share."""
    sides, kinds = ["left", "right"], ["initial", "shuffled", "random"]
    rows = long(long(networks_of(TASKS), "side", sides), "connectivity", kinds)
    rows = long(long(rows, "vectors", ["initial", "trained", "both"]), "power", range(3))
    share = (1 + rows.power) / 10 / (1 + (rows.connectivity != "initial"))
    return rows.assign(share=share)


def gain():
    """Return nonlinear_gain.csv: a larger dW makes up for a shuffled W0."""
    rows = long(networks_of(TASKS), "connectivity", ["initial", "shuffled"])
    rows = long(rows, "gain", [1.0, 2.0])
    return rows.assign(loss_ratio=0.01 + (rows.connectivity == "shuffled") / rows.gain**4)


def interventions():
    """Return the three tables of interventions on the outbreaks of two networks."""
    networks = pd.DataFrame({
        "experiment": ["mante", "romo"], "role": ["mante", "romo"], "g": 0.3, "seed": 0,
        "drawn": [True, False],
    })  # fmt: skip
    shares = {"share_same": 0.8, "share_without": 0.0, "share_without_another": 0.8,
              "share_clipped": 0.0}  # fmt: skip
    trials = long(networks, "trial", range(4))
    before = long(networks.assign(variant="before"), "epoch", range(20, 31))
    after = long(
        long(networks, "variant", ["same", "without", "clipped"]),
        "epoch", range(31, 40),
    )  # fmt: skip
    return (
        networks.assign(epoch=30, bound=0.005, replayed=True, **shares),
        trials.assign(
            gradient_norm=10.0**-trials.trial, evidence=trials.trial + 1,
            removed=trials.trial == 0,
        ),
        pd.concat([before, after]).assign(loss=0.01),
    )  # fmt: skip


def lstms():
    """Return networks, curves, spectrum and truncation of LSTMs of one experiment."""
    treebank = "synthetic treebank"
    seeds = pd.DataFrame({"experiment": "lstm", "treebank": treebank, "seed": SEEDS})
    networks = seeds.assign(dev_accuracy=0.8)
    curves = long(seeds, "epoch", range(5))
    for split in ("train", "dev"):
        curves[f"{split}_loss"], curves[f"{split}_accuracy"] = 0.7, 0.5
    weights = long(long(seeds, "layer", [1, 2]), "weight", ["input", "recurrent"])
    values = long(long(weights, "matrix", ["W0", "W", "dW"]), "index", range(1, 9))
    ranks = long(long(seeds, "target", ["W", "dW"]), "rank", range(8))
    return (
        networks,
        curves,
        values.assign(value=1 / values["index"]),
        ranks.assign(
            dev_accuracy=0.5 + ranks["rank"] / 16,
            train_change=(ranks["rank"] / 16 - 0.25).where(ranks["rank"] < 5),
        ),
    )
