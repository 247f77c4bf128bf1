"""Archive the networks of an experiment in one file, dW at the rank that each needs."""

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.archived import (
    MEASURED,
    archive_network,
    archive_table,
    write_archived,
)
from interplay.storage.files import read_json
from interplay.storage.tables import read_table, write_table
from job import script
from networks import read_networks


@script
def main(input, output, params):
    """Truncate and measure each network; write the file and its table."""
    flush_denormals()
    measured = read_table(input.measured)
    rows = measured.set_index(["g", "seed"])[list(MEASURED)]
    networks = [
        archive_network(
            trained,
            read_json(record),
            rows.loc[(trained.run.g, trained.run.seed)],
            params.test_trials,
        )
        for trained, record in zip(read_networks(input), input.record, strict=True)
        # A diverged network has no dW to archive; its row of the table has no loss.
        if not trained.diverged
    ]
    write_archived(networks, output.networks)
    write_table(archive_table(networks, measured), output.table)
