"""A small project with receipts: a source, a part made of it, a table made of the part."""

from interplay.provenance.code import code_hash
from interplay.provenance.issuing import Job, record_run
from interplay.provenance.receipts import RECEIPTS, Chain
from interplay.provenance.verify import verify

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


def job(root, name, inputs, outputs, started=1.0):
    return Job(
        name=name,
        wildcards={},
        inputs=inputs,
        outputs=outputs,
        parameters={"g": 0.9},
        script=SCRIPT,
        modules=[],
        code_hash=code_hash(root / SCRIPT),
        threads=1,
        started=started,
        ended=started + 1,
        recorded_inputs={},
    )


def jobs(root, source=SOURCE):
    """Return the two jobs, the later one first."""
    return [
        job(root, "gather", [PART], [TABLE], 3.0),
        job(root, "measure", [source], [PART], 1.0),
    ]


def sealed(root, these, earlier=None, work=None):
    """Write the receipts of some jobs over those that are there, or over `earlier`."""
    work = work or root
    path = work / "results" / RECEIPTS
    if earlier is not None:
        Chain(list(earlier), Chain.read(path).seal).write(path)
    return record_run(
        these, "results", root, work, {"g": [0.9]}, [root / "config.yaml"], []
    )


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
