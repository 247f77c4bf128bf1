"""Join the measurements of an experiment: one row per network."""

from functools import reduce

from interplay.storage.tables import read_table, write_table
from job import job

NETWORK = ["experiment", "task", "g", "seed"]

COLUMNS = [
    *NETWORK, "N", "epochs", "initial_loss", "final_loss", "convergence_epoch", "norm_W0",
    "norm_W", "norm_dW", "functional_rank", "functional_rank_rank0", "shuffle_loss_ratio",
    "outbreak_share", "converged", "diverged", "device",
]  # fmt: skip

with job(snakemake):
    tables = map(read_table, snakemake.input)
    joined = reduce(lambda left, right: left.merge(right, "left", NETWORK), tables)
    write_table(joined[COLUMNS], snakemake.output.networks)
