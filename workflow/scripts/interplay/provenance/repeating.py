"""The commands that make jobs again and compare: `spotcheck` and `redraw`."""

import argparse
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from interplay.provenance.folders import home_path, named_or_first
from interplay.storage.errors import InputError
from interplay.storage.files import write_json
from interplay.storage.text import printable

STATUSES = (
    "Exit status: 0 if everything is equal; 1 if something differs, or if the command cannot "
    "begin, with the reason; 2 after wrong usage; 3 if something could not be made again, "
    "with the reason, and nothing differs."
)


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands to a parser.

    Args:
        add: gets the name, the function and the description of a command; returns its
            parser.
    """
    check = add(
        "spotcheck",
        _spotcheck,
        "make trainings again, drawn at random, and compare to the bit",
        epilog=STATUSES,
    )
    check.add_argument(
        "-n", type=int, default=5, metavar="JOBS", help="how many (default: 5)"
    )
    check.add_argument(
        "--seed", type=int, help="of the draw (default: at random, and printed)"
    )
    check.add_argument(
        "--rules",
        nargs="+",
        default=[],
        metavar="RULE",
        help="draw from these rules only, such as train_network",
    )
    again = add(
        "redraw",
        _redraw,
        "make figures, verdicts, numbers and article again from tables, and compare",
        epilog=STATUSES,
    )
    for parser in (check, again):
        parser.add_argument(
            "folder",
            nargs="?",
            type=home_path,
            metavar="FOLDER",
            help="a results folder or an archived one",
        )
        parser.add_argument(
            "--report",
            type=home_path,
            metavar="FILE",
            help="also write the answer as JSON",
        )


def _spotcheck(options: argparse.Namespace) -> int:
    from interplay.provenance.spotcheck import spotcheck

    if options.n < 1:
        raise InputError(f"-n: expected 1 or more, found {options.n}")
    # Nobody can choose the jobs by choosing the default.
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    answer = spotcheck(
        named_or_first(options.folder), Path.cwd(), options.n, seed, options.rules, _say
    )
    return _answered(answer, options)


def _redraw(options: argparse.Namespace) -> int:
    from interplay.provenance.redraw import redraw

    return _answered(redraw(named_or_first(options.folder), Path.cwd(), _say), options)


def _answered(answer: Any, options: argparse.Namespace) -> int:
    """Write and print an answer; return the exit status."""
    if options.report:
        write_json(answer.stored(), options.report)
    _say(answer.sentence)
    return answer.status


def _say(line: str) -> None:
    # Each line at once, also through a pipe.
    print(printable(line), flush=True)
