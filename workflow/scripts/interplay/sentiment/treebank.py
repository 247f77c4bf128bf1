"""The treebank: trees in PTB format, and the labelled sentences made of them."""

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value
from nltk.tree import Tree
from spacy.lang.char_classes import ALPHA, HYPHENS
from spacy.lang.en import English
from spacy.util import compile_infix_regex

from interplay.storage.errors import InputError

NEUTRAL = 2
"""the middle one of the five classes, 0 (very negative) to 4 (very positive)"""

FEATURES = Features(
    {
        "sentence": Value("string"),
        "tokens": List(Value("string")),
        "label": ClassLabel(names=["negative", "positive"]),
    }
)


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


def english_tokenizer() -> Callable[[str], list[str]]:
    """Return spaCy's English tokenizer with the infixes of spaCy 2.3.

    spaCy 3 splits at a hyphen after a digit as well ("90-minute"); the rule
    before it wants a letter there.

    Returns:
        A function from a sentence to its tokens.
    """
    hyphen = rf"(?:{HYPHENS})(?=[{ALPHA}])"
    since_version_3, before = rf"(?<=[{ALPHA}0-9]){hyphen}", rf"(?<=[{ALPHA}]){hyphen}"
    language = English()
    infixes = list(language.Defaults.infixes or [])
    infixes[infixes.index(since_version_3)] = before
    language.tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    return lambda sentence: [token.text for token in language.tokenizer(sentence)]


def labelled_sentences(
    trees: Sequence[Tree], tokenize: Callable[[str], list[str]]
) -> Iterator[dict[str, object]]:
    """Yield the sentences whose root is not neutral (section 4, binary SST).

    Args:
        trees: with labels "0" to "4".
        tokenize: from a sentence to its tokens.

    Yields:
        sentence: the leaves joined by spaces; tokens; label: 0 negative, 1 positive.
    """
    for tree in trees:
        grade = int(tree.label())
        if grade != NEUTRAL:
            sentence = " ".join(tree.leaves())
            yield {
                "sentence": sentence,
                "tokens": tokenize(sentence),
                "label": int(grade > NEUTRAL),
            }


def build_treebank(trees: dict[str, list[Tree]]) -> DatasetDict:
    """Return the labelled, tokenised sentences of each split.

    Args:
        trees: by split.

    Returns:
        The same splits, each with the columns of `FEATURES`.
    """
    tokenize = english_tokenizer()
    return DatasetDict(
        {
            split: Dataset.from_list(
                list(labelled_sentences(some, tokenize)), features=FEATURES
            )
            for split, some in trees.items()
        }
    )
