"""Costs of a run, summed over Snakemake's benchmark files."""

import pytest

from interplay.provenance.costs import costs
from interplay.storage.errors import InputError
from interplay.storage.files import write_json


def test_costs_without_benchmarks_are_one_line(tmp_path):
    with pytest.raises(InputError, match="expected benchmark files, found none"):
        costs(tmp_path)


ROMO = {
    "stage": "nonlinear", "step": "train", "jobs": 2,
    "wall_seconds": 2.1, "cpu_seconds": 1.5, "rss_megabytes": 9.0,
}  # fmt: skip


def test_costs_are_summed_by_step(tmp_path):
    tmp_path = tmp_path / "benchmarks"
    columns = ["s", "h:m:s", "max_rss", "cpu_time"]
    rows = [["2.0", "0:00:02", "9", "1.5"], ["0.1", "0:00:00", "NA", "NA"]]
    for seed, row in enumerate(rows):
        file = tmp_path / f"nonlinear/romo/seed{seed}/train.tsv"
        file.parent.mkdir(parents=True)
        file.write_text("\n".join("\t".join(cells) for cells in (columns, row)))
    (found,) = costs(tmp_path).to_dict("records")
    assert found == ROMO
    # A record has all of the CPU time of its training; a shorter one does not count.
    for seed, seconds in enumerate((1.9, 0.3)):
        file = tmp_path.parent / f"nonlinear/romo/seed{seed}/record.json"
        write_json({"cpu_seconds": seconds}, file)
    (found,) = costs(tmp_path).to_dict("records")
    assert found == ROMO | {"cpu_seconds": 2.2}
