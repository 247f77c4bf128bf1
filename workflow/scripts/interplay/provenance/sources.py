"""The sources of a run in one compressed file, for readers whose clone lacks its commits.

The file is a tar archive with a folder per commit. A file that is the same in several commits
is stored once, and linked. The same sources give the same bytes.
"""

import io
import lzma
import tarfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from interplay.provenance.git import is_inside
from interplay.provenance.receipts import Chain, producers_of
from interplay.provenance.recording import LOCK
from interplay.storage.errors import InputError
from interplay.storage.files import reading, replacing

SOURCES = "sources.tar.xz"

NO_COMMIT = "no-commit"
"""folder of the sources of jobs whose receipts name no commit"""

WORKFLOW = ("Snakefile", "workflow", "envs", "profiles", "paper", "pyproject.toml")
"""files and folders of the repository from which the workflow runs, next to configurations"""

Contents = Mapping[str, Mapping[str, bytes]]
"""content of files by path relative to the workflow's folder, by commit"""


def is_of_workflow(path: str) -> bool:
    """Return whether Snakemake may need a file of the repository to run the workflow."""
    folder, inside, _ = path.partition("/")
    return folder in WORKFLOW or (not inside and path.endswith(".yaml"))


def named_sources(
    chain: Chain, configuration: Iterable[str], source: Callable[[str], str]
) -> dict[str, set[str]]:
    """Return the sources that receipts and seal name, by commit.

    Args:
        chain: the receipts and their seal.
        configuration: paths of the configuration files, as configuration.json names them.
        source: returns a path relative to the workflow's folder; an empty string for a file
            outside of it.
    """
    made = producers_of(chain.receipts)
    found: dict[str, set[str]] = defaultdict(set)
    for receipt in chain.receipts:
        inputs = {source(path) for path in receipt.inputs if path not in made}
        code = {*receipt.code, *receipt.not_loaded}
        # The stub of a package says which modules its public names come from.
        stubs = {f"{path}i" for path in code if path.endswith("/__init__.py")}
        found[receipt.commit] |= {LOCK, *inputs, *code, *stubs}
    found[chain.seal.commit] |= set(chain.seal.workflow) | set(map(source, configuration))
    return {commit: paths - {""} for commit, paths in found.items()}


def write_sources(contents: Contents, file: Path) -> None:
    """Write sources to a compressed file."""
    stored: dict[bytes, str] = {}
    with (
        replacing(file) as temporary,
        lzma.open(temporary, "wb") as compressed,
        tarfile.open(fileobj=compressed, mode="w") as archive,
    ):
        for commit, files in sorted(contents.items()):
            for path, data in sorted(files.items()):
                entry = tarfile.TarInfo(f"{commit or NO_COMMIT}/{path}")
                if data in stored:
                    entry.type, entry.linkname = tarfile.LNKTYPE, stored[data]
                else:
                    entry.size = len(data)
                    stored[data] = entry.name
                archive.addfile(entry, io.BytesIO(data))


def read_sources(file: Path) -> dict[str, dict[str, bytes]]:
    """Return the sources in a file that `write_sources` wrote; nothing without a file.

    Raises:
        InputError: the file is damaged, or names a file outside of its folders.
    """
    contents: dict[str, dict[str, bytes]] = {}
    if not file.is_file():
        return contents
    stored: dict[str, bytes] = {}
    damage = (tarfile.TarError, lzma.LZMAError, EOFError, KeyError)
    with (
        reading(file, "the sources of a run", *damage),
        tarfile.open(fileobj=io.BytesIO(_decompressed(file)), mode="r:") as archive,
    ):
        for entry in archive:
            commit, _, path = entry.name.partition("/")
            opened = None if entry.islnk() else archive.extractfile(entry)
            if not path or not is_inside(path) or not (opened or entry.islnk()):
                raise InputError(f"{file}: expected files of commits, found {entry.name}")
            data = opened.read() if opened else stored[entry.linkname]
            stored[entry.name] = data
            contents.setdefault("" if commit == NO_COMMIT else commit, {})[path] = data
    return contents


def _decompressed(file: Path) -> bytes:
    decompressor = lzma.LZMADecompressor()
    data = decompressor.decompress(file.read_bytes())
    if not decompressor.eof or decompressor.unused_data:
        raise EOFError("not one whole compressed stream")
    return data
