"""Hashes of code: equal on every version of Python, and for every way to lay it out."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from interplay.provenance.code import Sources, rules_hash
from interplay.storage.errors import InputError
from tests.provenance.snippets import PIECES

ROOT = Path(__file__).parents[2]

CODE = 'def f():\n    """Doc."""\n    if x:\n        return """a\nb""" + "é"\n'


def hashes(file, data):
    """Return the hashes of a file as a module and as rules."""
    file.write_bytes(data)
    return Sources(file.parent).file_hash(file), rules_hash(file)


@pytest.mark.parametrize(
    "data",
    [
        CODE.replace("\n", "\r\n").encode(),
        CODE.replace("\n", "\r").encode(),
        CODE.encode("utf-8-sig"),
        f"# -*- coding: latin-1 -*-\n{CODE}".encode("latin-1"),
        f"\f\n# vim: set fileencoding=cp1252 :\n{CODE}".encode("cp1252"),
        CODE.replace("    ", "\t").encode(),
        f"{CODE}\n\n# more".encode(),
    ],
    ids=["CRLF", "CR", "BOM", "latin-1", "cp1252", "tabs", "comment"],
)
def test_line_ends_encoding_and_layout_do_not_count(tmp_path, data):
    file = tmp_path / "module.py"
    assert hashes(file, data) == hashes(file, CODE.encode())


@pytest.mark.parametrize(
    "data", [b"x = '\xff'", b"# coding: rot13\n", b"# coding: no\n", b"x\0"]
)
def test_a_file_that_is_no_text_is_refused(tmp_path, data):
    with pytest.raises(InputError, match=r"module\.py: expected Python"):
        hashes(tmp_path / "module.py", data)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 16", "x = 0x10"),
        ("x = 1_000.0", "x = 1e3"),
        ("x = 'ab'", 'x = "a" u"b"'),
        ('x = f"a{y}b"', 'x = "a" f"{y}" "b"'),
        ('x = f"{y:}"', 'x = f"{y}"'),
        ("if x: y\nelse: 'text'; z", "if x:\n  y\nelse:\n  z"),
    ],
)
def test_two_ways_to_write_the_same_are_the_same(tmp_path, one, other):
    file = tmp_path / "module.py"
    assert hashes(file, one.encode())[0] == hashes(file, other.encode())[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = 1", "x = '0x1'"),
        ("x = 1", "x = 1j"),
        ("x = 0.0", "x = -0.0"),
        ("x = b'a'", "x = 'a'"),
        ("x = None", "x = ..."),
        ("x = 1e400", "x = 'inf'"),
        ("{**a, 'b': 1}", "{'b': 1, **a}"),
        ("def f(*, a, b=1): pass", "def f(*, a=1, b): pass"),
        ("try: pass\nexcept A: pass", "try: pass\nexcept* A: pass"),
        ("match x:\n case None: y", "match x:\n case _: y"),
        ('x = f"{y}"', 'x = f"{y!r}"'),
        ('x = f"{y=}"', 'x = f"{y}"'),
        ('x = f"{y:>3}"', 'x = f"{y:>4}"'),
        ('x = f"a{y}"', 'x = f"{y}a"'),
        ("if x:\n  y\n  z", "if x:\n  y\nz"),
        ("x = '\\r\\n'", "x = '\\n'"),
        ("# coding: latin-1\nx = 'é'", "x = 'é'"),
    ],
)
def test_two_programs_are_two(tmp_path, one, other):
    file = tmp_path / "module.py"
    first, second = hashes(file, one.encode()), hashes(file, other.encode())
    assert first[0] != second[0]
    assert first[1] != second[1]


RULES = """\
rule a:
    "Doc."
    input: "x",  # why
        y="z"
    params:
        text=f"{'#'}"
    shell:
        "command #1"
"""


@pytest.mark.parametrize(
    ("before", "after", "counts"),
    [
        ("  # why", "", False),
        ('"Doc."', '"""Other\n    words."""', False),
        ('    "Doc."\n', "", False),
        ("    ", "\t", False),
        ('"z"\n', '"z"\n\n    # why\n', False),
        ('"x",', '"x"  ,', False),
        ("#1", "#2", True),
        ("'#'", "'%'", True),
        ('"command #1"', "", True),
        ("rule a", "rule b", True),
        ('"x"', '"y"', True),
        ("    params:", "rule b:\n    params:", True),
    ],
)
def test_rules_count_without_comments_docstrings_and_layout(
    tmp_path, before, after, counts
):
    file = tmp_path / "some.smk"
    file.write_text(RULES)
    old = rules_hash(file)
    file.write_text(RULES.replace(before, after))
    assert RULES.replace(before, after) != RULES
    assert (rules_hash(file) != old) == counts


def test_rules_that_never_end_are_hashed_as_text(tmp_path):
    file = tmp_path / "some.smk"
    found = set()
    for text in ("rule a: (", "rule a:  (", "x = 'a", "x = 'b"):
        file.write_text(text)
        found.add(rules_hash(file))
    assert len(found) == 4


# Other versions of Python


@pytest.fixture(scope="module")
def interpreters():
    """Return the other Pythons of this machine, by minor version."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    uv = os.environ.get("UV_PYTHON_INSTALL_DIR", Path.home() / ".local/share/uv/python")
    names = ["python3", *(f"python3.{minor}" for minor in range(11, 16))]
    files = [file for home in (pyenv, Path(uv)) for file in home.glob("*/bin/python3")]
    files += [file for file in map(shutil.which, names) if file]
    files += [file for name in names if (file := Path("/usr/bin", name)).exists()]
    found = {}
    for file in {str(Path(file).absolute()) for file in files}:
        ask = [file, "-c", "import sys; print(*sys.version_info[:3])"]
        # A shim of pyenv fails if its version is not installed.
        said = subprocess.run(ask, capture_output=True, text=True).stdout.split()
        version = tuple(map(int, said))
        if version and version != sys.version_info[:3]:
            found.setdefault(version[1], {})[version] = file
    return {minor: list(files.values()) for minor, files in found.items()}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return all Python files and rules of the project, and pieces of nasty syntax."""
    folder = tmp_path_factory.mktemp("pieces")
    places = [ROOT / name for name in ("workflow", "tests", "bench", "envs")]
    found = [file for place in places for file in place.rglob("*.py")]
    found += [ROOT / "Snakefile", *ROOT.glob("workflow/rules/*.smk")]
    for number, piece in enumerate(PIECES):
        for suffix in (".py", ".smk"):
            file = folder / f"{number}{suffix}"
            file.write_bytes(piece.encode())
            found.append(file)
    return sorted(map(str, found))


def printed_hashes(python, files):
    path = {**os.environ, "PYTHONPATH": str(ROOT / "workflow/scripts")}
    command = [python, "-W", "error", "-B", ROOT / "tests/provenance/hashes.py"]
    ended = subprocess.run(
        command, input="\n".join(files), capture_output=True, text=True, env=path
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def here(files):
    return printed_hashes(sys.executable, files)


@pytest.mark.parametrize("minor", [11, 12, 13, 14])
def test_every_version_of_python_gives_the_same_hashes(interpreters, files, here, minor):
    others = interpreters.get(minor, [])
    if not others:
        pytest.skip(f"expected another Python 3.{minor} than this one, found none")
    assert len(set(here.values())) > len(files) / 2
    for python in others:
        assert printed_hashes(python, files) == here
