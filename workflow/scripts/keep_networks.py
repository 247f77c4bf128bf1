"""Keep the networks of an experiment in one small file, dW at the rank that each needs."""

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.kept import MEASURED, keep, kept_table, write_kept
from interplay.storage.files import read_json
from interplay.storage.tables import read_table, write_table
from job import job
from networks import read_networks

with job(snakemake):
    params, files, output = snakemake.params, snakemake.input, snakemake.output
    flush_denormals()
    measured = read_table(files.measured)
    rows = measured.set_index(["g", "seed"])[list(MEASURED)]
    networks = [
        keep(
            trained,
            read_json(record),
            rows.loc[(trained.run.g, trained.run.seed)],
            params.test_trials,
        )
        for trained, record in zip(read_networks(files), files.record, strict=True)
        # A diverged network has no dW to keep: its row of the table stays without a loss.
        if not trained.diverged
    ]
    write_kept(networks, output.networks)
    write_table(kept_table(networks, measured), output.table)
