"""Train some networks of an experiment again, and look at W meanwhile."""

import pandas as pd

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.training import Run
from interplay.nonlinear.transitions import epochs_to_look_at, follow
from interplay.storage.tables import read_table, write_table
from interplay.tasks import make_task
from job import job

with job(snakemake):
    params = snakemake.params
    flush_denormals()
    task = make_task(
        params.experiment["task"],
        dt=params.experiment["dt"],
        **params.experiment["options"],
    )
    losses = read_table(snakemake.input.losses)
    followed = losses[losses.g.isin(params.g) & losses.seed.isin(params.seeds)]
    tables = []
    for (g, seed), of_network in followed.groupby(["g", "seed"]):
        run = Run.of(params.experiment, g, seed)
        epochs = epochs_to_look_at(
            of_network.loss.to_numpy(), params.threshold, params.steps
        )
        labels = {
            "experiment": snakemake.wildcards.experiment,
            "task": run.task_name,
            "g": g,
            "seed": seed,
        }
        table = follow(run, task, epochs)
        tables.append(pd.DataFrame(labels, table.index).join(table))
    write_table(pd.concat(tables, ignore_index=True), snakemake.output.transitions)
