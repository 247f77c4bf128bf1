"""A small project with receipts: a source, a part made of it, a table made of the part."""

import shutil
from dataclasses import dataclass, field, replace

from interplay.provenance.code import Sources
from interplay.provenance.issuing import describe_run, linked, write_receipts
from interplay.provenance.origin import workflow_files, workflow_hash
from interplay.provenance.receipts import RECEIPTS, Chain, leaves
from interplay.provenance.recording import LOCK, RECORD, RUN
from interplay.provenance.verify import verify
from interplay.storage.files import read_json, write_json
from interplay.storage.hashes import file_hash

SCRIPT = "workflow/scripts/make.py"
PART = "results/part.csv"
TABLE = "results/tables/table.csv"
SOURCE = "paper/source.csv"
PAPER = "results/paper.pdf"
ARCHIVE = "paper/results"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def write_sources(root):
    """Write the files of a small workflow."""
    write(root / "Snakefile", "# rules\n")
    write(root / "workflow/rules/part.smk", "# a rule\n")
    write(root / "workflow/schemas/config.schema.yaml", "type: object\n")
    write(root / "config.yaml", "g: [0.9]\n")
    write(root / "envs/requirements.txt", "numpy==2.4.6\n")
    write(root / SOURCE, "g\n0.9\n")
    write(root / SCRIPT, "from library.part import f\n\nf()\n")
    write(root / "workflow/scripts/library/__init__.py", "")
    write(root / "workflow/scripts/library/part.py", "def f():\n    return 1\n")


def write_results(root):
    """Write the files that its two jobs make."""
    write(root / PART, "g,x\n0.9,1\n")
    write(root / TABLE, "g,x\n0.0,2\n0.9,1\n")


@dataclass(frozen=True)
class Job:
    """A job that has run; its record is written from the files that are there."""

    name: str
    inputs: list
    outputs: list
    wildcards: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)
    parameters: dict = field(default_factory=lambda: {"g": 0.9})
    script: str = SCRIPT
    started: float = 1.0
    changes: dict = field(default_factory=dict)
    """entries of the record that differ from those of a usual job"""

    def record(self, root, work):
        """Return what the job would have recorded, see interplay.provenance.recording."""
        folder = root / "workflow/scripts"
        sources, script = Sources(folder), (root / self.script).name
        run = read_json(work / "results" / RUN)
        return {
            "rule": self.name, "wildcards": self.wildcards, "parts": self.parts,
            "parameters": self.parameters, "script": self.script, "modules": [],
            "code_hash": sources.hash(script), "unplanned": {}, "not_loaded": [],
            "said": {}, "opened": [],
            "code": {
                file.relative_to(root).as_posix(): sources.file_hash(file)
                for file in sources.files(script)
            },
            **{key: run[key] for key in ("workflow", "configuration", "command_line", "git")},
            "workflow_git": run["git"],
            "inputs": {path: file_hash(work / path) for path in self.inputs},
            "outputs": {path: file_hash(work / path) for path in self.outputs},
            "lock": file_hash(root / LOCK), "packages": {"numpy": "2.4.6"},
            "machine": {"device": "cpu", "threads": 1},
            "started": self.started, "ended": self.started + 1,
            **self.changes,
        }  # fmt: skip


def jobs(root, source=SOURCE):
    """Return the two jobs, the later one first."""
    return [
        Job("gather", [PART], [TABLE], started=3.0),
        Job("measure", [source], [PART], started=1.0),
    ]


def write_run(root, work, values=None, files=None, command_line=(), results="results"):
    """Describe a run of the workflow to its jobs, as the Snakefile does."""
    run = describe_run(
        root,
        work,
        {"g": [0.9]} if values is None else values,
        [root / "config.yaml"] if files is None else files,
        command_line,
        {path: workflow_hash(root / path) for path in workflow_files(root)},
        {},
    )
    write_json(run, work / results / RUN)


def write_records(root, work, these):
    """Write the records of some jobs, in place of those of earlier runs of the same jobs."""
    for one in these:
        path = work / "results/logs" / f"{one.outputs[0].replace('/', '-')}{RECORD}"
        write_json(one.record(root, work), path)


def sealed(root, these, earlier=None, work=None, **run):
    """Run some jobs: write their records and the receipts.

    Args:
        earlier: if given, the receipts that are there before, instead of what is there.
    """
    work = work or root
    path = work / "results" / RECEIPTS
    write_run(root, work, **run)
    if earlier is not None:
        shutil.rmtree(work / "results/logs")
        write_run(root, work, **run)
        Chain(list(earlier), Chain.read(path).seal).write(path)
    write_records(root, work, these)
    return write_receipts("results", work)


def rewritten(folder, change):
    """Change each receipt of a results folder and compute all ids again, as a forger can."""
    chain = Chain.read(folder / RECEIPTS)
    changed = map(change, chain.receipts)
    receipts = linked({path: one for one in changed for path in one.outputs})
    seal = replace(chain.seal, leaves=leaves(receipts))
    Chain(receipts, seal).write(folder / RECEIPTS)


def resealed(archive):
    """Name the files that an archive adds to a run as they are now, as a forger can."""
    chain = Chain.read(archive / RECEIPTS)
    names = [name for name in chain.seal.archived if (archive / name).exists()]
    there = {name: file_hash(archive / name) for name in names}
    Chain(chain.receipts, replace(chain.seal, archived=there)).write(archive / RECEIPTS)


def found(root, folder="results", **options):
    """Return the problems that verification finds."""
    return verify(root / folder, root, **options).problems


def flip_a_byte(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def link_to_copy(path):
    """Replace a file by a symbolic link to a copy of it."""
    copy = path.with_name("copy")
    path.rename(copy)
    path.symlink_to(copy.name)


def drop_a_row(path):
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def add_a_line(path):
    path.write_text(path.read_text() + "x = 1\n")
