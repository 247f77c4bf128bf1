"""Archive a run: copy what a reader looks at, and its receipts, to a folder for git."""

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from interplay.provenance.costs import COSTS, costs
from interplay.provenance.machines import MACHINES, machines
from interplay.provenance.origin import CONFIGURATION
from interplay.provenance.parts import write_parts
from interplay.provenance.place import Place, is_archive, place_of
from interplay.provenance.receipts import RECEIPTS, Chain, is_training, producers_of
from interplay.provenance.recording import LOCK
from interplay.provenance.sources import (
    SOURCES,
    is_of_workflow,
    named_sources,
    write_sources,
)
from interplay.provenance.verify import verify
from interplay.storage.errors import InputError
from interplay.storage.files import read_json, write_json
from interplay.storage.hashes import file_hash
from interplay.storage.tables import write_table


def archive(results: Path, folder: Path, work: Path, small: bool = False) -> None:
    """Copy figures, tables, kept networks and paper of a run, and note their origin.

    The folder also gets the tables of single experiments and networks that `restore` needs,
    the receipts, the sources that they name (sources.tar.xz), the configuration
    (configuration.json), the lock (requirements.txt), the machines on which networks were
    trained (machines.json) and the costs (costs.csv). Its seal has the hashes of what it adds,
    so its digest is not that of the results folder. The archive is written to a temporary
    place first: an earlier one stays until it is complete.

    Args:
        results: the results folder.
        folder: of the archive; an earlier archive there is replaced.
        work: the current folder.
        small: whether to leave out the tables that only `restore` needs.

    Raises:
        InputError: the results differ from their receipts, or the folder exists and is no
            archive.
    """
    if folder.exists() and not is_archive(folder):
        raise InputError(
            f"{folder}: expected no folder, or one by `interplay archive`, found another"
        )
    for problem in verify(results, work).problems:
        raise InputError(problem)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        whole = Path(temporary) / folder.name
        _write(whole, results, work, small)
        if folder.exists():
            shutil.rmtree(folder)
        whole.rename(folder)


def _write(folder: Path, results: Path, work: Path, small: bool) -> None:
    chain = Chain.read(work / results / RECEIPTS)
    place = place_of(results, chain, work)
    kept = [
        path
        for receipt in chain.receipts
        for path in receipt.outputs
        if place.is_archived(path)
    ]
    measured = [] if small else _measured(chain, place)
    files = map(place.file, [*kept, *measured])
    copies = [file.relative_to(place.folder) for file in files]
    for name in (*copies, Path(CONFIGURATION)):
        file, copy = place.folder / name, folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    shutil.copyfile(place.root / LOCK, folder / Path(LOCK).name)
    write_sources(_sources(chain, place), folder / SOURCES)
    write_json(machines(chain.receipts), folder / MACHINES)
    write_table(costs(place.folder / "benchmarks"), folder / COSTS)
    added = {file.name for file in folder.iterdir() if file.is_file()}
    added -= {CONFIGURATION, *map(str, copies)}
    archived = {name: file_hash(folder / name) for name in sorted(added)}
    seal = replace(chain.seal, archived=archived)
    Chain(chain.receipts, seal).write(folder / RECEIPTS)


def _measured(chain: Chain, place: Place) -> list[str]:
    """Return the tables of single experiments and networks that `restore` cannot do without.

    The rows of most Parquet files are in a table of the archive, from which they come out to
    the bit. Of what a training wrote, CSV files are kept: in an unfinished run, tables are
    still to be gathered from them. Parquet files are kept if a table was gathered from them.
    """
    made, receipts = producers_of(chain.receipts), chain.receipts
    gathered = {
        path for job in receipts for parts in job.parts.values() for path in parts
    }
    with tempfile.TemporaryDirectory() as temporary:
        in_tables = write_parts(receipts, place, Path(temporary))
    return [
        path
        for path, job in made.items()
        if place.is_measured(path)
        and (path in gathered or path.endswith(".csv") or not is_training(job))
        and path not in in_tables
        and place.file(path).is_file()
    ]


def _sources(chain: Chain, place: Place) -> dict[str, dict[str, bytes]]:
    """Return the content of the sources that receipts name, by commit.

    Of a commit, they are those of the whole workflow, so that its jobs can be made again,
    without archived runs: of these, only files that a job read. Where git does not have the
    commit, they are those of the archive from which the results were restored, if any. Those
    of a run without a commit are files of the workflow's folder.
    """
    configuration = read_json(place.folder / CONFIGURATION)["files"]
    found = {}
    for commit, paths in named_sources(chain, configuration, place.source).items():
        contents = place.contents(commit) if commit else _contents(place.root, paths)
        if isinstance(contents, str):
            contents = place.sources.get(commit, {})
        if contents:
            contents = {**contents, **place.task_files(commit)}
            runs = tuple(
                path.removesuffix(RECEIPTS)
                for path in contents
                if path.endswith(f"/{RECEIPTS}")
            )
            found[commit] = {
                path: content
                for path, content in contents.items()
                if path in paths or (is_of_workflow(path) and not path.startswith(runs))
            }
    return found


def _contents(root: Path, paths: Iterable[str]) -> dict[str, bytes]:
    return {path: (root / path).read_bytes() for path in paths if (root / path).is_file()}
