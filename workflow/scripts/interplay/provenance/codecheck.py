"""Write codecheck.yml, from which a CODECHECK starts: figures, tables and article.

The file follows version 2.0 of the specification. It lies at the root of the repository.
"""

from collections.abc import Iterator, Mapping
from os.path import relpath
from pathlib import Path
from typing import Any

import yaml

from interplay.configuration.files import read_yaml
from interplay.provenance.graph import Graph
from interplay.storage.errors import InputError
from interplay.storage.files import replacing

FILE = "codecheck.yml"

METADATA = "paper/metadata.yaml"
"""title and authors of the article, relative to the workflow's folder"""

SPECIFICATION = "https://codecheck.org.uk/spec/config/2.0/"

FIGURES = (".pdf", ".svg")
"""formats of a figure, of which the manifest has the first that is there"""

CHECKER = """
# The codechecker adds the rest. The specification requires codechecker/name, report, summary
# and certificate.
# codechecker:
#   - name:
#     ORCID:
# check_time:
# summary:
# certificate:
# report:
"""


def write_codecheck(graph: Graph) -> tuple[Path, list[str]]:
    """Write codecheck.yml at the root of the workflow's repository.

    Args:
        graph: receipts of a results folder in the repository, live or archived.

    Returns:
        The file, and the required entries that the authors have not given.

    Raises:
        InputError: a codechecker has added to the file, a result is not as its receipt says,
            or paper/metadata.yaml cannot be read.
    """
    root = graph.place.root
    metadata = read_yaml(root / METADATA)
    file = root / FILE
    if file.exists() and "codechecker" in (read_yaml(file) or {}):
        raise InputError(
            f"{file}: expected no entries of a codechecker, found some; remove it first"
        )
    with replacing(file) as temporary:
        temporary.write_text(
            codecheck(graph, relpath(graph.place.folder.resolve(), root)), "utf-8"
        )
    return file, list(missing(metadata))


def codecheck(graph: Graph, folder: str) -> str:
    """Return the text of codecheck.yml.

    Fields that nobody has given yet are comments, because the register refuses placeholders.

    Args:
        graph: receipts of a results folder.
        folder: of the results, relative to the place of codecheck.yml.

    Raises:
        InputError: a result is not as its receipt says, or paper/metadata.yaml cannot be
            read.
    """
    metadata = read_yaml(graph.place.root / METADATA)
    content = {
        "version": SPECIFICATION,
        "paper": _paper(metadata),
        **({"repository": url} if (url := _entry(metadata, "code", "url")) else {}),
        "manifest": list(_manifest(graph, folder)),
    }
    options: dict[str, Any] = {
        "sort_keys": False,
        "allow_unicode": True,
        "explicit_start": True,
    }
    absent = [f"#   {line}\n" for line in missing(metadata)]
    if absent:
        absent.insert(0, f"\n# Required, and not given yet in {METADATA}:\n")
    return yaml.safe_dump(content, width=90, **options) + "".join(absent) + CHECKER


def missing(metadata: Mapping[str, Any]) -> Iterator[str]:
    """Yield the entries that version 2.0 requires of the authors and that are not given."""
    for author in metadata["authors"]:
        if not author.get("orcid"):
            yield f"ORCID of {author['name']}"
    if not _reference(metadata):
        yield "paper/reference: the article's doi or url"


def _paper(metadata: Mapping[str, Any]) -> dict[str, Any]:
    authors = [
        {"name": author["name"]}
        | ({"ORCID": author["orcid"]} if author.get("orcid") else {})
        for author in metadata["authors"]
    ]
    reference, original = _reference(metadata), _entry(metadata, "replication", "url")
    return {
        "title": metadata["title"],
        "authors": authors,
        **({"reference": reference} if reference else {}),
        # The paper that this article replicates.
        **({"reference-other": [original]} if original else {}),
    }


def _reference(metadata: Mapping[str, Any]) -> str:
    doi = _entry(metadata, "article", "doi")
    return f"https://doi.org/{doi}" if doi else _entry(metadata, "article", "url")


def _entry(metadata: Mapping[str, Any], part: str, key: str) -> str:
    """Return an entry of ReScience's form, in which parts are lists of single entries."""
    return next((one[key] for one in metadata.get(part, ()) if one.get(key)), "")


def _manifest(graph: Graph, folder: str) -> Iterator[dict[str, Any]]:
    for path in sorted(graph.producers):
        inside = path.removeprefix(f"{graph.results}/")
        file = graph.place.file(path)
        is_figure = inside.startswith("figures/")
        if is_figure:
            formats = (file.with_suffix(suffix) for suffix in FIGURES)
            wanted = file == next((one for one in formats if one.is_file()), None)
        else:
            wanted = inside.startswith("tables/") or inside == "paper.pdf"
        if wanted and file.is_file():
            graph.check(path)
            receipt = graph.producers[path]
            yield {
                "file": (Path(folder) / inside).as_posix(),
                "comment": f"made by rule {receipt.rule}",
                "size": file.stat().st_size,
                "sha256": receipt.outputs[path],
            }
