"""Verification: what it checks, what it allows, and the signed digest as its anchor."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from interplay.__main__ import main
from interplay.provenance.receipts import RECEIPTS, Chain, leaves
from interplay.provenance.verify import verify
from tests.provenance.small import (
    PART,
    SCRIPT,
    SOURCE,
    TABLE,
    Job,
    add_a_line,
    drop_a_row,
    flip_a_byte,
    found,
    jobs,
    link_to_copy,
    sealed,
    write,
    write_results,
    write_sources,
)

ROOT = Path(__file__).parents[2]


def test_a_stray_file_next_to_a_folder_of_logs_is_found(small):
    write(small / "results/preview/logs/train.log", "done\n")
    write(small / "results/preview/table.csv", "g\n0.9\n")
    assert sorted(found(small)) == [
        "results/preview/logs/train.log: not explained: no receipt names it",
        "results/preview/table.csv: not explained: no receipt names it",
    ]


def test_the_site_is_not_checked(small):
    write(small / "results/site/index.html", "<p>")
    assert found(small) == []
    write(small / "results/preview/site/index.html", "<p>")
    (problem,) = found(small)
    assert problem.startswith("results/preview/site/index.html: not explained")


def test_results_inside_of_results_are_checked_by_their_own_receipts(small):
    inner = small / "results/preview"
    shutil.copytree(small / "results", small / "copy")
    (small / "copy").rename(inner)
    chain = Chain.read(inner / RECEIPTS)
    receipts = [
        replace(
            each,
            outputs={_inner(path): h for path, h in each.outputs.items()},
            inputs={_inner(path): h for path, h in each.inputs.items()},
            parents=[],
        )
        for each in chain.receipts
    ]
    parents = [receipts[0], replace(receipts[1], parents=[receipts[0].id])]
    sealing = replace(chain.seal, results="results/preview", leaves=leaves(parents))
    Chain(parents, sealing).write(inner / RECEIPTS)
    assert found(small) == []
    write(inner / "stray.csv", "")
    assert found(small) == [
        "results/preview/stray.csv: not explained: no receipt names it"
    ]


def _inner(path):
    return path.replace("results/", "results/preview/")


WEIGHTS, RECORD = "results/romo/network.safetensors", "results/romo/record.json"


def trained(root):
    """Write the receipts of a training and of a job that reads the trained network."""
    write(root / WEIGHTS, "weights\n")
    write(root / RECORD, json.dumps({"machine": {"system": "Linux"}}))
    training = Job("train_network", [SOURCE], [WEIGHTS, RECORD])
    sealed(root, [Job("measure", [WEIGHTS], [PART], started=3.0), training], [])


def test_weights_that_were_deleted_are_known_by_their_hash(small):
    trained(small)
    (small / TABLE).unlink()
    assert found(small) == []
    (small / WEIGHTS).unlink()
    answer = verify(small / "results", small)
    assert answer.problems == []
    assert "not in this folder: 1 files, known by their hash" in answer.notes


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        (WEIGHTS, flip_a_byte, "altered"),
        (WEIGHTS, link_to_copy, "not explained"),
        (RECORD, Path.unlink, "missing"),
    ],
)
def test_only_weights_may_be_deleted(small, path, change, said):
    trained(small)
    (small / TABLE).unlink()
    change(small / path)
    assert f"{path}: {said}" in "".join(found(small))


@pytest.mark.parametrize(
    "path",
    [
        SCRIPT,
        "config.yaml",
        "Snakefile",
        "workflow/rules/part.smk",
        "workflow/schemas/config.schema.yaml",
    ],
)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_comments_and_line_ends_are_no_alteration(small, path, line_end):
    data = b"# why\n\n" + (small / path).read_bytes()
    (small / path).write_bytes(data.replace(b"\n", line_end))
    assert found(small) == []


def test_logs_and_benchmarks_are_not_checked(small):
    write(small / "results/logs/train.log", "done\n")
    write(small / "results/benchmarks/train.tsv", "s\n")
    assert found(small) == []


def test_an_input_from_outside_is_checked_if_it_is_there(tmp_path):
    root, vectors = tmp_path / "project", tmp_path / "glove.txt"
    write_sources(root)
    write_results(root)
    vectors.write_text("the 0.1\n")
    sealed(root, jobs(root, source="../glove.txt"))
    assert found(root) == []
    flip_a_byte(vectors)
    assert found(root)[0].startswith("../glove.txt: altered")
    vectors.unlink()
    assert found(root) == []


def test_a_workflow_in_another_folder_than_the_results(tmp_path):
    root, work = tmp_path / "interplay", tmp_path / "mine"
    write_sources(root)
    write_results(work)
    these = jobs(root, source=f"../interplay/{SOURCE}")
    chain = sealed(root, these, work=work)
    assert chain.seal.root == "../interplay"
    assert found(work) == []
    for path in (SOURCE, SCRIPT, "Snakefile", "config.yaml"):
        whole = (root / path).read_text()
        (root / path).write_text("g: 1\n")
        assert path in found(work)[0]
        (root / path).write_text(whole)
    (root / SOURCE).unlink()
    assert f"{SOURCE}: missing" in found(work)[0]


def made_again(root):
    """Alter a result, and write a whole new chain that agrees with it."""
    write(root / TABLE, "g,x\n0.0,0\n0.9,1\n")
    sealed(root, jobs(root), earlier=[])


def test_a_rewritten_chain_is_found_by_its_digest_only(small, monkeypatch, capsys):
    monkeypatch.chdir(small)
    assert main(["digest", "results"]) == 0
    digest = capsys.readouterr().out.split()[0].removeprefix("sha256:")
    assert found(small, digest=digest) == []
    made_again(small)
    assert found(small) == []
    (first, *_) = found(small, digest=digest)
    assert first.startswith(f"results/{RECEIPTS}: altered: expected the digest {digest}")
    assert main(["verify", "results", "--digest", f"sha256:{digest}"]) == 1


@pytest.mark.skipif(
    not shutil.which("ssh-keygen"), reason="expected ssh-keygen, found none"
)
def test_a_signed_digest_anchors_the_chain(small, monkeypatch, capsys, tmp_path_factory):
    keys = tmp_path_factory.mktemp("keys")
    monkeypatch.chdir(small)

    def said_by(*arguments):
        assert main(list(arguments)) == 0
        return capsys.readouterr().out

    def keygen(*arguments, text=None):
        command = ["ssh-keygen", "-q", *map(str, arguments)]
        return subprocess.run(command, input=text, capture_output=True, text=True)

    key, signed = keys / "key", keys / "digest"
    assert keygen("-t", "ed25519", "-N", "", "-f", key).returncode == 0
    public = key.with_suffix(".pub").read_text()
    (keys / "signers").write_text(f"author@example.org {public}")
    signed.write_text(said_by("digest", "results"))
    assert keygen("-Y", "sign", "-f", key, "-n", "interplay", signed).returncode == 0

    def is_signed(text):
        check = ["-Y", "verify", "-f", keys / "signers", "-I", "author@example.org"]
        check += ["-n", "interplay", "-s", f"{signed}.sig"]
        return keygen(*check, text=text).returncode == 0

    assert is_signed(said_by("digest", "results"))
    made_again(small)
    assert main(["verify", "results"]) == 0
    capsys.readouterr()
    assert not is_signed(said_by("digest", "results"))


# The real workflow


def verified(folder):
    command = [sys.executable, "-m", "interplay", "verify", "results/preview"]
    path = {**os.environ, "PYTHONPATH": str(ROOT / "workflow/scripts")}
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=path)
    return ended.returncode, ended.stderr


@pytest.mark.slow
def test_a_run_that_nobody_touched_is_verified(reproduction):
    assert verified(reproduction.folder) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "change", "line"),
    [
        ("results/preview/tables/linear_theory.parquet", flip_a_byte, "altered"),
        ("results/preview/tables/linear_scalings.csv", drop_a_row, "altered"),
        ("results/preview/sentiment/data/train.txt", os.unlink, "missing"),
        ("results/preview/figures/fig1.png", flip_a_byte, "altered"),
        ("results/preview/paper.pdf", flip_a_byte, "altered"),
        ("workflow/scripts/interplay/linear/theory.py", add_a_line, "altered"),
        ("workflow/scripts/prepare_sentences.py", add_a_line, "altered"),
        ("workflow/rules/linear.smk", add_a_line, "altered"),
        ("tiny.yaml", lambda path: path.write_text("{}"), "altered"),
    ],
)
def test_a_change_after_a_run_is_named(reproduction, path, change, line):
    altered = reproduction.folder / path
    whole = altered.read_bytes()
    change(altered)
    status, message = verified(reproduction.folder)
    altered.write_bytes(whole)
    assert status == 1
    assert message.startswith(f"{path}: {line}")
