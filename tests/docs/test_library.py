"""The public names of `interplay`, and docs/library.md against the code."""

import ast
import doctest
import inspect
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import interplay
from interplay.version import version
from tests.docs.test_tour import train_a_little

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/library.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S))

PUBLIC = {
    "load", "train", "measure",
    "singular_values", "eigenvalues", "truncations", "functional_rank", "shuffle_entries",
    "make_task", "Task", "Trials", "Example", "samples", "within",
    "InputError", "__version__",
}  # fmt: skip


def test_the_public_names_are_these_and_each_has_a_section():
    assert set(dir(interplay)) == set(interplay.__all__) == PUBLIC == SECTIONS.keys()
    for name in PUBLIC:
        assert getattr(interplay, name) is not None


def test_other_names_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = interplay.nothing


def test_an_import_loads_no_array_library_and_a_name_only_what_it_needs():
    code = (
        "import sys, interplay; print('numpy' in sys.modules); "
        "from interplay import Example, Trials, samples, within; "
        "print(sorted(m for m in sys.modules if m.startswith('interplay.')))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT / "workflow/scripts")},
        capture_output=True,
        text=True,
        check=True,
    )
    light, loaded = said.stdout.splitlines()
    assert light == "False"
    assert ast.literal_eval(loaded) == [
        "interplay.runs",
        "interplay.runs.durations",
        "interplay.storage",
        "interplay.storage.errors",
        "interplay.tasks",
        "interplay.tasks.options",
        "interplay.tasks.trials",
    ]


@pytest.mark.parametrize("name", sorted(PUBLIC - {"InputError", "Task", "__version__"}))
def test_the_signature_of_a_section_is_that_of_the_code(name):
    signature = inspect.signature(getattr(interplay, name))
    plain = signature.replace(
        parameters=[
            parameter.replace(annotation=parameter.empty)
            for parameter in signature.parameters.values()
        ],
        return_annotation=signature.empty,
    )
    indented = re.search(r"(?:^    .*\n)+", SECTIONS[name], re.M)
    written = " ".join(indented[0].split())
    assert written.startswith(name)
    assert arguments(written.removeprefix(name)) == arguments(str(plain))


def arguments(signature):
    """Return a signature as Python reads it."""
    return ast.dump(ast.parse(f"def f{signature}: pass"))


def test_the_examples_print_what_the_page_says(tmp_path, monkeypatch):
    train_a_little(tmp_path / "results", "mante", 0.9, 0, n=32)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    example = doctest.DocTestParser().get_doctest(
        "".join(blocks), {}, "docs/library.md", None, 0
    )
    told: list[str] = []
    result = doctest.DocTestRunner().run(example, out=told.append)
    assert result.attempted > 15
    assert not result.failed, "".join(told)


def test_the_code_of_the_page_on_own_tasks_runs(tmp_path, monkeypatch, capsys):
    page = (ROOT / "docs/own_task.md").read_text(encoding="utf-8")
    (task,) = re.findall(r"```python\n(.*?class Match.*?)```", page, re.S)
    (tmp_path / "match.py").write_text(task)
    monkeypatch.syspath_prepend(tmp_path)
    (code,) = re.findall(r"^    import interplay\n(?:    .*\n|\n)+", page, re.M)
    exec(textwrap.dedent(code).replace("epochs=300", "epochs=3"), {})
    assert re.search(r"^epochs +3$", capsys.readouterr().out, re.M)


def test_the_version_is_that_of_the_checkout_and_of_the_citation():
    (declared,) = re.findall(
        r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.M
    )
    assert interplay.__version__ == declared
    assert f"\nversion: {declared}\n" in (ROOT / "CITATION.cff").read_text()


def test_a_copy_of_the_package_has_no_version(tmp_path):
    """What is installed here is another copy, whose version may be another one."""
    package = tmp_path / "a" / "b" / "interplay"
    package.mkdir(parents=True)
    assert version(package) == "unknown"
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\nversion = "7"\n')
    assert version(package) == "unknown"
