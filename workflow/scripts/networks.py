"""Read the networks of an experiment and measure them, for the scripts of Section 2."""

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from interplay.nonlinear.trained import TrainedNetwork, read_network
from interplay.storage.tables import concatenate, write_table


def read_networks(input) -> Iterator[TrainedNetwork]:
    """Read the trained networks of a rule's input, one after the other."""
    for files in zip(input.network, input.loss, input.record, strict=True):
        yield read_network(*files)


def write_measured(
    input,
    output,
    experiment: str,
    measure: Callable[[TrainedNetwork], Mapping[str, pd.DataFrame]],
) -> None:
    """Measure every network of a rule's input; write the tables to the rule's outputs.

    Args:
        input, output: the job's.
        experiment: name of the experiment.
        measure: returns a table for each of the rule's outputs, by name.
    """
    parts = {name: [] for name, _ in output.items()}
    for trained in read_networks(input):
        for name, table in measure(trained).items():
            parts[name].append(trained.labelled(table, experiment))
    for name, path in output.items():
        write_table(concatenate(parts[name]), path)
