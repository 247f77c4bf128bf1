"""Trees of the treebank, in PTB format: one a line, each node labelled 0 to 4."""

import io
from pathlib import Path

from nltk.tree import Tree

from interplay.storage.errors import InputError

NEUTRAL = 2
"""the middle one of the five classes, 0 (very negative) to 4 (very positive)"""


def read_trees(path: str | Path) -> list[Tree]:
    """Read a file of trees in PTB format.

    Raises:
        InputError: there is no such file, or its content is not as in `parse_trees`.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: expected a file of trees, found no file") from None
    return parse_trees(content, path)


def parse_trees(content: bytes, place: str | Path) -> list[Tree]:
    """Return the trees of a split: one a line, each node labelled 0 to 4.

    Args:
        content: of a file in PTB format.
        place: the file, for error messages.

    Raises:
        InputError: naming file and line, if it is not UTF-8, holds no tree, has only
            neutral trees, or a line is not one tree with such labels.
    """
    try:
        # A line ends as in Python's text files, not at Unicode's other separators.
        lines = io.StringIO(content.decode("utf-8-sig"), newline=None).read().split("\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: expected UTF-8 text, found {error.reason}") from None
    trees = [
        _parse(line, f"{place}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if not trees:
        raise InputError(f"{place}: expected trees, found none")
    if all(int(tree.label()) == NEUTRAL for tree in trees):
        raise InputError(
            f"{place}: expected a sentence that is not neutral, found {len(trees)} neutral"
        )
    return trees


def _parse(line: str, where: str) -> Tree:
    opened, closed = line.count("("), line.count(")")
    if opened != closed:
        raise InputError(
            f"{where}: expected one tree, found {opened} opening and {closed} closing "
            f"parentheses in {_excerpt(line)}"
        )
    try:
        tree = Tree.fromstring(line)
        nodes = list(tree.subtrees())
    except (ValueError, IndexError, AttributeError):
        raise InputError(f"{where}: expected one tree, found {_excerpt(line)}") from None
    for node in nodes:
        if node.label() not in {"0", "1", "2", "3", "4"} or not len(node):
            raise InputError(
                f"{where}: expected nodes labelled 0 to 4, each with a word or nodes "
                f"below it, found {_excerpt(str(node))}"
            )
    return tree


def _excerpt(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= 60 else f"{text[:60]}…")
