"""Rebuild networks from the seed of W0 and a few factors of dW."""

from pathlib import Path

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.measurements.compression import compression
from interplay.storage.tables import concatenate, write_table
from job import script
from networks import read_networks


@script
def main(input, output, params, wildcards):
    """Measure each network; write a row per network."""
    flush_denormals()
    rows = [
        compression(
            trained,
            wildcards.experiment,
            params.rank,
            Path(path).stat().st_size,
            params.test_trials,
        )
        for trained, path in zip(read_networks(input), input.network, strict=True)
    ]
    write_table(concatenate(rows), output.compression)
