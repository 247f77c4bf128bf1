"""Receipts: what is written at the end of a run, and how it is read again."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interplay.provenance.issuing import write_receipts
from interplay.provenance.origin import CONFIGURATION
from interplay.provenance.receipts import RECEIPTS, Chain
from interplay.provenance.recording import RECORD
from interplay.provenance.verify import verify
from interplay.storage.errors import InputError
from interplay.storage.files import read_json, write_json
from tests.provenance.small import (
    PART,
    TABLE,
    Job,
    flip_a_byte,
    found,
    jobs,
    sealed,
    write,
    write_run,
)


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
    sealed(small, [])
    assert found(small)[0].startswith(f"{PART}: altered")


def test_a_run_of_some_jobs_keeps_the_receipts_of_others(small):
    earlier = Chain.read(small / "results" / RECEIPTS).receipts
    second, first = jobs(small)
    again = replace(first, started=9.0)
    chain = sealed(small, [again], earlier)
    assert [receipt.rule for receipt in chain.receipts] == ["measure", "gather"]
    # The other job read the same bytes, which were there before.
    assert chain.receipts[0].made_before == {PART: 2.0}
    assert found(small) == []
    (small / second.outputs[0]).unlink()
    chain = sealed(small, [again], chain.receipts)
    assert [receipt.rule for receipt in chain.receipts] == ["measure"]


def test_a_job_has_the_record_of_its_last_run(small):
    _, first = jobs(small)
    chain = sealed(small, [replace(first, started=9.0)])
    assert chain.receipts[0].started == 9.0
    # The file of another log holds an earlier record of the same job.
    write_json(first.record(small, small), small / f"results/logs/earlier{RECORD}")
    assert write_receipts("results", small).digest == chain.digest


def test_an_output_has_the_receipt_of_the_job_that_made_it_last(small):
    """One job made two tables; then another job makes one of them."""
    other = "results/tables/other.csv"
    write(small / other, "g\n")
    both = Job("gather", [PART], [TABLE, other], started=3.0)
    first = sealed(small, [jobs(small)[1], both], []).receipts[-1]
    write(small / other, "g\n0.9\n")
    chain = sealed(small, [Job("follow", [PART], [other], started=6.0)])
    assert write_receipts("results", small).digest == chain.digest
    _, *receipts = sorted(chain.receipts, key=lambda receipt: receipt.started)
    assert [list(receipt.outputs) for receipt in receipts] == [[TABLE], [other]]
    assert receipts[0].replaced == {other: first.outputs[other]}
    assert found(small) == []


def test_a_result_of_another_input_than_there_is_is_not_explained(small):
    write(small / PART, "g,x\n0.9,3\n")
    sealed(small, [replace(jobs(small)[1], started=9.0)])
    assert found(small) == [
        f"{TABLE}: not explained: made of another {PART} than there is"
    ]


def test_a_job_keeps_what_it_was_when_it_ran(small):
    """The commit, the lock and the rules of a later run are not those of the job."""
    earlier = Chain.read(small / "results" / RECEIPTS).receipts
    write(small / "envs/requirements.txt", "numpy==9.9.9\n")
    write(small / "workflow/rules/part.smk", "rule part:\n    input: []\n")
    write_run(small, small)
    later = write_receipts("results", small).receipts
    assert [receipt.stored() for receipt in later] == [
        receipt.stored() for receipt in earlier
    ]


def test_configurations_of_earlier_runs_are_kept_as_long_as_a_receipt_names_them(small):
    first = read_json(small / "results" / CONFIGURATION)
    second = sealed(small, jobs(small)[:1], values={"g": [0.5]}).receipts
    found = read_json(small / "results" / CONFIGURATION)
    assert found["values"] == {"g": [0.5]}
    assert found["earlier"][first["hash"]]["values"] == {"g": [0.9]}
    assert [receipt.configuration for receipt in second] == [first["hash"], found["hash"]]
    sealed(small, jobs(small), values={"g": [0.5]})
    assert read_json(small / "results" / CONFIGURATION)["earlier"] == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(position=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_any_bit_of_the_receipts_is_noticed(small, position, bit):
    path = small / "results" / RECEIPTS
    whole = path.read_bytes()
    data = bytearray(whole)
    data[position % len(data)] ^= 1 << bit
    path.write_bytes(data)
    try:
        # Receipts of another format, by one digit, cannot be checked: status 3.
        assert verify(small / "results", small).status
    finally:
        path.write_bytes(whole)


def test_missing_receipts_are_one_line(tmp_path):
    with pytest.raises(InputError, match="expected receipts, found no file"):
        Chain.read(tmp_path / RECEIPTS)


@pytest.mark.parametrize(
    ("line", "found"),
    [('"rule": "train_network", "format": 9', 9), ('"rule": "x", "commit": "c0ffee"', 1)],
)
def test_receipts_of_another_format_are_one_line(tmp_path, line, found):
    (tmp_path / RECEIPTS).write_text(f'{{"id": "0", {line}}}\n')
    with pytest.raises(
        InputError, match=f"of format 2, found format {found}; use the ver"
    ):
        Chain.read(tmp_path / RECEIPTS)


@pytest.mark.parametrize("number", [1, 2])
def test_a_later_line_of_another_format_is_altered(small, number):
    path = small / "results" / RECEIPTS
    chain = Chain.read(path)
    entries = [*chain.receipts, chain.seal]
    entries[number] = replace(entries[number], format=7)
    Chain(entries[:-1], entries[-1]).write(path)
    with pytest.raises(InputError, match=f"altered: line {number + 1} is no "):
        Chain.read(path)


def test_the_digest_changes_with_any_receipt(small):
    chain = Chain.read(small / "results" / RECEIPTS)
    other = sealed(small, [replace(jobs(small)[1], started=2.0)])
    assert other.digest != chain.digest
