"""Rebuild networks from the seed of W0 and a few factors of dW."""

from pathlib import Path

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.measurements.compression import compression
from interplay.storage.tables import concatenate, write_table
from job import job
from networks import read_networks


def main(snakemake):
    """Measure each network; write a row per network."""
    params, files = snakemake.params, snakemake.input
    flush_denormals()
    rows = [
        compression(
            trained,
            snakemake.wildcards.experiment,
            params.rank,
            Path(path).stat().st_size,
            params.test_trials,
        )
        for trained, path in zip(read_networks(files), files.network, strict=True)
    ]
    write_table(concatenate(rows), snakemake.output.compression)


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
