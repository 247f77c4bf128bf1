"""Rebuild networks from the seed of W0 and a few factors of dW."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.packing import packed_network, rebuilt_network
from interplay.storage.tables import write_table
from job import job
from networks import read_networks

COLUMNS = [
    "experiment", "treebank", "g", "seed", "rank", "bytes", "whole_bytes", "loss",
    "whole_loss", "initial_loss", "accuracy", "whole_accuracy",
]  # fmt: skip

with job(snakemake):
    params, files = snakemake.params, snakemake.input
    flush_denormals()
    rows = []
    for trained, path in zip(read_networks(files), files.network, strict=True):
        if trained.diverged:
            continue
        data = packed_network(trained, params.rank)
        loss, whole_loss = (
            replace(trained, network=network).losses_with(
                [network.W], params.test_trials
            )[0]
            for network in (rebuilt_network(data), trained.network)
        )
        rows.append(
            {
                "experiment": snakemake.wildcards.experiment,
                "treebank": "",
                "g": trained.run.g,
                "seed": trained.run.seed,
                "rank": params.rank,
                "bytes": len(data),
                "whole_bytes": Path(path).stat().st_size,
                "loss": loss,
                "whole_loss": whole_loss,
                "initial_loss": trained.losses[0],
            }
        )
    write_table(pd.DataFrame(rows, columns=COLUMNS), snakemake.output.compression)
