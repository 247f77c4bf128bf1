"""Receipts: what is written at the end of a run, and how it is read again."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interplay.provenance.issuing import issue, seal
from interplay.provenance.origin import Origin
from interplay.provenance.receipts import RECEIPTS, Chain
from interplay.storage.errors import InputError
from tests.provenance.small import (
    PART,
    TABLE,
    flip_a_byte,
    found,
    jobs,
    sealed,
    write,
)


def issued(project, these, earlier=()):
    origin = Origin.of(project, {}, [])
    return issue(these, earlier, origin, project, project)


def test_a_job_comes_after_the_jobs_that_it_read_from(small):
    receipts = Chain.read(small / "results" / RECEIPTS).receipts
    assert [receipt.rule for receipt in receipts] == ["measure", "gather"]
    assert receipts[1].parents == [receipts[0].id]


def test_the_seal_names_the_last_job_of_the_chain(small):
    chain = Chain.read(small / "results" / RECEIPTS)
    assert chain.seal.leaves == [chain.receipts[1].id]
    assert chain.seal.root == "."
    assert list(chain.seal.workflow) == [
        "Snakefile",
        "workflow/rules/part.smk",
        "workflow/schemas/config.schema.yaml",
    ]


def test_an_altered_file_is_not_covered_up_by_a_later_run(small):
    flip_a_byte(small / PART)
    sealed(small, jobs(small), Chain.read(small / "results" / RECEIPTS).receipts)
    assert found(small)[0].startswith(f"{PART}: altered")


def test_a_run_of_some_jobs_keeps_the_receipts_of_others(small):
    earlier = Chain.read(small / "results" / RECEIPTS).receipts
    second, first = jobs(small)
    again = replace(first, started=9.0, ended=10.0)
    receipts = issued(small, [again], earlier)
    assert [receipt.rule for receipt in receipts] == ["measure", "gather"]
    sealed(small, [again], earlier)
    assert found(small) == []
    (small / second.outputs[0]).unlink()
    assert [r.rule for r in issued(small, [again], receipts)] == ["measure"]


def test_a_result_of_another_input_than_there_is_is_not_explained(small):
    earlier = Chain.read(small / "results" / RECEIPTS).receipts
    write(small / PART, "g,x\n0.9,3\n")
    second, first = jobs(small)
    rerun = replace(first, started=9.0, ended=10.0)
    sealed(small, [second, rerun], earlier)
    assert found(small) == [
        f"{TABLE}: not explained: made of another {PART} than there is"
    ]


def test_a_hash_that_snakemake_recorded_of_an_input_counts(small):
    second, first = jobs(small)
    wrong = replace(second, recorded_inputs={PART: "0" * 64})
    sealed(small, [wrong, first], earlier=[])
    assert f"made of another {PART}" in found(small)[0]


def test_the_receipt_of_a_script_that_is_gone_goes_at_the_next_run(small):
    page, script = "results/claims.html", "workflow/scripts/present.py"
    for path in (page, script):
        write(small / path, "")
    second, first = jobs(small)
    former = replace(first, name="present", outputs=[page], script=script)
    sealed(small, [second, first, former])
    (small / script).unlink()
    sealed(small, [second, first])
    assert found(small) == [f"{page}: not explained: no receipt names it"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(position=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_any_bit_of_the_receipts_is_noticed(small, position, bit):
    path = small / "results" / RECEIPTS
    whole = path.read_bytes()
    data = bytearray(whole)
    data[position % len(data)] ^= 1 << bit
    path.write_bytes(data)
    try:
        assert found(small)
    finally:
        path.write_bytes(whole)


def test_missing_receipts_are_one_line(tmp_path):
    with pytest.raises(InputError, match="expected receipts, found no file"):
        Chain.read(tmp_path / RECEIPTS)


def test_receipts_of_an_older_format_are_one_line(tmp_path):
    (tmp_path / RECEIPTS).write_text('{"id": "0", "rule": "train_network"}\n')
    with pytest.raises(InputError, match="older format: expected receipts with commit"):
        Chain.read(tmp_path / RECEIPTS)


def test_a_run_after_one_of_an_older_format_starts_a_new_chain(small):
    path = small / "results" / RECEIPTS
    path.write_text('{"id": "0", "rule": "train_network"}\n')
    sealed(small, jobs(small))
    assert found(small) == []


def test_the_digest_changes_with_any_receipt(small):
    chain = Chain.read(small / "results" / RECEIPTS)
    second, first = jobs(small)
    later = replace(first, started=9.0, ended=10.0)
    receipts = issued(small, [second, later])
    origin = Origin.of(small, {}, [])
    other = seal(receipts, "results", origin, small, small)
    assert other.digest != chain.digest
