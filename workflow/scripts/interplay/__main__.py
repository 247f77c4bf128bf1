"""The command line: `interplay explain fig2c`, from the repository's root."""

import argparse
import errno
import io
import os
import re
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from interplay.provenance import exporting, repeating
from interplay.provenance.folders import (
    ARCHIVE,
    RESULTS,
    folders_with_receipts,
    home_path,
    named_or_first,
)
from interplay.provenance.receipts import RECEIPTS, Chain
from interplay.storage.errors import InputError
from interplay.storage.text import printable
from interplay.surroundings import refuse_code_of_another_checkout, variables
from interplay.version import __version__

SNAKEFILES = ("Snakefile", "snakefile", "workflow/Snakefile", "workflow/snakefile")
"""where Snakemake looks for its file"""

STATUSES = (
    "Exit status: 0 if every file is as its receipt says; 1 if something was altered, is "
    "missing or not explained, or if receipts contradict each other; 2 after wrong usage; "
    "3 if something cannot be checked, with the reason, and nothing was altered."
)

DIFF_STATUSES = (
    "Exit status: 0 if the results are equal in everything that both runs have; 1 if they "
    "differ, or if a file is not as its receipt says; 2 after wrong usage; 3 if they cannot "
    "be compared, with the reason."
)

OF_TORCH = ("torch", "torchtext")
"""packages of the extra `torch`; those of `workflow` are all others"""


OF_THE_MACHINE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
"""errors that say what a file system refuses, and not what is wrong with this program"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status, 1 after one line on standard error."""
    parser = _parser()
    words = list(sys.argv[1:] if arguments is None else arguments)
    # Everything after `run` is for Snakemake, whatever it looks like.
    is_run = words[:1] == ["run"]
    options = parser.parse_args(words[:1] if is_run else words)
    options.words = words[1:]
    os.environ |= variables(Path(".snakemake/home").absolute())
    for stream in (sys.stdout, sys.stderr):
        # A locale that is not UTF-8 lacks characters that are printed.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        refuse_code_of_another_checkout(Path(sys.argv[0]).absolute())
        return options.command(options)
    except BrokenPipeError:
        # The reader of the output, such as `head`, has closed it; nothing is left to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except InputError as error:
        problem = str(error)
    except OSError as error:
        if error.errno not in OF_THE_MACHINE:
            raise
        file = os.fsdecode(error.filename) if error.filename else "a file"
        problem = f"{file}: {error.strerror}"
    except ModuleNotFoundError as error:
        package, _, _ = str(error.name).partition(".")
        # A missing module of our own is a broken installation, which no extra repairs.
        if package == __package__:
            raise
        extra = "torch" if package in OF_TORCH else "workflow"
        problem = f"{words[0]} needs {package}: pip install '.[{extra}]' in a checkout"
    print(f"{parser.prog}: {printable(problem)}", file=sys.stderr)
    return 1


def _hexadecimal_digest(text: str) -> str:
    digits = text.removeprefix("sha256:").lower()
    if not re.fullmatch("[0-9a-f]{64}", digits):
        raise argparse.ArgumentTypeError(
            f"expected 64 hexadecimal digits, found {text!r}"
        )
    return digits


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="interplay", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    results = argparse.ArgumentParser(add_help=False)
    results.add_argument(
        "--results",
        type=home_path,
        metavar="FOLDER",
        help="results folder with receipts (default: results, else a folder in it, else "
        "the archived full run)",
    )
    several = argparse.ArgumentParser(add_help=False)
    several.add_argument("folders", nargs="*", type=home_path, metavar="FOLDER")
    several.add_argument("--results", dest="more", action="append", type=home_path, default=[],
                         metavar="FOLDER", help="the same as FOLDER")  # fmt: skip

    def add(name: str, command, about: str, **options) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about, **options)
        added.set_defaults(command=command)
        return added

    verify = add(
        "verify",
        _verify,
        "check results, code and configuration against the receipts",
        parents=[several],
        epilog=STATUSES,
    )
    verify.add_argument(
        "--digest",
        type=_hexadecimal_digest,
        metavar="SHA256",
        help="the digest that a signed tag, an article or a letter names: 64 hexadecimal "
        "digits, with or without sha256: in front",
    )
    verify.add_argument(
        "--all",
        action="store_true",
        help="print every problem, by kind, instead of the first of each kind",
    )
    explain = add(
        "explain",
        _explain,
        "print the way back to runs, code, parameters and inputs",
        parents=[results],
    )
    explain.add_argument(
        "name",
        help="a panel (fig2c), a figure or the id in its metadata, a claim's id, a label "
        "of tables/numbers.csv, a row of a table (nonlinear.csv:12; line 1 is the header), "
        "or a file",
    )
    explain.add_argument("--rows", type=home_path, metavar="FILE",
                         help="also write all of its rows, as CSV or Parquet")  # fmt: skip
    add("digest", _digest, "print one hash over a run, to be signed", parents=[several])
    diff = add("diff", _diff, "print the first job that differs, why, and by how much",
               epilog=DIFF_STATUSES)  # fmt: skip
    diff.add_argument("a", type=home_path, help="a results folder or an archived one")
    diff.add_argument("b", type=home_path, help="another")
    exporting.add_commands(add)
    site = add("site", _site, "write pages that lead from figures to runs and inputs")
    site.add_argument("folder", nargs="?", type=home_path, metavar="FOLDER",
                      help="a results folder or an archived one")  # fmt: skip
    site.add_argument(
        "--to",
        type=home_path,
        metavar="DIR",
        help="where the pages go (default: FOLDER/site; for an archive, the folder site)",
    )
    repeating.add_commands(add)
    data = add("data", _data, "say which data are on this machine, in a line each")
    data.add_argument(
        "--check",
        action="store_true",
        help="read them to their ends; exit with status 1 if any are not here or unusable",
    )
    data.add_argument("--treebank", metavar="PATH",
                      help="a local copy: the folder or the zip archive")  # fmt: skip
    data.add_argument("--glove", metavar="FILE",
                      help="a local copy: plain, compressed or in a zip archive")  # fmt: skip
    add(
        "run",
        _run,
        "run Snakemake: checks before, one line of progress, where results are at the end; "
        "with -n, what the run will cost",
    )
    return parser


def _run(options: argparse.Namespace) -> int:
    # Imported here, since the other commands work without its library.
    from interplay.launch import run

    if find_spec("snakemake") is None:
        raise ModuleNotFoundError(name="snakemake")
    status = run(options.words, Path.cwd(), ARCHIVE)
    # Snakemake says that it found no Snakefile, but not where one would be.
    if status and not any(
        word.startswith(("-s", "--snakefile")) for word in options.words
    ):
        _require_checkout(*SNAKEFILES)
    return status


def _verify(options: argparse.Namespace) -> int:
    from interplay.provenance.answer import answer

    folders = [*options.folders, *options.more]
    try:
        folders = folders or folders_with_receipts(Path.cwd())
    except InputError as error:
        print(f"interplay: {printable(str(error))}", file=sys.stderr)
        return 3 if RESULTS.exists() else 2
    return answer(folders, Path.cwd(), options.digest or "", options.all)


def _explain(options: argparse.Namespace) -> int:
    from interplay.provenance.explain import explanation, write_rows
    from interplay.provenance.graph import Graph

    graph = Graph.read(named_or_first(options.results), Path.cwd())
    for line in explanation(options.name, graph):
        print(line)
    if options.rows:
        write_rows(options.name, graph, options.rows)
    return 0


def _digest(options: argparse.Namespace) -> int:
    folders = [*options.folders, *options.more]
    for folder in folders or folders_with_receipts(Path.cwd()):
        print(f"sha256:{Chain.read(folder / RECEIPTS).digest}  {folder}")
    return 0


def _diff(options: argparse.Namespace) -> int:
    from interplay.provenance.answer import print_lines
    from interplay.provenance.diff import difference

    found = difference(options.a, options.b, Path.cwd())
    print_lines(found.lines, sys.stdout)
    return found.status


def _site(options: argparse.Namespace) -> int:
    from interplay.provenance.graph import Graph
    from interplay.site.build import default_folder, write_site

    folder = named_or_first(options.folder)
    graph = Graph.read(folder, Path.cwd())
    site = options.to or default_folder(graph.place)
    write_site(graph, site)
    print(f"{os.path.relpath(site)}/index.html: the pages of {folder}")
    return 0


def _data(options: argparse.Namespace) -> int:
    from interplay.configuration.files import read_yaml
    from interplay.configuration.paths import expand_paths
    from interplay.sentiment.inventory import inventory

    _require_checkout("config.yaml")
    config = read_yaml("config.yaml")
    for key in ("pathvars", "sentiment"):
        if not isinstance(config, dict) or key not in config:
            raise InputError(f"config.yaml: expected the key {key}, found none")
    named = {key: getattr(options, key) for key in ("treebank", "glove")}
    config |= {key: path for key, path in named.items() if path}
    expand_paths(config)
    resources = Path(config["pathvars"]["resources"])
    treebank, glove = (Path(config[key]) if config.get(key) else None for key in named)
    items = inventory(
        config["sentiment"], resources, treebank, glove, check=options.check
    )
    for item in items:
        print(f"{item.name:<10}{item.status}  {item.state}")
    return int(options.check and any(item.status != "at hand" for item in items))


def _require_checkout(*files: str) -> None:
    """Raise an InputError unless the current folder has one of these files."""
    if not any(map(os.path.isfile, files)):
        raise InputError(
            f"{files[0]}: expected one in the current folder, found none; "
            "run this command in a checkout of the repository"
        )


if __name__ == "__main__":
    sys.exit(main())
