"""What Slurm is asked for, and what is said of its jobs: with commands in Slurm's place."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from slurm_internals import _teller

from interplay.left_behind import refuse_slurm_jobs
from interplay.storage.errors import InputError
from tests.running import small_networks

ROOT = Path(__file__).parents[2]
SENTENCE = "Batch job submission failed: Invalid"

SBATCH = f"""#!/bin/sh
printf '%s\\n' "$*" >> requests
case "$*" in *--mem*) echo "sbatch: error: {SENTENCE}" >&2; exit 1;; esac
"""

OTHERS = {
    "squeue": "",
    "sacct": "",
    "scontrol": "",
    "sinfo": "echo 'main*'",
    "sacctmgr": "echo account",
}

TRAINING = ("--until", "train_network", "--", "overview")

MODULE = """
module interplay:
    snakefile: "interplay/Snakefile"
    config: config

use rule * from interplay as interplay_*
"""


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """Return a folder whose commands come before all others: a Slurm that refuses."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    texts = {name: f"#!/bin/sh\n{text}\n" for name, text in OTHERS.items()}
    for name, text in {**texts, "sbatch": SBATCH}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder


def refusal(folder, *arguments):
    """Run on Slurm until it refuses; return the line that says so, and what it was asked."""
    done = subprocess.run(
        [sys.executable, "-m", "interplay", "run", "--profile", "slurm", *arguments],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    said = done.stderr.splitlines()
    (line,) = [each for each in said if each.startswith("Slurm refuses")]
    assert "Traceback" not in done.stderr
    (request,) = (folder / "requests").read_text().splitlines()
    return line, request


def minutes(line):
    return int(re.search(r" -t (\d+) ", line)[1])


@pytest.mark.slow
def test_a_request_is_refused_in_slurms_own_words(copies, commands, tmp_path):
    """Time, memory and CPUs of the largest group; the same as a module; a site's options."""
    folder = copies()
    (folder / "paper/results").mkdir()
    for name in ("costs.csv", "receipts.jsonl", "configuration.json"):
        shutil.copy(ROOT / "paper/results" / name, folder / "paper/results" / name)
    options = small_networks(folder, epochs=10**7, seeds=list(range(9)))
    line, _ = refusal(folder, *options, "--resources", "runtime=100000", *TRAINING)
    start = f"Slurm refuses train_network: {SENTENCE} (sbatch -p main -t "
    assert line.startswith(start)
    # Of one member, by its size.
    assert 200 < int(re.search(r" --mem (\d+) ", line)[1]) < 1000
    assert line.endswith(" --cpus-per-task=1)")
    eight = minutes(line)

    (folder / "requests").unlink()
    head = (
        (folder / "slurm/config.yaml").read_text().replace("runtime=1440", "runtime=77")
    )
    head = re.sub(r"^( *)# (?=- \w+=[A-Z]+$|slurm-\w+)", r"\1", head, flags=re.M)
    (folder / "slurm/config.yaml").write_text(head)
    line, request = refusal(folder, *options, *TRAINING)
    assert minutes(line) == 77 < eight
    wanted = "-A ACCOUNT|-p PARTITION|-C FEATURE|--qos=QOS|--reservation=RESERVATION"
    for option in (*wanted.split("|"), "--job-name PREFIX_"):
        assert option in request
    assert "--test-only" in request

    # As a module, the rules have other names.
    other = tmp_path / "other"
    other.mkdir()
    shutil.copytree(folder / "slurm", other / "slurm")
    (other / "interplay").symlink_to(folder)
    (other / "Snakefile").write_text(MODULE)
    files = ["--configfile", str(folder / "config.yaml"), str(folder / "small.yaml")]
    only = ("--until", "interplay_train_network", "--")
    target = "results/nonlinear/small/overview.pdf"
    line, request = refusal(other, *files, "--resources", "runtime=100000", *only, target)
    assert line.startswith("Slurm refuses interplay_train_network: ")
    assert minutes(line) == eight


def test_a_live_slurm_job_of_this_folder_is_named(commands, tmp_path, monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    refuse_slurm_jobs(tmp_path)
    jobs = [
        ("64", tmp_path, "rule_train"),
        ("65_1", tmp_path / "bin" / "..", "rule_a|b"),
        ("66", tmp_path / "bin", "rule_train"),
        ("67", tmp_path, "(null)"),
        ("7", tmp_path, "rule_controller"),
    ]
    lines = "\n".join("|".join(map(str, job)) for job in jobs)
    (commands / "squeue").write_text(f"#!/bin/sh\ncat <<end\n{lines}\nend\n")
    with pytest.raises(
        InputError, match=r"are still here: 64, 65_1; .*: scancel 64 65_1$"
    ):
        refuse_slurm_jobs(tmp_path)


class Member(SimpleNamespace):
    """A job of Snakemake; it keeps how its error is shown."""

    def is_group(self):
        return hasattr(self, "jobs")

    def log_error(self, **said):
        self.said = said


def member(folder, name, log, done):
    output, logged = folder / f"{name}.csv", folder / f"{name}.log"
    if done:
        output.touch()
    if log is not None:
        logged.write_text(log)
    return Member(output=[output], log=[logged])


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("SLURM status is: 'CANCELLED'. x", "Slurm cancelled job 64"),
        ("SLURM status is: 'TIMEOUT'. x", "Slurm job 64 ran out of time"),
        ("SLURM status is: 'FAILED'. x", "Slurm job 64 failed"),
        ("The error message was 'no\nQOS'.", "Slurm refuses train: no QOS"),
    ],
)
def test_a_job_that_is_tried_again_is_one_line_and_its_error_is_shown_once(
    tmp_path, message, line
):
    said = []
    begun, failed, waiting = (
        member(tmp_path, name, log, done)
        for name, log, done in [("a", "done", True), ("b", "x", False), ("c", "", False)]
    )
    group = Member(name="train", jobs=[begun, failed, waiting], restart_times=2)
    info = SimpleNamespace(job=group, external_jobid="64")
    tell = _teller(said.append)
    for group.attempt in (1, 2, 3):
        tell(info, msg=message, aux_logs=["64.log"])
    assert said == [f"{line}, trying again ({n} of 3)" for n in (2, 3)]
    assert failed.said == {"msg": f"{line}; its log: 64.log"}
    assert not any(hasattr(each, "said") for each in (begun, waiting))


def test_slurms_log_is_shown_if_no_job_has_begun(tmp_path):
    only = member(tmp_path, "a", None, False)
    only.name, only.attempt, only.restart_times = "train_lstm", 3, 2
    info = SimpleNamespace(job=only, external_jobid="64")
    _teller(print)(info, msg="SLURM status is: 'FAILED'", aux_logs=["64.log"])
    assert only.said == {"msg": "Slurm job 64 failed", "aux_logs": ["64.log"]}
