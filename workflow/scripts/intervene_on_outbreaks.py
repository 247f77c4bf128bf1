"""Train networks with an outbreak again, with and without the trial that begins it."""

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.outbreaks import chosen_networks, intervene_on_networks
from interplay.storage.tables import read_table, write_table
from job import script


@script
def main(input, output, params):
    """Choose the networks, intervene, write the tables."""
    flush_denormals()
    chosen = chosen_networks(
        read_table(input.networks), params.experiments, params.networks
    )
    tables = intervene_on_networks(
        chosen, read_table(input.losses), params.experiments, params.threshold
    )
    for name, path in output.items():
        write_table(tables[name], path)
