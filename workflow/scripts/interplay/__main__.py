"""The command line, from the repository's root: `python -m interplay explain fig2c`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from interplay.provenance.explain import Graph, explanation
from interplay.provenance.receipts import NAME, read_receipts
from interplay.provenance.verify import problems
from interplay.storage.errors import InputError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status, 1 after one line on standard error."""
    parser = argparse.ArgumentParser(prog="python -m interplay", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    verify = commands.add_parser(
        "verify", help="check results, code and lock against the receipts, offline"
    )
    verify.add_argument("results", nargs="*", type=Path, metavar="FOLDER")
    verify.set_defaults(run=_verify)
    explain = commands.add_parser(
        "explain", help="print the way back to runs, code, parameters and inputs"
    )
    explain.add_argument(
        "name",
        help="a panel (fig2c), a figure or the id in its metadata, a claim's id, a label "
        "of tables/numbers.csv, a row of a table (nonlinear.csv:12), or a file",
    )
    explain.add_argument("--results", type=Path, metavar="FOLDER")
    explain.set_defaults(run=_explain)
    crate = commands.add_parser(
        "crate", help="write results and workflow as a Provenance Run Crate"
    )
    crate.add_argument("folder", type=Path, help="to be made")
    crate.add_argument("--results", type=Path, metavar="FOLDER")
    crate.set_defaults(run=_crate)
    keep = commands.add_parser(
        "keep", help="copy figures, tables, paper and records to a folder for git"
    )
    keep.add_argument("folder", type=Path, help="written anew")
    keep.add_argument("--results", type=Path, metavar="FOLDER")
    keep.set_defaults(run=_keep)
    run = commands.add_parser(
        "run", help="Snakemake, after a look at configuration files and stale locks"
    )
    run.set_defaults(run=lambda options: _run(words[1:]))
    words = list(sys.argv[1:] if arguments is None else arguments)
    # Everything after `run` is for Snakemake, whatever it looks like.
    options = parser.parse_args(words[:1] if words[:1] == ["run"] else words)
    try:
        return options.run(options)
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing is left to be flushed to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except InputError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1


def _run(arguments: list[str]) -> int:
    # Imported here, since the other commands work without its library.
    from interplay.launch import run

    return run(arguments, Path.cwd())


def _verify(options: argparse.Namespace) -> int:
    root = Path.cwd()
    status = 0
    for results in options.results or folders_with_receipts(root):
        found = list(dict.fromkeys(problems((root / results).resolve(), root)))
        if found:
            more = f" (and {len(found) - 1} more)" if found[1:] else ""
            print(f"{found[0]}{more}", file=sys.stderr)
            status = 1
        else:
            print(f"{results}: every file is what its receipt says")
    return status


def _explain(options: argparse.Namespace) -> int:
    root = Path.cwd()
    results = options.results or folders_with_receipts(root)[0]
    graph = Graph.read(results.as_posix(), root)
    for line in explanation(options.name, graph, root):
        print(line)
    return 0


def _crate(options: argparse.Namespace) -> int:
    # Imported here, since the other commands work without its library.
    from interplay.provenance.crate import write_crate

    root = Path.cwd()
    results = options.results or folders_with_receipts(root)[0]
    receipts = read_receipts(root / results / NAME)
    write_crate(receipts, results.as_posix(), root, options.folder)
    print(f"{options.folder}: {len(receipts)} jobs")
    return 0


def _keep(options: argparse.Namespace) -> int:
    # Imported here, since the other commands work without the library of tables.
    from interplay.provenance.archive import keep

    root = Path.cwd()
    results = options.results or folders_with_receipts(root)[0]
    keep(read_receipts(root / results / NAME), results.as_posix(), root, options.folder)
    print(f"{options.folder}: figures, tables and records of {results}")
    return 0


def folders_with_receipts(root: Path) -> list[Path]:
    """Return `results` and the folders in it, as far as they have receipts.

    Raises:
        InputError: none has.
    """
    receipts = [root / "results" / NAME, *sorted((root / "results").glob(f"*/{NAME}"))]
    found = [path.parent.relative_to(root) for path in receipts if path.is_file()]
    if not found:
        raise InputError(f"results: expected {NAME}, found none; run the workflow first")
    return found


if __name__ == "__main__":
    sys.exit(main())
