"""The treebank: the labelled and tokenised sentences of its trees."""

from collections.abc import Callable, Iterator, Sequence

from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value
from nltk.tree import Tree
from spacy.lang.char_classes import ALPHA, HYPHENS
from spacy.lang.en import English
from spacy.util import compile_infix_regex

from interplay.sentiment.trees import NEUTRAL

FEATURES = Features(
    {
        "sentence": Value("string"),
        "tokens": List(Value("string")),
        "label": ClassLabel(names=["negative", "positive"]),
    }
)


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
