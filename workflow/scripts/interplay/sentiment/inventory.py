"""Which of the data are on this machine, and where the others will come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from interplay.sentiment.tree_files import read_split_file
from interplay.sentiment.vector_text import check_first_lines
from interplay.storage.errors import InputError


@dataclass(frozen=True)
class Item:
    """One dataset, as one line of `interplay data`."""

    name: str
    status: str
    """"at hand", "not here" or "unusable" """
    state: str
    """what and where it is, or what is wrong with it, or where it will come from"""


def inventory(
    sentiment: Mapping[str, Any],
    resources: Path,
    treebank: Path | None,
    glove: Path | None,
    *,
    check: bool = False,
) -> list[Item]:
    """Return the state of the treebank and of the word vectors.

    Args:
        sentiment: the configuration's section of that name.
        resources: folder of downloads.
        treebank: folder or zip archive, as of `--config treebank=PATH`.
        glove: local file of vectors, as of `--config glove=FILE`.
        check: read everything to its end, as the workflow does; otherwise the hashes of
            the trees and the first vectors are enough.
    """
    trees, words = _trees(sentiment["treebank"], resources, treebank, check)
    vectors = _vectors(sentiment["vectors"], resources, glove, words, check)
    return [
        Item(name, *found)
        for name, found in {"treebank": trees, "vectors": vectors}.items()
    ]


def _trees(
    settings: Mapping[str, Any], resources: Path, local: Path | None, check: bool
) -> tuple[tuple[str, str], set[str]]:
    """Return status and state of the trees, and the training words if they were read."""
    hashes = settings["files"]
    source = local or resources / "sentiment/trees"
    if local is None and not all((source / f"{split}.txt").is_file() for split in hashes):
        return ("not here", _hosts(settings)), set()
    if not source.exists():
        return (
            "not here",
            f"{source}: expected a folder or a zip archive, found none",
        ), set()
    try:
        files = {
            split: read_split_file(source, split, sha256)
            for split, sha256 in hashes.items()
        }
        state = f"{source}: {len(files)} files with the expected sha256"
        if not check:
            return ("at hand", state), set()
        # Imported here, since the list needs only the standard library.
        from interplay.sentiment.treebank import build_treebank
        from interplay.sentiment.trees import parse_trees

        trees = {
            split: parse_trees(content, f"{source}, {split}.txt")
            for split, content in files.items()
        }
    except InputError as error:
        return ("unusable", str(error)), set()
    sentences = build_treebank(trees)
    counts = ", ".join(
        f"{split} {len(trees[split]):,} trees ({len(sentences[split]):,} labelled)"
        for split in files
    )
    words = {word for tokens in sentences["train"]["tokens"] for word in tokens}
    return ("at hand", f"{state}: {counts}"), words


def _vectors(
    settings: Mapping[str, Any],
    resources: Path,
    local: Path | None,
    words: set[str],
    check: bool,
) -> tuple[str, str]:
    """Return status and state of the vectors, and how many of `words` have one."""
    path = local or resources / "sentiment/vectors/vectors.txt"
    if not path.exists():
        return "not here", f"{path}: expected a file, found none" if local else _hosts(
            settings
        )
    file, dimension = settings["file"], settings["dimension"]
    size = f"{path}: {path.stat().st_size / 1e6:,.1f} MB"
    try:
        if not check:
            check_first_lines(path, file, dimension)
            return "at hand", f"{size}, {dimension} numbers per word"
        # Imported here, since the list needs only the standard library.
        from interplay.sentiment.vectors import find_vectors

        found = find_vectors(path, words, dimension, file)
    except InputError as error:
        return "unusable", str(error)
    state = f"{size}, {found.lines:,} words of {dimension} numbers"
    if found.undecodable:
        state += f" ({found.undecodable:,} left out: not UTF-8)"
    if not words:
        return "at hand", state
    known = len(found.vectors)
    state += f", among them {known:,} of the {len(words):,} training words"
    return ("at hand" if known else "unusable"), state


def _hosts(settings: Mapping[str, Any]) -> str:
    hosts = ", then ".join(urlsplit(url).netloc for url in settings["urls"])
    return f"will be downloaded from {hosts}"
