"""The options of the paper's tasks on the page on networks, against their classes."""

import re
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

from interplay.tasks.flipflop import FlipFlop
from interplay.tasks.mante import Mante
from interplay.tasks.romo import Romo

PAGE = Path(__file__).parents[2] / "docs/networks.md"
TASKS = {"flipflop": FlipFlop, "mante": Mante, "romo": Romo}


def shown():
    """Yield task, option and default of each row of the page's table."""
    table = PAGE.read_text().partition("## The paper's tasks")[2].partition("\n## ")[0]
    for task, options, default in re.findall(
        r"^\| (.+?) \| (.+?) \| (.+?) \|", table, re.M
    ):
        names = re.findall(r"`(\w+)`", options)
        values = default.split(", ") if len(names) > 1 else [default]
        # The line with the names of the columns has no options.
        for name, value in zip(names, values, strict=bool(names)):
            for one in TASKS if task == "all" else [task.strip("`")]:
                yield one, name, value


def numbers(value):
    """Return what a default says: numbers in rising order, or a word."""
    found = value.replace("−", "-").strip("`").split(", ")
    if not re.match(r"[-±\d]", found[0]):
        return found
    signs = {"±": (1, -1)}
    return sorted(
        sign * float(Fraction(one.lstrip("±")))
        for one in found
        for sign in signs.get(one[0], (1,))
    )


def test_the_table_has_the_options_of_the_papers_tasks_and_their_defaults():
    rows = {(task, name): numbers(value) for task, name, value in shown()}
    expected = {}
    for task, kind in TASKS.items():
        for option in fields(kind):
            if option.name != "dt":
                default = option.default
                values = default if isinstance(default, tuple) else [default]
                expected[task, option.name] = sorted(values)
    assert rows == expected
