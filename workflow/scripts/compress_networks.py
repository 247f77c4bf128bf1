"""Rebuild the networks of one task and g from a seed and a few factors of dW."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from interplay.kernels.denormals import flush_denormals
from interplay.lowrank.truncation import losses_of
from interplay.nonlinear.packing import packed_network, rebuilt_network
from interplay.nonlinear.training import test_trials
from interplay.storage.tables import write_table
from job import job
from trained import read_trained

COLUMNS = [
    "network", "treebank", "g", "seed", "rank", "bytes", "whole_bytes", "loss",
    "whole_loss", "initial_loss", "accuracy", "whole_accuracy",
]  # fmt: skip

with job(snakemake) as log:
    params, files = snakemake.params, snakemake.input
    flush_denormals()
    rows = []
    for each in zip(files.networks, files.losses, files.records, strict=True):
        trained, path = read_trained(*each), each[0]
        if trained.diverged:
            log(f"left out, since its training diverged: {path}")
            continue
        data = packed_network(trained, params.rank)
        rebuilt = replace(trained, weights=rebuilt_network(data))
        trials = test_trials(trained.run, trained.task, params.test_trials)
        tested = [
            losses_of(one.network, [one.weights["W"]], trials, trained.task.dt)[0]
            for one in (rebuilt, trained)
        ]
        rows.append(
            {
                "network": snakemake.wildcards.task,
                "treebank": "",
                "g": trained.run.g,
                "seed": trained.run.seed,
                "rank": params.rank,
                "bytes": len(data),
                "whole_bytes": Path(path).stat().st_size,
                "loss": tested[0],
                "whole_loss": tested[1],
                "initial_loss": trained.losses[0],
            }
        )
    write_table(pd.DataFrame(rows, columns=COLUMNS), snakemake.output.compression)
