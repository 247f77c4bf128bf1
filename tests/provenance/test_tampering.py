"""Each way of tampering with results or sources is found."""

import json
import re
from pathlib import Path

import pytest

from interplay.provenance.origin import CONFIGURATION
from interplay.provenance.receipts import RECEIPTS
from tests.provenance.small import (
    PART,
    SCRIPT,
    SOURCE,
    TABLE,
    add_a_line,
    drop_a_row,
    flip_a_byte,
    found,
    link_to_copy,
    write,
)

ROOT = Path(__file__).parents[2]
LIBRARY = "workflow/scripts/library/part.py"


def link_folder(path):
    # Whoever follows it never ends.
    path.symlink_to(path.parent)


def remove_with_receipt(path):
    """Remove an output, and its receipt from the chain."""
    path.unlink()
    receipts = path.parents[1] / RECEIPTS
    name = path.relative_to(receipts.parents[1]).as_posix()
    lines = receipts.read_text().splitlines(keepends=True)
    kept = [line for line in lines if name not in json.loads(line).get("outputs", {})]
    receipts.write_text("".join(kept))


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
        lambda p: p.write_text("def\n"),
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
        "expected a name",
    ),
    "a compiled module next to its source": (
        LIBRARY.replace(".py", ".abi3.so"),
        empty,
        "expected source code",
    ),
    "config.yaml altered": ("config.yaml", lambda p: p.write_text("g: [1]"), "altered"),
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
    "a symbolic link to a file": (TABLE, link_to_copy, "not explained"),
    "a symbolic link to a folder": ("results/more", link_folder, "not explained"),
    "the receipts altered": (f"results/{RECEIPTS}", flip_a_byte, "altered"),
    "the seal removed": (f"results/{RECEIPTS}", drop_a_row, "altered"),
    "an output removed with its receipt": (TABLE, remove_with_receipt, "altered"),
}
"""way of tampering: file, change, and what verification says of it"""


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found(small, name):
    path, change, said = TAMPERINGS[name]
    assert found(small) == []
    change(small / path)
    first = found(small)[0]
    named = (
        f"results/{RECEIPTS}" if name == "an output removed with its receipt" else path
    )
    assert first.startswith(named), first
    assert f": {said}" in first
    assert str(small) not in first


def test_the_page_on_the_audit_lists_every_tampering():
    page = (ROOT / "docs/audit.md").read_text()
    rows = re.findall(r"^\| (.+?) \|", page, re.MULTILINE)
    assert set(TAMPERINGS) <= set(rows)
