"""Which of the data are on this machine, and where the others will come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from interplay.storage.hashes import file_hash


@dataclass(frozen=True)
class Item:
    """One dataset, as one line of `interplay data`."""

    name: str
    at_hand: bool
    state: str
    """where it is, or what is wrong with it, or where it will be downloaded from"""


def inventory(
    sentiment: Mapping[str, Any],
    resources: Path,
    treebank: Path | None,
    glove: Path | None,
) -> list[Item]:
    """Return the state of the treebank and of the word vectors.

    Args:
        sentiment: the configuration's section of that name.
        resources: folder of downloads.
        treebank: folder with a local copy, as of `--config treebank=DIR`.
        glove: local file of vectors, as of `--config glove=FILE`.
    """
    trees, vectors = sentiment["treebank"], sentiment["vectors"]
    return [
        _trees(trees, treebank or resources / "sentiment/trees", local=bool(treebank)),
        _vectors(
            vectors, glove or resources / "sentiment/vectors/vectors.txt", bool(glove)
        ),
    ]


def _trees(settings: Mapping[str, Any], folder: Path, local: bool) -> Item:
    paths = {
        folder / f"{split}.txt": sha256 for split, sha256 in settings["files"].items()
    }
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        return Item(
            "treebank", False, _absent(folder, ", ".join(missing), settings, local)
        )
    for path, expected in paths.items():
        if (found := file_hash(path)) != expected:
            state = f"{path}: expected sha256 {expected}, found {found}"
            return Item("treebank", False, state)
    return Item("treebank", True, f"{folder}: three files with the expected sha256")


def _vectors(settings: Mapping[str, Any], path: Path, local: bool) -> Item:
    if not path.is_file():
        return Item("vectors", False, _absent(path.parent, path.name, settings, local))
    # The configuration has the hash of the downloaded archive, which was deleted.
    return Item("vectors", True, f"{path}: {path.stat().st_size / 1e6:.0f} MB")


def _absent(folder: Path, names: str, settings: Mapping[str, Any], local: bool) -> str:
    if local:
        return f"{folder}: expected {names}, found none"
    hosts = ", then ".join(urlsplit(url).netloc for url in settings["urls"])
    return f"will be downloaded from {hosts}"
