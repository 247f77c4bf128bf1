"""The code as an input: what changes its hash, and what does not."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from interplay.provenance.code import Sources, code_files, code_hash
from interplay.storage.errors import InputError


@pytest.fixture
def scripts(tmp_path):
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "__init__.py").write_text("")
    (tmp_path / "library" / "near.py").write_text("from library.far import f\n")
    (tmp_path / "library" / "far.py").write_text(
        'def f():\n    """Doc."""\n    return 1\n'
    )
    (tmp_path / "library" / "apart.py").write_text("x = 1\n")
    (tmp_path / "script.py").write_text("from library.near import f\nprint(f())\n")
    return tmp_path


def test_a_module_behind_an_import_counts(scripts):
    before = code_hash(scripts / "script.py")
    (scripts / "library" / "far.py").write_text("def f():\n    return 2\n")
    assert code_hash(scripts / "script.py") != before


@pytest.mark.parametrize("line", ["from library import f\n", "import library\n"])
def test_a_public_name_counts_with_the_module_that_gives_it(scripts, line):
    (scripts / "library" / "__init__.pyi").write_text("from library.far import f as f\n")
    (scripts / "script.py").write_text(line)
    assert scripts / "library" / "far.py" in code_files(scripts / "script.py")
    assert scripts / "library" / "apart.py" not in code_files(scripts / "script.py")


def test_comments_docstrings_and_layout_do_not_count(scripts):
    before = code_hash(scripts / "script.py")
    text = '# why\ndef f():\n    """Other words."""\n\n    return (1)\n'
    (scripts / "library" / "far.py").write_text(text)
    assert code_hash(scripts / "script.py") == before


def test_a_module_that_is_not_imported_counts_only_if_named(scripts):
    before = code_hash(scripts / "script.py")
    named = code_hash(scripts / "script.py", ["library.apart"])
    (scripts / "library" / "apart.py").write_text("x = 2\n")
    assert code_hash(scripts / "script.py") == before
    assert code_hash(scripts / "script.py", ["library.apart"]) != named


@pytest.mark.parametrize("place", ["aaa/own", "scripts/zzz", "zzz"])
def test_tasks_from_elsewhere_count_wherever_their_folder_is(scripts, place):
    """A folder before, in and after that of the scripts, with a task and its neighbours."""
    package = scripts / "interplay/tasks"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").write_text("")
    root = shutil.copytree(scripts, scripts / "all/scripts")
    tasks = scripts / "all" / place
    tasks.mkdir(parents=True)
    (tasks / "match.py").write_text("import near_by, ngym.dataset\n")
    (tasks / "near_by.py").write_text("import numpy\n")

    def hash_now():
        return Sources(root, tasks).hash("script.py", ["interplay.tasks.match"])

    before = hash_now()
    assert before == HASH_WITH_TASKS
    sources = Sources(root, tasks)
    assert sources.foreign("interplay.tasks.match") == {"ngym", "numpy"}
    assert sources.hash("script.py", ["interplay.tasks.match"]) == before
    (tasks / "near_by.py").write_text("import numpy\nx = 1\n")
    assert hash_now() != before
    assert Sources(root, tasks).hash("script.py") == code_hash(root / "script.py")
    with pytest.raises(FileNotFoundError, match=r"interplay\.tasks\.match"):
        Sources(root).hash("script.py", ["interplay.tasks.match"])


HASH_WITH_TASKS = "6e224b5ab3f73fbc0bfff5a9c239029b76af325d5589a941bf65ba017d34b5f5"


def test_a_task_may_have_the_name_of_a_package_that_it_imports():
    root = Path(__file__).parents[2] / "workflow/scripts"
    foreign = Sources(root).foreign("interplay.tasks.neurogym")
    assert foreign - sys.stdlib_module_names == {"gymnasium", "neurogym", "numpy"}


def test_a_named_module_must_exist(scripts):
    with pytest.raises(FileNotFoundError, match=r"library\.none"):
        code_hash(scripts / "script.py", ["library.none"])


def test_a_file_that_is_not_python_is_named_with_its_line(scripts):
    (scripts / "library" / "near.py").write_text("x = 1\ndef\n")
    with pytest.raises(InputError, match=r"near\.py, line 2: expected Python: "):
        code_hash(scripts / "script.py")


def test_a_relative_import_is_refused_since_the_hash_would_miss_it(scripts):
    (scripts / "library" / "near.py").write_text("from .far import f\n")
    with pytest.raises(
        InputError, match=r"near\.py, line 1: expected absolute imports only"
    ):
        code_hash(scripts / "script.py")


# What Python takes


def test_a_package_hides_a_module_of_its_name(scripts):
    (scripts / "library" / "far").mkdir()
    hiding = scripts / "library" / "far" / "__init__.py"
    hiding.write_text("def f():\n    return 3\n")
    files = code_files(scripts / "script.py")
    assert hiding in files
    assert scripts / "library" / "far.py" not in files
    said = subprocess.run([sys.executable, "script.py"], cwd=scripts, capture_output=True)
    assert said.stdout == b"3\n"


def test_a_module_of_a_namespace_counts(scripts):
    (scripts / "space").mkdir()
    (scripts / "space" / "inner.py").write_text("x = 1\n")
    (scripts / "library" / "near.py").write_text("def f():\n    import space.inner\n")
    before = code_hash(scripts / "script.py")
    (scripts / "space" / "inner.py").write_text("x = 2\n")
    assert code_hash(scripts / "script.py") != before


@pytest.mark.parametrize(
    "name",
    [
        "sitecustomize.py",
        "usercustomize/__init__.py",
        "random.py",
        "library/far.cpython-311-x86_64-linux-gnu.so",
        "library/far/__init__.abi3.so",
        "library/more.pyc",
        "sitecustomize.pyd",
    ],
)
def test_a_module_that_jobs_would_import_unasked_is_refused(scripts, name):
    (scripts / name).parent.mkdir(exist_ok=True)
    (scripts / name).write_text("")
    named = str(scripts / name).removesuffix("/__init__.py")
    with pytest.raises(InputError, match=f"^{re.escape(named)}: expected"):
        code_hash(scripts / "script.py")


def test_the_cache_that_python_writes_is_no_stray(scripts):
    (scripts / "library" / "__pycache__").mkdir()
    (scripts / "library" / "__pycache__" / "far.cpython-39.pyc").write_text("")
    assert len(code_hash(scripts / "script.py")) == 64
