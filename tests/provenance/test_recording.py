"""What a job records of itself, in a process of its own, and what stops it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from interplay.provenance.code import Sources, planned_code
from interplay.provenance.issuing import describe_run, write_receipts
from interplay.provenance.recording import LOCK, RUN
from interplay.storage.files import read_json, write_json
from interplay.storage.hashes import file_hash, value_hash
from interplay.storage.logs import error_in
from tests.provenance.small import PART, SCRIPT, SOURCE, add_a_line, write, write_sources

ROOT = Path(__file__).parents[2]
LIBRARY = "workflow/scripts/library/part.py"
RECORD = "results/logs/measure.job.json"
HIDDEN, LATER = "paper/hidden.csv", "workflow/scripts/library/later.py"

MAKE = """
import os
from pathlib import Path
from job import job
from library.part import f


def main(snakemake):
    Path(snakemake.input[0]).read_text()
    Path("paper/hidden.csv").read_text()
    temporary = Path("results/temporary")
    temporary.write_text(f"g,x\\n0.9,{f()}\\n")
    Path(snakemake.output[0]).write_text(temporary.read_text())
    # Of the environment, by a path that begins in the working folder.
    open(os.path.relpath(os.__file__)).close()


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
"""

RUN_SCRIPT = """
import json, runpy, sys
from types import SimpleNamespace

# Snakemake's lists of files have names, too.
class Named(list):
    def items(self):
        return self.names.items()
    def get(self, name):
        return self.names[name]

def named(values):
    made = Named(values.values())
    made.names = values
    return made

about = json.loads(sys.argv[1])
for name in ("input", "output"):
    about[name] = named(about[name])
snakemake = SimpleNamespace(**about)
runpy.run_path("workflow/scripts/make.py", {"snakemake": snakemake}, "__main__")
"""


@pytest.fixture
def begun(tmp_path):
    """A small project whose run has begun, and none of its jobs."""
    write_sources(tmp_path)
    write(tmp_path / SCRIPT, MAKE)
    write(tmp_path / HIDDEN, "g\n")
    write(
        tmp_path / "workflow/scripts/job.py",
        (ROOT / "workflow/scripts/job.py").read_text(),
    )
    begin(tmp_path)
    return tmp_path


def begin(root):
    """Describe a run to its jobs."""
    sources = Sources(root / "workflow/scripts")
    plans = {sources.hash("make.py"): ("make.py", [])}
    code = planned_code(root, sources, plans)
    config = [root / "config.yaml"]
    run = describe_run(root, root, {"g": [0.9]}, config, ["--quiet"], {}, code)
    write_json(run, root / "results" / RUN)


def job(root):
    """Run the script as Snakemake does; return its status and the error in its log."""
    (code,) = read_json(root / "results" / RUN)["code"]["plans"]
    about = {
        "rule": "measure", "wildcards": {"g": "0.9"}, "threads": 2, "config": {},
        "input": {"source": SOURCE}, "output": {"part": PART},
        "params": {"g": 0.9, "code": code}, "log": ["results/logs/measure.log"],
    }  # fmt: skip
    path = os.pathsep.join(
        map(str, (root / "workflow/scripts", ROOT / "workflow/scripts"))
    )
    (root / "results/logs").mkdir(exist_ok=True)
    ended = subprocess.run(
        [sys.executable, "-c", RUN_SCRIPT, json.dumps(about)],
        cwd=root, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
    )  # fmt: skip
    assert not ended.stderr
    return ended.returncode, error_in(root / "results/logs/measure.log")


def test_a_job_records_what_it_was(begun):
    assert job(begun) == (0, "")
    record = read_json(begun / RECORD)
    run = read_json(begun / "results" / RUN)
    assert record["inputs"] == {SOURCE: file_hash(begun / SOURCE)}
    assert record["outputs"] == {PART: file_hash(begun / PART)}
    assert record["parameters"] == {"g": 0.9}
    assert set(record["code"]) == {
        SCRIPT, LIBRARY, "workflow/scripts/library/__init__.py", "workflow/scripts/job.py",
    }  # fmt: skip
    planned = run["code"]["files"]
    assert record["code"] == {path: planned[path]["code"] for path in record["code"]}
    assert (record["not_loaded"], record["unplanned"]) == ([], {})
    assert record["lock"] == file_hash(begun / LOCK)
    assert record["git"]["clean"] is None
    assert record["git"]["unknown"] == "the workflow is in no git repository"
    assert record["configuration"] == value_hash({"g": [0.9]})
    assert record["command_line"] == ["--quiet"]
    assert record["machine"]["threads"] == 2
    assert record["machine"]["python"].startswith("3.")
    assert record["machine"]["device"] == "cpu"
    assert 0 < record["ended"] - record["started"] < 60
    (receipt,) = write_receipts("results", begun).receipts
    assert receipt.stored() == {**record, "parents": [], "format": 2, "made_before": {},
                                "replaced": {}}  # fmt: skip


def test_a_file_that_is_no_input_is_among_the_opened_ones(begun):
    """The undeclared one, too; neither code, environment nor what the job wrote itself."""
    assert job(begun)[0] == 0
    assert read_json(begun / RECORD)["opened"] == [HIDDEN, SOURCE]


def test_packages_are_those_that_were_imported(begun):
    script = (begun / SCRIPT).read_text()
    write(begun / SCRIPT, script.replace("import job\n", "import job\nimport numpy\n"))
    begin(begun)
    assert job(begun)[0] == 0
    import numpy

    record = read_json(begun / RECORD)
    assert record["packages"] == {"numpy": numpy.__version__}
    assert record["machine"]["blas"][0]["user_api"] == "blas"


def edit(root):
    add_a_line(root / LIBRARY)


def hide(root):
    write(root / LIBRARY.replace(".py", "/__init__.py"), "def f():\n    return 2\n")


def edit_script_only_in_layout(root):
    (root / LIBRARY).write_text("# why\n" + (root / LIBRARY).read_text())


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (edit, f"{LIBRARY}: edited since the run of the workflow began"),
        (
            hide,
            "workflow/scripts/library/part/__init__.py: loaded by rule measure, not in its "
            "planned code",
        ),
    ],
)
def test_other_code_than_planned_stops_a_job_at_its_start(begun, change, line):
    change(begun)
    assert job(begun) == (1, f"{line}; run the workflow again")
    assert not (begun / PART).exists()
    assert not (begun / RECORD).exists()
    begin(begun)
    assert job(begun) == (0, "")


def test_another_layout_stops_nothing(begun):
    edit_script_only_in_layout(begun)
    assert job(begun) == (0, "")


def test_planned_code_that_a_job_does_not_load_is_recorded(begun):
    write(begun / LATER, "x = 1\n")
    script = (begun / SCRIPT).read_text()
    seldom = "    if not snakemake:\n        import library.later\n    Path(snake"
    write(begun / SCRIPT, script.replace("    Path(snake", seldom, 1))
    begin(begun)
    assert job(begun) == (0, "")
    record = read_json(begun / RECORD)
    assert (record["not_loaded"], record["unplanned"]) == ([LATER], {})
    assert LATER not in record["code"]


def test_a_module_that_a_job_loads_later_is_recorded(begun):
    write(begun / LATER, "x = 1\n")
    script = (begun / SCRIPT).read_text()
    late = "    __import__('library.later')\n    Path(snake"
    write(begun / SCRIPT, script.replace("    Path(snake", late, 1))
    begin(begun)
    assert job(begun) == (0, "")
    record = read_json(begun / RECORD)
    assert LATER in record["code"]
    said = "loaded by rule measure, not in its planned code"
    assert record["unplanned"] == {LATER: said}


def test_a_job_that_fails_leaves_no_record(begun):
    (begun / HIDDEN).unlink()
    status, said = job(begun)
    assert status == 1
    assert said.startswith("FileNotFoundError: ")
    assert not (begun / RECORD).exists()
