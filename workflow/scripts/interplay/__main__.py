"""The command line: `interplay explain fig2c`, from the repository's root."""

import argparse
import os
import secrets
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from interplay.provenance.receipts import RECEIPTS, Chain
from interplay.storage.errors import InputError
from interplay.version import __version__

ARCHIVE = Path("paper/results")
"""the archived full run, relative to the repository's root"""

SNAKEFILES = ("Snakefile", "snakefile", "workflow/Snakefile", "workflow/snakefile")
"""where Snakemake looks for its file"""

OF_TORCH = ("torch", "torchtext")
"""packages of the extra `torch`; those of `workflow` are all others"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status, 1 after one line on standard error."""
    parser = _parser()
    words = list(sys.argv[1:] if arguments is None else arguments)
    # Everything after `run` is for Snakemake, whatever it looks like.
    is_run = words[:1] == ["run"]
    options = parser.parse_args(words[:1] if is_run else words)
    options.words = words[1:]
    try:
        return options.command(options)
    except BrokenPipeError:
        # The reader of the output, such as `head`, has closed it; nothing is left to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except InputError as error:
        problem = str(error)
    except ModuleNotFoundError as error:
        package, _, _ = str(error.name).partition(".")
        # A missing module of our own is a broken installation, which no extra repairs.
        if package == __package__:
            raise
        extra = "torch" if package in OF_TORCH else "workflow"
        problem = f"{words[0]} needs {package}: pip install 'interplay[{extra}]'"
    print(f"{parser.prog}: {problem}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="interplay", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    results = argparse.ArgumentParser(add_help=False)
    results.add_argument(
        "--results",
        type=Path,
        metavar="FOLDER",
        help="results folder with receipts (default: results, else a folder in it, else "
        "the archived full run)",
    )

    def add(name: str, command, about: str, **options) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about, **options)
        added.set_defaults(command=command)
        return added

    verify = add(
        "verify", _verify, "check results, code and configuration against the receipts"
    )
    verify.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    verify.add_argument("--results", dest="more", action="append", type=Path, default=[],
                        metavar="FOLDER", help="the same as FOLDER")  # fmt: skip
    verify.add_argument(
        "--digest", default="", help="the digest that a signed tag or a letter names"
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
    explain.add_argument("--rows", type=Path, metavar="FILE",
                         help="also write all of its rows, as CSV or Parquet")  # fmt: skip
    digest = add("digest", _digest, "print one hash over a whole run, to be signed")
    digest.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    digest.add_argument("--results", dest="more", action="append", type=Path, default=[],
                        metavar="FOLDER", help="the same as FOLDER")  # fmt: skip
    diff = add("diff", _diff, "print the first job that differs, why, and by how much")
    diff.add_argument("a", type=Path, help="a results folder or an archived one")
    diff.add_argument("b", type=Path, help="another")
    crate = add(
        "crate",
        _crate,
        "write results and workflow as a Provenance Run Crate",
        parents=[results],
    )
    crate.add_argument("folder", type=Path, help="a folder that does not exist yet")
    crate.add_argument("--check", action="store_true",
                       help="check an existing crate by the profile's validator")  # fmt: skip
    site = add("site", _site, "write pages that lead from figures to runs and inputs")
    site.add_argument("folder", nargs="?", type=Path, metavar="FOLDER",
                      help="a results folder or an archived one")  # fmt: skip
    site.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help="where the pages go (default: FOLDER/site; for an archive, the folder site)",
    )
    check = add("spotcheck", _spotcheck,
                "make trainings again, drawn at random, and compare to the bit")  # fmt: skip
    check.add_argument("folder", nargs="?", type=Path, metavar="FOLDER",
                       help="a results folder or an archived one")  # fmt: skip
    check.add_argument("-n", type=int, default=5, metavar="JOBS", help="default: 5")
    check.add_argument("--seed", type=int,
                       help="of the draw (default: at random, and printed)")  # fmt: skip
    check.add_argument("--rules", nargs="+", default=[], metavar="RULE",
                       help="draw from these rules only, such as train_network")  # fmt: skip
    check.add_argument("--report", type=Path, metavar="FILE",
                       help="also write the answer as JSON")  # fmt: skip
    redraw = add("redraw", _redraw,
                 "make figures, verdicts, numbers and article again from the tables, and "
                 "compare")  # fmt: skip
    redraw.add_argument("folder", nargs="?", type=Path, metavar="FOLDER",
                        help="a results folder or an archived one")  # fmt: skip
    redraw.add_argument("--report", type=Path, metavar="FILE",
                        help="also write the answer as JSON")  # fmt: skip
    archive = add(
        "archive",
        _archive,
        "copy figures, tables, kept networks, paper and receipts to a folder for git",
        parents=[results],
    )
    archive.add_argument("folder", type=Path, help="replaced if it is an archive")
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
    from interplay.provenance.verify import verify

    status = 0
    folders = [*options.folders, *options.more]
    for folder in folders or folders_with_receipts(Path.cwd()):
        found = verify(folder, Path.cwd(), options.digest)
        if found.problems:
            more = len(found.problems) - 1
            rest = f" (and {more} more)" if more else ""
            print(f"{found.problems[0]}{rest}", file=sys.stderr)
            status = 1
        elif found.unchecked:
            more = len(found.unchecked) - 1
            rest = f" (and {more} more)" if more else ""
            print(f"{found.unchecked[0]}{rest}", file=sys.stderr)
            status = status or 3
        else:
            print(f"{folder}: every file is as its receipt says")
        for note in found.notes:
            print(f"  {note}")
    return status


def _explain(options: argparse.Namespace) -> int:
    from interplay.provenance.explain import explanation, write_rows
    from interplay.provenance.graph import Graph

    graph = Graph.read(_results(options), Path.cwd())
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
    from interplay.provenance.diff import difference

    for line in difference(options.a, options.b, Path.cwd()):
        print(line)
    return 0


def _crate(options: argparse.Namespace) -> int:
    if options.check:
        from interplay.provenance.validation import problems

        found = problems(options.folder)
        print(
            "\n".join(found) or f"{options.folder}: nothing that is required is missing"
        )
        return 1 if found else 0

    from interplay.provenance.crate import write_crate
    from interplay.provenance.graph import Graph

    graph = Graph.read(_results(options), Path.cwd())
    write_crate(graph, options.folder)
    print(f"{options.folder}: {len(graph.receipts)} jobs")
    return 0


def _site(options: argparse.Namespace) -> int:
    from interplay.provenance.graph import Graph
    from interplay.site.build import default_folder, write_site

    folder = options.folder or folders_with_receipts(Path.cwd())[0]
    graph = Graph.read(folder, Path.cwd())
    site = options.to or default_folder(graph.place)
    write_site(graph, site)
    print(f"{os.path.relpath(site)}/index.html: the pages of {folder}")
    return 0


def _spotcheck(options: argparse.Namespace) -> int:
    from interplay.provenance.spotcheck import spotcheck
    from interplay.storage.files import write_json

    if options.n < 1:
        raise InputError(f"-n: expected 1 or more, found {options.n}")
    folder = options.folder or folders_with_receipts(Path.cwd())[0]
    # Nobody can choose the jobs by choosing the default.
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    answer = spotcheck(folder, Path.cwd(), options.n, seed, options.rules, _say)
    if options.report:
        write_json(answer.stored(), options.report)
    print(answer.sentence)
    return answer.status


def _redraw(options: argparse.Namespace) -> int:
    from interplay.provenance.redraw import redraw
    from interplay.storage.files import write_json

    folder = options.folder or folders_with_receipts(Path.cwd())[0]
    answer = redraw(folder, Path.cwd(), _say)
    if options.report:
        write_json(answer.stored(), options.report)
    print(answer.sentence)
    return answer.status


def _say(line: str) -> None:
    print(line, flush=True)


def _archive(options: argparse.Namespace) -> int:
    from interplay.provenance.archive import archive

    folder = _results(options)
    archive(folder, options.folder, Path.cwd())
    print(f"{options.folder}: figures, tables, networks, paper and receipts of {folder}")
    return 0


def _data(options: argparse.Namespace) -> int:
    from interplay.configuration.files import read_yaml
    from interplay.sentiment.inventory import inventory

    _require_checkout("config.yaml")
    config = read_yaml("config.yaml")
    for key in ("pathvars", "sentiment"):
        if not isinstance(config, dict) or key not in config:
            raise InputError(f"config.yaml: expected the key {key}, found none")
    resources = Path(config["pathvars"]["resources"]).expanduser()
    paths = (
        options.treebank or config.get("treebank"),
        options.glove or config.get("glove"),
    )
    treebank, glove = (Path(os.path.expanduser(path)) if path else None for path in paths)
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


def _results(options: argparse.Namespace) -> Path:
    return options.results or folders_with_receipts(Path.cwd())[0]


def folders_with_receipts(root: Path) -> list[Path]:
    """Return `results` and the folders in it that have receipts.

    Without own results, the archived full run is returned.

    Raises:
        InputError: no folder has receipts.
    """
    receipts = [
        root / "results" / RECEIPTS,
        *sorted((root / "results").glob(f"*/{RECEIPTS}")),
    ]
    found = [path.parent.relative_to(root) for path in receipts if path.is_file()]
    if not found and (root / ARCHIVE / RECEIPTS).is_file():
        return [ARCHIVE]
    if not found:
        raise InputError(
            f"results: expected {RECEIPTS}, found none; run the workflow first"
        )
    return found


if __name__ == "__main__":
    sys.exit(main())
