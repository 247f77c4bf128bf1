"""Making tasks: files as Python allows them, and one line for each that is wrong."""

import sys
from itertools import count

import pytest

from interplay import make_task, tasks
from interplay.storage.errors import InputError
from interplay.tasks.checking import problem_of

MANTE = "from interplay.tasks.mante import Mante\n"
DATACLASS = "from dataclasses import dataclass\n"
DRAW = "def draw(self, rng, n): ...\n    def example(self, rng): ...\n"
NUMBER = count()


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Return a function that makes the task in a file of this text."""
    monkeypatch.setenv(tasks.VARIABLE, str(tmp_path))
    monkeypatch.setattr(tasks, "__path__", list(tasks.__path__))
    monkeypatch.setattr(sys, "path", list(sys.path))

    def make(text, **options):
        # Python remembers the module of a name.
        name = f"match{next(NUMBER)}"
        (tmp_path / f"{name}.py").write_text(text)
        return make_task(name, 0.5, **options)

    return make


@pytest.mark.parametrize(
    "text",
    [
        "class Match(Mante): pass\n",
        f"{DATACLASS}@dataclass(frozen=True)\nclass Match(Mante):\n    delay: float = 2\n",
        "import dataclasses as dc\n@dc.dataclass(frozen=True)\nclass Match(Mante): pass\n",
        "class _Base(Mante): pass\nclass Match(_Base): pass\nOther = Match\n",
        "from __future__ import annotations\nclass Match(Mante): pass\n",
        "print('hello')\nclass Match(Mante): pass\n",
    ],
)
def test_a_task_may_inherit_draw_and_options(made, text):
    future, text = (text, "") if "__future__" in text else ("", text)
    task = made(future.replace("\n", f"\n{MANTE}", 1) + (MANTE if text else "") + text,
                noise=0.1)  # fmt: skip
    assert type(task).__name__ == "Match"
    assert (task.noise, task.n_inputs) == (0.1, 4)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("def\n", r"match\d+\.py, line 1: expected Python: "),
        ("import nonexistent\n", r"match\d+\.py: expected the package nonexistent"),
        ("from interplay import sample\n", r"match\d+\.py: .*'sample'"),
        ("import sys\nsys.exit(3)\n", r"match\d+\.py: 3"),
        ("1 / 0\n", r"match\d+\.py: division by zero"),
        (
            "x = 1\n",
            r"match\d+\.py: expected one dataclass with a method draw, found none",
        ),
        (f"{MANTE}class A(Mante): pass\nclass B(Mante): pass\n", "draw, found A, B"),
        (
            f"{DATACLASS}@dataclass\nclass A:\n    dt: float\n    x: list = []\n    {DRAW}",
            r"match\d+\.py: mutable default .*x",
        ),
        (
            f"{DATACLASS}@dataclass\nclass A:\n    dt: float\n    {DRAW}",
            r"match\d+\.py: expected A to have n_inputs, found none",
        ),
        (
            f"{MANTE}{DATACLASS}@dataclass(frozen=True)\nclass A(Mante):\n"
            "    def __post_init__(self): raise ValueError('no')\n",
            r"task match\d+: no",
        ),
    ],
)
def test_a_file_that_is_wrong_is_named_in_one_line(made, text, problem):
    with pytest.raises(InputError, match=problem) as refusal:
        made(text)
    assert "\n" not in str(refusal.value)


OPTIONS = [
    (
        "flipflop",
        "hold",
        "perchannel",
        "expected 'per_channel' or 'last_pulse', found 'per",
    ),
    ("flipflop", "gap", [1], "expected a list of 2, found "),
    ("flipflop", "gap", "ab", "expected a list, found 'ab'"),
    ("mante", "coherences", [1, "a"], "expected a list with a number in it, found"),
    ("mante", "fixation", "x", "expected a number, found 'x'"),
    ("mante", "fixation", True, "expected a number, found True"),
    ("mante", "fixation", None, "expected a number, found None"),
    ("mante", "n_inputs", 3, "expected an option among fixation, .*amplitude"),
    ("mante", "dt", 0.1, "expected `dt` next to `options`"),
]


@pytest.mark.parametrize(("task", "option", "value", "problem"), OPTIONS)
def test_an_option_is_checked_by_its_annotation(task, option, value, problem):
    found = problem_of({"name": task, "dt": 0.5, "options": {option: value}})
    assert found["problem"].startswith(problem.partition(" .*")[0])
    if option != "dt":
        with pytest.raises(InputError, match=f"task {task}: {option}: {problem}"):
            make_task(task, 0.5, **{option: value})


def test_good_options_of_every_kind(made):
    text = (
        f"{DATACLASS}{MANTE}from typing import Literal, Optional\n@dataclass(frozen=True)\n"
        "class Match(Mante):\n    n: int = 1\n    mode: Literal['a', 2] = 'a'\n"
        "    end: float | None = None\n    names: Optional[list[str]] = None\n"
        "    anything: object = None\n"
    )
    good = {"n": 2, "mode": 2, "end": 3, "names": ["x"], "anything": {"a": 1}}
    assert made(text, **good).mode == 2
    for option, value in (("n", 1.0), ("mode", "b"), ("end", "x"), ("names", [1])):
        with pytest.raises(InputError, match=rf"{option}: expected .*, found"):
            made(text, **{option: value})
