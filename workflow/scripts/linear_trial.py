"""Simulate the trained linear network of Fig. 3(a) with a fine time step."""

from interplay.linear.network import Trial, draw_network
from interplay.linear.trained import example_trials
from interplay.storage.arrays import read_arrays
from interplay.storage.tables import write_table
from job import script


@script
def main(input, output, params, wildcards):
    """Read the networks, simulate them, write the trials."""
    g, seed = float(wildcards.g), int(wildcards.seed)
    network = draw_network(params.N, g, seed)
    arrays = read_arrays(input.network)
    trial = Trial(dt=params.dt, **params.trial)
    table = example_trials(network, arrays, map(float, params.zhat), trial)
    columns = ["zhat", "g", "seed", "kind", "time", "value"]
    write_table(table.assign(g=g, seed=seed)[columns], output.trials)
