"""Jobs that are made again at their commit: spot checks, and figures from tables."""

import json
import shutil
import subprocess

import pytest

from interplay.__main__ import main
from interplay.provenance.instructions import (
    AVX2,
    AVX512,
    CORE,
    FEATURES,
    TARGET,
    ZEN4,
    instructions_of,
    instructions_of_one_only,
    kernels_of,
)
from interplay.provenance.receipts import RECEIPTS, Chain, Seal, leaves
from interplay.provenance.recording import describe_machine
from interplay.provenance.remade import DIFFERS, EQUAL, NOT_MADE, Remade
from interplay.provenance.spotcheck import Spotcheck, largest_share
from tests.provenance.repositories import git
from tests.provenance.small import (
    ARCHIVE,
    PART,
    SCRIPT,
    SOURCE,
    TABLE,
    Job,
    sealed,
    write,
    write_results,
    write_sources,
)
from tests.running import small_networks, snakemake

FIGURE = "results/figures/fig.svg"
SNAKEFILE = f"""
rule part:
    output: "{PART}"
    shell: "exit 1"

rule gather:
    input: "{PART}"
    output: "{TABLE}"
    shell: "exit 1"

rule draw:
    input: table="{TABLE}", source="{SOURCE}"
    output: "{FIGURE}"
    shell: "cat {{input}} > {{output}}"
"""


def committed(root):
    git(root, "init", "--quiet", ".")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "workflow")


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """A small project under git, with a figure made of a table."""
    write_sources(tmp_path)
    write(tmp_path / "Snakefile", SNAKEFILE)
    write(tmp_path / ".gitignore", "/results\n/report.json\n")
    committed(tmp_path)
    write_results(tmp_path)
    parts = [(tmp_path / path).read_text() for path in (TABLE, SOURCE)]
    write(tmp_path / FIGURE, "".join(parts))
    monkeypatch.chdir(tmp_path)
    run(tmp_path)
    return tmp_path


def run(root, **changes):
    """Write the receipts of a run of all jobs."""
    sealed(
        root,
        [
            Job("draw", [TABLE, SOURCE], [FIGURE], started=5.0, changes=changes),
            Job("gather", [PART], [TABLE], started=3.0),
            Job("part", [SOURCE], [PART]),
        ],
    )


def test_a_figure_is_drawn_again_from_its_table_alone(drawn, capsys):
    (drawn / PART).unlink()
    assert main(["redraw", "--report", "report.json"]) == 0
    assert capsys.readouterr().out.endswith("figures: 1 of 1 equal\n")
    (job,) = json.loads((drawn / "report.json").read_text())["jobs"]
    assert job["answer"] == EQUAL
    assert list(job["outputs"]) == [FIGURE]
    # Nothing of it is in the repository.
    assert git(drawn, "status", "--porcelain") == ""


def test_an_archive_carries_all_that_makes_its_figures_again(drawn, monkeypatch, capsys):
    write(drawn / "results/benchmarks/draw.tsv", "s\tmax_rss\tcpu_time\n1\t2\t3\n")
    assert main(["archive", ARCHIVE]) == 0
    shutil.rmtree(drawn / ".git")
    assert main(["redraw", ARCHIVE]) == 0
    assert "figures: 1 of 1 equal" in capsys.readouterr().out
    # What a job of the article does, too.
    monkeypatch.setattr("interplay.provenance.redraw.GIT", SCRIPT)
    assert main(["redraw", ARCHIVE]) == 3
    said = capsys.readouterr().out
    assert f"not made: {FIGURE}: the job reads its commit from git" in said


def test_a_figure_that_is_not_the_one_of_its_table_differs(drawn, capsys):
    write(drawn / FIGURE, "another")
    run(drawn)
    assert main(["redraw"]) == 1
    assert f"differs: {FIGURE}" in capsys.readouterr().out


def test_a_table_that_was_altered_is_not_drawn(drawn, capsys):
    write(drawn / TABLE, "another")
    assert main(["redraw"]) == 1
    assert f"{TABLE}: altered" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"clean": False}, "the files of the run were not as in its commit"),
        ({"commit": "0" * 40}, "this clone does not contain the commit"),
        ({"commit": ""}, "the run names no commit"),
    ],
)
def test_a_job_whose_sources_are_not_known_is_not_made(drawn, capsys, state, reason):
    known = Chain.read(drawn / "results" / RECEIPTS).seal.git
    run(drawn, git=known | state)
    assert main(["redraw"]) == 3
    said = capsys.readouterr().out
    assert f"not made: {FIGURE}" in said
    assert reason in said


def test_the_reason_why_snakemake_fails_is_said(drawn, capsys):
    write(drawn / "Snakefile", "1 +")
    git(drawn, "commit", "--quiet", "-a", "-m", "broken")
    run(drawn)
    assert main(["redraw"]) == 3
    assert "SyntaxError" in capsys.readouterr().out


def test_the_bound_is_that_of_clopper_and_pearson():
    # The share at which no failure in n draws has a probability of 5 %.
    for n in (1, 5, 59):
        assert largest_share(0, n) == pytest.approx(1 - 0.05 ** (1 / n))
    # The share at which at most one failure in ten draws has a probability of 5 %.
    p = largest_share(1, 10)
    assert (1 - p) ** 10 + 10 * p * (1 - p) ** 9 == pytest.approx(0.05)
    assert largest_share(3, 3) == 1


@pytest.mark.parametrize(
    ("answers", "status", "sentence"),
    [
        (
            [EQUAL] * 5,
            0,
            "5 of 5 equal: with 95 % confidence less than 46 % of the 700 jobs differ",
        ),
        (
            [EQUAL] * 59,
            0,
            "59 of 59 equal: with 95 % confidence less than 5 % of the 700 jobs differ",
        ),
        (
            [EQUAL] * 9 + [DIFFERS],
            1,
            "9 of 10 equal, 1 differ: with 95 % confidence less than 40 % of the 700 jobs "
            "differ",
        ),
        (
            [EQUAL] * 9 + [NOT_MADE],
            3,
            "9 of 10 equal, 1 could not be made: with 95 % confidence less than 40 % of the "
            "700 jobs differ or cannot be made here",
        ),
        ([NOT_MADE], 3, "0 of 1 equal, 1 could not be made: this bounds nothing"),
    ],
)
def test_what_follows_from_a_spot_check(drawn, answers, status, sentence):
    (receipt, *_) = Chain.read(drawn / "results" / RECEIPTS).receipts
    jobs = [Remade(receipt, answer, {}, "", [], 1.0) for answer in answers]
    answer = Spotcheck("0" * 64, 1, 700, jobs)
    assert answer.sentence == sentence
    assert answer.status == status


def test_a_run_without_trainings_is_not_spot_checked(drawn, capsys):
    assert main(["spotcheck"]) == 1
    assert "expected trainings that read no file" in capsys.readouterr().err
    assert main(["spotcheck", "-n", "0"]) == 1


def forged(chain, **changes):
    """Return a chain whose first receipt has other entries, with all ids computed again."""
    first, *others = chain.receipts
    entries = first.stored() | changes
    receipts = [type(first).of(entries), *others]
    seal = chain.seal.stored() | {"leaves": leaves(receipts)}
    return Chain(receipts, Seal.of(seal))


def machine(*cores, flags=()):
    libraries = [{"internal_api": "openblas", "architecture": core} for core in cores]
    others = [{"internal_api": "openmp", "architecture": None}]
    return {"blas": libraries + others, "flags": list(flags)}


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        (["Haswell"], ["SkylakeX"], "Haswell"),
        (["SkylakeX", "SkylakeX"], ["Zen"], "SkylakeX"),
        (["Haswell"], ["Haswell", "Haswell"], None),
        (["Haswell", "SkylakeX"], ["Zen"], None),
        (["Cooperlake"], ["SkylakeX"], None),
        (["NeoverseV1"], ["SkylakeX"], None),
        ([], ["SkylakeX"], None),
    ],
    ids=["other", "both", "same", "several", "not here", "unknown", "none"],
)
def test_kernels_are_chosen_where_others_ran_and_the_processor_can(then, now, expected):
    chosen = instructions_of(machine(*then), machine(*now, flags=AVX512))
    assert chosen == ({CORE: expected} if expected else {})


def test_kernels_are_not_chosen_without_the_instructions_that_they_need():
    here = machine("Haswell", flags=AVX2)
    assert instructions_of(machine("SkylakeX"), here) == {}
    assert instructions_of(machine("Zen"), here) == {CORE: "Zen"}
    assert instructions_of({}, here) == {}


INTEL, OLD_INTEL, AMD, OLD_AMD = (
    {"processor": name, "flags": sorted(flags)}
    for name, flags in (
        ("Intel(R) Xeon(R)", AVX512), ("Intel(R) Xeon(R)", AVX2),
        ("AMD EPYC", ZEN4), ("AMD EPYC", AVX2),
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        (INTEL, AMD, {TARGET: "skylake-avx512"}),
        (OLD_INTEL, AMD, {TARGET: "haswell"}),
        (AMD, OLD_INTEL, {}),
        (OLD_AMD, INTEL, {TARGET: "znver3", FEATURES: "-sse4a"}),
        (AMD, {**INTEL, "flags": sorted(ZEN4)}, {TARGET: "znver4", FEATURES: "-sse4a"}),
        (AMD, {**AMD, "flags": sorted(ZEN4 | {"avx_vnni"})}, {}),
        ({"processor": "Neoverse-V1", "flags": ["asimd"]}, AMD, {}),
        (INTEL, {"processor": "Neoverse-V1", "flags": ["asimd"]}, {}),
    ],
)
def test_numba_compiles_for_the_kind_of_processor_of_the_receipt(then, now, expected):
    assert instructions_of(then, now) == expected


def test_instructions_are_named_that_one_processor_lacks():
    names = ("receipt", "machine here")
    assert list(instructions_of_one_only(INTEL, INTEL, names)) == []
    assert list(instructions_of_one_only({}, INTEL, names)) == []
    said = list(instructions_of_one_only(INTEL, {"flags": ["avx2", "fma", "x"]}, names))
    assert said == [
        "vector instructions of the receipt only: "
        "avx512bw, avx512cd, avx512dq, avx512f, avx512vl",
        "vector instructions of the machine here only: x",
    ]


@pytest.mark.slow
def test_a_spot_check_of_the_real_workflow(copies, monkeypatch, capsys, tmp_path):
    folder = copies()
    options = small_networks(folder)
    committed(folder)
    networks = [
        f"results/nonlinear/small/g0.9/seed{n}/network.safetensors" for n in (0, 1)
    ]
    with monkeypatch.context() as elsewhere:
        here = describe_machine(threads=1)
        core = "Zen" if "Haswell" in kernels_of(here) else "Haswell"
        core = core if set(here["flags"]) >= AVX2 else ""
        if core:
            elsewhere.setenv(CORE, core)
        snakemake(folder, "--cores", "1", *options, "--", *networks)
    monkeypatch.chdir(folder)
    arguments = [
        "spotcheck",
        "-n",
        "2",
        "--seed",
        "1",
        "--report",
        str(tmp_path / "said"),
    ]
    assert main(arguments) == 0
    assert "2 of 2 equal" in capsys.readouterr().out
    report = json.loads((tmp_path / "said").read_text())
    for check in report["checks"]:
        assert {path.rpartition("/")[2] for path in check["outputs"]} == {
            "network.safetensors",
            "loss.parquet",
        }
        said = [f"{CORE}={core} for this job"] if core else []
        assert check["environment"] == said

    file = folder / "results" / RECEIPTS
    chain = Chain.read(file)
    first = chain.receipts[0]
    network = next(path for path in first.outputs if path.endswith("network.safetensors"))
    other = first.outputs | {network: "0" * 64}
    forged(chain, outputs=other, packages=first.packages | {"numpy": "9.9.9"}).write(file)
    assert main(arguments) == 1
    said = capsys.readouterr().out
    assert "1 of 2 equal, 1 differ" in said
    assert "numpy 9.9.9, here" in said

    parameters = {"experiment": first.parameters["experiment"] | {"epochs": 1000}}
    forged(chain, parameters=parameters).write(file)
    assert main(arguments) == 3
    assert "other parameters" in capsys.readouterr().out
    # The repository is as it was.
    worktrees = subprocess.run(
        ["git", "worktree", "list"], capture_output=True, text=True, check=True
    ).stdout
    assert len(worktrees.splitlines()) == 1
