"""Read the networks of an experiment and measure them, for the scripts of Section 2."""

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from interplay.nonlinear.trained import TrainedNetwork, read_network
from interplay.storage.tables import concatenate, write_table


def read_networks(files) -> Iterator[TrainedNetwork]:
    """Read the trained networks of a rule's input, one after the other."""
    for each in zip(files.network, files.loss, files.record, strict=True):
        yield read_network(*each)


def write_measured(
    snakemake, measure: Callable[[TrainedNetwork], Mapping[str, pd.DataFrame]]
) -> None:
    """Measure every network of a rule's input; write the tables to the rule's outputs.

    Args:
        snakemake: the job.
        measure: returns a table for each of the rule's outputs, by name.
    """
    tables: dict[str, list[pd.DataFrame]] = {
        name: [] for name, _ in snakemake.output.items()
    }
    for trained in read_networks(snakemake.input):
        for name, table in measure(trained).items():
            labelled = trained.labelled(table, snakemake.wildcards.experiment)
            tables[name].append(labelled)
    for name, parts in tables.items():
        write_table(concatenate(parts), snakemake.output[name])
