"""Write results as a Provenance Run Crate 0.5: the receipts in a form for other tools.

The crate is a folder with the workflow, the results that have receipts, the receipts,
`codecheck.yml`, and `ro-crate-metadata.json`, which describes every job: its software, inputs
and outputs. Paths in the crate are those of the repository, so `snakemake -n` and
`interplay verify` work inside of it.
"""

import hashlib
import tempfile
from io import StringIO
from pathlib import Path

from rocrate.rocrate import ROCrate

from interplay.provenance.codecheck import FILE, codecheck
from interplay.provenance.crate_entities import Builder
from interplay.provenance.crate_files import file_problems
from interplay.provenance.graph import Graph
from interplay.provenance.receipts import RECEIPTS
from interplay.provenance.verify import verify
from interplay.storage.errors import InputError

SHA256 = "https://w3id.org/ro/terms/workflow-run#sha256"
"""the term by which the profile gives hashes, beyond RO-Crate's own vocabulary"""


def write_crate(graph: Graph, folder: Path) -> None:
    """Write a crate.

    Args:
        graph: the receipts of a live results folder.
        folder: where the crate is written.

    Raises:
        InputError: the folder exists, or is inside of the results; or the results are an
            archive, or differ from their receipts, or a result is missing.
    """
    if folder.exists():
        raise InputError(f"{folder}: expected no folder, found one")
    if folder.resolve().is_relative_to(graph.place.folder.resolve()):
        raise InputError(f"{folder}: expected a folder outside of the results")
    if not graph.receipts:
        raise InputError(f"{graph.results}/{RECEIPTS}: expected receipts, found none")
    if graph.place.archived:
        raise InputError(
            f"{graph.place.shown}: expected results with their networks, found an archive"
        )
    for problem in verify(graph.place.folder, graph.place.work).problems:
        raise InputError(problem)
    # The profile builds on this version.
    crate = ROCrate(version="1.1")
    crate.metadata.extra_terms["sha256"] = SHA256
    Builder(crate, graph).build()
    manifest = codecheck(graph, graph.results)
    sha256 = hashlib.sha256(manifest.encode()).hexdigest()
    crate.add_file(StringIO(manifest), FILE, properties={"name": FILE, "sha256": sha256})
    # Written elsewhere first: a crate that could not be finished does not stay.
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        whole = Path(temporary) / folder.name
        crate.write(whole)
        # A file may have been altered since it was verified.
        for problem in file_problems(whole):
            raise InputError(problem)
        whole.rename(folder)
