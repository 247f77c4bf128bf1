"""The commands `archive` and `restore`, `crate` and `codecheck`: a run for others."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from interplay.provenance.folders import ARCHIVE, home_path, named_or_first


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands to a parser.

    Args:
        add: gets the name, the function and the description of a command; returns its
            parser.
    """
    live = argparse.ArgumentParser(add_help=False)
    live.add_argument(
        "--results",
        type=home_path,
        metavar="FOLDER",
        help="results folder of a run (default: results, else a folder in it)",
    )
    crate = add(
        "crate",
        _crate,
        "write results and workflow as a Provenance Run Crate",
        parents=[live],
    )
    crate.add_argument("folder", type=home_path, help="a folder that does not exist yet")
    crate.add_argument("--check", action="store_true",
                       help="check an existing crate by the profile's validator, and its "
                            "files by their hashes")  # fmt: skip
    codecheck = add("codecheck", _codecheck,
                    "write codecheck.yml, from which a CODECHECK starts")  # fmt: skip
    codecheck.add_argument("folder", type=home_path, metavar="FOLDER",
                           help="a results folder or an archived one")  # fmt: skip
    archive = add(
        "archive",
        _archive,
        "copy figures, tables, kept networks, paper and receipts to a folder for git",
        parents=[live],
    )
    archive.add_argument("folder", type=home_path, help="replaced if it is an archive")
    archive.add_argument("--small", action="store_true",
                         help="without the tables of single experiments and networks, which "
                              "only `restore` needs")  # fmt: skip
    restore = add(
        "restore",
        _restore,
        "begin a results folder with what an archive has: only changed jobs will run",
    )
    restore.add_argument(
        "folder",
        nargs="?",
        type=home_path,
        metavar="FOLDER",
        default=ARCHIVE,
        help="an archived folder (default: %(default)s)",
    )
    for option, value in (("--configfile", "FILE"), ("--config", "KEY=VALUE")):
        restore.add_argument(option, nargs="+", metavar=value, default=[],
                             help="as of `interplay run`")  # fmt: skip


def _crate(options: argparse.Namespace) -> int:
    if options.check:
        from interplay.provenance.validation import problems

        found = problems(options.folder)
        print(
            "\n".join(found)
            or f"{options.folder}: nothing required is missing, and no file is altered"
        )
        return 1 if found else 0

    from interplay.provenance.crate import write_crate
    from interplay.provenance.graph import Graph

    graph = Graph.read(named_or_first(options.results), Path.cwd())
    write_crate(graph, options.folder)
    print(f"{options.folder}: {len(graph.receipts)} jobs")
    return 0


def _codecheck(options: argparse.Namespace) -> int:
    from interplay.provenance.codecheck import write_codecheck
    from interplay.provenance.graph import Graph

    file, missing = write_codecheck(Graph.read(options.folder, Path.cwd()))
    print(f"{os.path.relpath(file)}: figures, tables and article of {options.folder}")
    for entry in missing:
        print(f"  not given in paper/metadata.yaml: {entry}")
    return 0


def _archive(options: argparse.Namespace) -> int:
    from interplay.provenance.archive import archive

    folder = named_or_first(options.results)
    archive(folder, options.folder, Path.cwd(), small=options.small)
    print(f"{options.folder}: figures, tables, networks, paper and receipts of {folder}")
    return 0


def _restore(options: argparse.Namespace) -> int:
    from interplay.provenance.restore import restore

    chosen = []
    for name in ("configfile", "config"):
        if values := getattr(options, name):
            chosen += [f"--{name}", *values]
    for line in restore(options.folder, Path.cwd(), chosen).lines:
        print(line)
    return 0
