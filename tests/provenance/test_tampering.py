"""Each way of tampering with results, sources or receipts is found."""

import importlib
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from interplay.provenance.origin import CONFIGURATION
from interplay.provenance.receipts import RECEIPTS, Chain, leaves
from interplay.provenance.verify import verify
from interplay.storage.hashes import file_hash
from tests.provenance.small import (
    ARCHIVE,
    PART,
    SCRIPT,
    SOURCE,
    TABLE,
    add_a_line,
    drop_a_row,
    flip_a_byte,
    found,
    link_to_copy,
    rewritten,
    write,
)

ROOT = Path(__file__).parents[2]
LIBRARY = "workflow/scripts/library/part.py"
RECEIPTS_FILE = f"results/{RECEIPTS}"


def link_folder(path):
    # Whoever follows it never ends.
    path.symlink_to(path.parent)


def link_to_empty_folder(path):
    shutil.rmtree(path, ignore_errors=True)
    elsewhere = path.parents[1] / "elsewhere"
    elsewhere.mkdir()
    path.symlink_to(elsewhere)


def remove_with_receipt(path):
    """Remove the last output, and its receipt from the chain."""
    lines = path.read_text().splitlines(keepends=True)
    (path.parent / "tables/table.csv").unlink()
    kept = [line for line in lines if TABLE not in json.loads(line).get("outputs", {})]
    path.write_text("".join(kept))


def empty(path):
    write(path, "")


TAMPERINGS = {
    "an output altered": (PART, flip_a_byte, "altered"),
    "a row of a table dropped": (TABLE, drop_a_row, "altered"),
    "an output removed": (TABLE, Path.unlink, "missing"),
    "a source altered": (SOURCE, flip_a_byte, "altered"),
    "the lock altered": ("envs/requirements.txt", add_a_line, "altered"),
    "a script altered": (SCRIPT, add_a_line, "altered"),
    "a module altered": (LIBRARY, add_a_line, "altered"),
    "a module broken, so that it is not Python": (
        LIBRARY,
        lambda path: path.write_text("def\n"),
        "altered",
    ),
    "a module removed": (LIBRARY, Path.unlink, "missing"),
    "a module hidden by a package": (
        LIBRARY.replace(".py", "/__init__.py"),
        empty,
        "not explained",
    ),
    "a stray sitecustomize.py": (
        "workflow/scripts/sitecustomize.py",
        empty,
        "not explained: expected a name",
    ),
    "a compiled module next to its source": (
        LIBRARY.replace(".py", ".abi3.so"),
        empty,
        "not explained: expected source code",
    ),
    "config.yaml altered": (
        "config.yaml",
        lambda path: path.write_text("g: [1]"),
        "altered",
    ),
    "config.yaml removed": ("config.yaml", Path.unlink, "missing"),
    "a rule altered": ("workflow/rules/part.smk", add_a_line, "altered"),
    "a rule added": ("workflow/rules/more.smk", empty, "not explained"),
    "a rule removed": ("workflow/rules/part.smk", Path.unlink, "missing"),
    "the Snakefile altered": ("Snakefile", add_a_line, "altered"),
    "configuration.json altered": (f"results/{CONFIGURATION}", flip_a_byte, "altered"),
    "configuration.json removed": (f"results/{CONFIGURATION}", Path.unlink, "missing"),
    "a stray file": ("results/tables/other.csv", empty, "not explained"),
    "a stray hidden file": ("results/tables/.other.csv", empty, "not explained"),
    "a stray checkpoint": ("results/checkpoint.safetensors", empty, "not explained"),
    "a stray machines.json in a live folder": (
        "results/machines.json",
        empty,
        "not explained",
    ),
    "a stray codecheck.yml": ("results/codecheck.yml", empty, "not explained"),
    "a stray ro-crate-metadata.json": (
        "results/ro-crate-metadata.json",
        empty,
        "not explained",
    ),
    "a symbolic link to a file": (TABLE, link_to_copy, "not explained"),
    "a symbolic link to a folder": ("results/more", link_folder, "not explained"),
    "a symbolic link as logs/": ("results/logs", link_to_empty_folder, "not explained"),
    "a symbolic link as benchmarks/": (
        "results/benchmarks",
        link_to_empty_folder,
        "not explained",
    ),
    "a symbolic link as site/": ("results/site", link_to_empty_folder, "not explained"),
    "the receipts altered": (RECEIPTS_FILE, flip_a_byte, "altered"),
    "the seal removed": (RECEIPTS_FILE, drop_a_row, "altered"),
    "an output removed with its receipt": (RECEIPTS_FILE, remove_with_receipt, "altered"),
    "a receipt twice": (RECEIPTS_FILE, lambda path: copied(path, ended=4.0), "altered"),
    "two receipts for one output": (
        RECEIPTS_FILE,
        lambda path: copied(path, ended=5.0),
        "altered",
    ),
    "receipts in another order": (
        RECEIPTS_FILE,
        lambda path: resealed(path, lambda receipts: receipts[::-1]),
        "altered",
    ),
}
"""way of tampering with a live folder: file, change, and what verification says of it"""


def resealed(path, change):
    """Change the list of receipts, and seal it."""
    chain = Chain.read(path)
    receipts = change(chain.receipts)
    seal = replace(chain.seal, leaves=leaves(receipts))
    Chain(receipts, seal).write(path)


def copied(path, ended):
    resealed(path, lambda these: [*these, replace(these[-1], ended=ended)])


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found(small, name):
    path, change, said = TAMPERINGS[name]
    assert found(small) == []
    change(small / path)
    first = found(small)[0]
    assert first.startswith(f"{path}: {said}"), first
    assert str(small) not in first
    assert verify(small / "results", small).status == 1


def test_receipts_that_are_a_link_are_not_taken_for_a_file(small):
    link_to_copy(small / RECEIPTS_FILE)
    assert found(small) == [
        f"{RECEIPTS_FILE}: not explained: expected a file, found a symbolic link",
        "results/copy: not explained: no receipt names it",
    ]


ARCHIVE_TAMPERINGS = {
    "a figure of an archive forged": ("figures/fig2.svg", "altered"),
    "a figure that an archive leaves out put into it": ("figures/fig2.pdf", "altered"),
    "machines.json of an archive edited": ("machines.json", "altered"),
    "costs.csv of an archive edited": ("costs.csv", "altered"),
    "requirements.txt of an archive edited": ("requirements.txt", "altered"),
    "sources.tar.xz of an archive edited": ("sources.tar.xz", "altered"),
    "codecheck.yml put into an archive": ("codecheck.yml", "not explained"),
    "ro-crate-metadata.json put into an archive": (
        "ro-crate-metadata.json",
        "not explained",
    ),
    "a file put into an archive": ("tables/other.csv", "not explained"),
}
"""file of an archive, and what verification says after it was written"""


@pytest.mark.parametrize("name", ARCHIVE_TAMPERINGS)
def test_tampering_with_an_archive_is_found(archived_figure, name):
    path, said = ARCHIVE_TAMPERINGS[name]
    digest = Chain.read(archived_figure / ARCHIVE / RECEIPTS).digest
    assert found(archived_figure, ARCHIVE, digest=digest) == []
    write(archived_figure / ARCHIVE / path, "forged")
    problems = found(archived_figure, ARCHIVE, digest=digest)
    assert all(one.startswith(f"{ARCHIVE}/{path}: {said}") for one in problems), problems
    assert problems


FORGERIES = {
    "a job that ended before it started": (
        lambda one: replace(one, ended=one.started - 1),
        "ended before it started",
    ),
    "a job that started before its inputs were made": (
        lambda one: replace(one, started=0.5) if TABLE in one.outputs else one,
        f"the job of {TABLE} started 2 s before {PART} was made",
    ),
    "a job that started before its commit": (
        lambda one: replace(one, started=one.started - 60, ended=one.ended - 60),
        "s before its commit",
    ),
    "other rules than those of the commit": (
        lambda one: replace(one, workflow="0" * 64),
        "the rules that made",
    ),
    "another lock than that of the commit": (
        lambda one: replace(one, lock=file_hash(ROOT / "LICENSE")),
        "altered: expected sha256",
    ),
    "uncommitted changes hidden": (
        lambda one: replace(one, git={**one.git, "difference": "0" * 64}),
        "contradicts itself on uncommitted changes",
    ),
    "a commit hidden": (
        lambda one: replace(one, git={**one.git, "commit": ""}),
        "contradicts itself on uncommitted changes",
    ),
    "a configuration that nobody wrote down": (
        lambda one: replace(one, configuration="0" * 64),
        "not explained: expected configuration 000000000000",
    ),
}
"""change of each receipt, after which all ids are computed again, and what is found"""


@pytest.mark.parametrize("name", FORGERIES)
@pytest.mark.parametrize("folder", ["results", ARCHIVE])
def test_a_rewritten_chain_that_contradicts_itself_is_found(repository, name, folder):
    change, said = FORGERIES[name]
    assert found(repository, folder) == []
    rewritten(repository / folder, change)
    problems = found(repository, folder)
    assert any(said in one for one in problems), problems


def test_a_commit_that_a_complete_repository_lacks_is_said(repository):
    def forged(receipt):
        state = {**receipt.git, "commit": "0" * 40}
        return replace(receipt, git=state, workflow_git=state)

    rewritten(repository / "results", forged)
    answer = verify(Path("results"), repository)
    assert (answer.status, answer.problems) == (3, [])
    (line,) = answer.unchecked
    assert line == (
        f"{RECEIPTS_FILE}: cannot be checked: 2 receipts name commit 000000000000, which "
        "is not in this repository, though it is a complete clone"
    )


# The page


def rows():
    """Return way of tampering, answer and test of each row of the page's table."""
    page = (ROOT / "docs/audit.md").read_text()
    table = page.partition("## Ways of tampering")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (.+?) \| (.+?) \| `?(.+?)`? \|$", table, re.MULTILINE)
    return cells[1:]


def test_every_row_of_the_page_on_the_audit_is_a_test():
    for way, _, test in rows():
        file, _, function = test.partition("::")
        module = importlib.import_module(f"tests.provenance.{file.removesuffix('.py')}")
        names = [
            value
            for mark in getattr(getattr(module, function), "pytestmark", [])
            if mark.name == "parametrize" and mark.args[0] == "name"
            for value in mark.args[1]
        ]
        assert not names or way in names, way


def test_the_page_on_the_audit_lists_every_tampering():
    ways = {way for way, _, _ in rows()}
    assert {*TAMPERINGS, *ARCHIVE_TAMPERINGS, *FORGERIES} <= ways
