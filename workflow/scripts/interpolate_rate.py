"""Identify the learning rate of the published figures, from our networks and others'."""

from interplay.storage.tables import read_table, write_table
from interplay.tables import rates
from job import script


@script
def main(input, output, params):
    """Write the authors' convergence times, interpolated rates, and values shown twice."""
    networks, authors, published = map(read_table, input)
    alike = params.experiments
    write_table(rates.authors_points(authors, published), output.authors)
    interpolated = rates.interpolated_rates(networks, alike, authors, published)
    write_table(interpolated, output.interpolated)
    write_table(rates.shown_twice(networks, alike, published), output.twice)
