"""Compare experiments that differ in one thing: a table of the supplement."""

from interplay.storage.tables import read_table, write_table
from interplay.tables import comparisons
from job import job


def compare_experiments(name: str, files, output, parameters) -> None:
    """Write a comparison; `files` are the networks and, for some, published values."""
    networks, *published = map(read_table, files)
    write_table(getattr(comparisons, name)(networks, parameters, *published), output)


if __name__ == "__main__":
    with job(snakemake):
        params, output = snakemake.params, snakemake.output.comparison
        compare_experiments(
            params.comparison, snakemake.input, output, params.experiments
        )
