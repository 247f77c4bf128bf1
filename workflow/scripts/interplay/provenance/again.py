"""The shortest command that makes a file again, on any machine."""

import shlex
from collections.abc import Iterator

from interplay.provenance.data import uses_data
from interplay.provenance.graph import Graph

LOCAL = {"treebank": "DIR", "glove": "FILE"}
"""keys of the configuration that name local copies of data, and placeholders for the paths"""


def commands(path: str, graph: Graph) -> Iterator[str]:
    """Yield the commands that make one file again from what its job read.

    Args:
        path: of the file, as receipts name it.
        graph: the receipts.

    Yields:
        For a file that is made from an archive's tables, the command that makes it, and all
        such files, again from them, at the commit of their jobs; for another file, the command
        that runs its job.
    """
    place = graph.place
    if place.archived and any(map(place.is_archived, graph.producer(path).inputs)):
        yield shlex.join(["interplay", "redraw", place.shown])
    else:
        yield command(path, graph)


def command(path: str, graph: Graph, force: str = "--force") -> str:
    """Return the command that runs the job of a file again.

    Paths of local copies are replaced by `DIR` and `FILE`, and left out if the file does not
    depend on these data.

    Args:
        path: of the file, as receipts name it.
        graph: the receipts.
        force: "--force" for this job, "--forceall" for everything that it depends on, too.
    """
    receipt = graph.producer(path)
    target = path if receipt.wildcards else receipt.rule
    options = []
    for word in receipt.command_line:
        key, is_entry, _ = word.partition("=")
        if not is_entry or key not in LOCAL:
            options.append(word)
        elif uses_data(path, graph):
            options.append(f"{key}={LOCAL[key]}")
    if options[-1:] == ["--config"]:
        options.pop()
    return shlex.join(["interplay", "run", target, "--cores", "1", force, *options])
