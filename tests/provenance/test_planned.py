"""The graph of a run that has not ended, from its plan."""

from dataclasses import asdict

import pytest

from interplay.provenance.planned import planned_graph
from interplay.provenance.receipts import NAME
from interplay.storage.errors import InputError
from tests.provenance.small import PART, TABLE, jobs


def plan_of(root):
    described = [asdict(job) for job in jobs(root)]
    for job in described:
        for known_afterwards in ("started", "ended", "recorded_inputs"):
            del job[known_afterwards]
    return {
        "results": "results", "root": ".", "values": {"g": [0.9]}, "command_line": [],
        "files": ["config.yaml"], "jobs": described,
    }  # fmt: skip


def test_outputs_that_are_gone_are_known_by_their_receipt(small):
    before = planned_graph(plan_of(small), [TABLE], small).receipts
    (small / PART).unlink()
    (measured, gathered) = planned_graph(plan_of(small), [TABLE], small).receipts
    assert [each.outputs for each in before] == [measured.outputs, gathered.outputs]
    assert gathered.parents == [measured.id]


def test_an_output_without_file_and_receipt_is_named(small):
    (small / PART).unlink()
    (small / "results" / NAME).unlink()
    with pytest.raises(InputError, match=f"{PART}: expected a file or a receipt"):
        planned_graph(plan_of(small), [TABLE], small)
