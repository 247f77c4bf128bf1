"""Trees, tokens, vectors and batches; on the real treebank where it is at hand."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.tree import Tree

from interplay.runs.streams import stream
from interplay.sentiment.facts import data_facts
from interplay.sentiment.sentences import read_split, write_split
from interplay.sentiment.synthetic import (
    format_trees,
    format_vectors,
    synthetic_trees,
    synthetic_vectors,
)
from interplay.sentiment.tree_files import SPLITS
from interplay.sentiment.treebank import (
    build_treebank,
    english_tokenizer,
    labelled_sentences,
)
from interplay.sentiment.trees import read_trees
from interplay.sentiment.vectors import read_vectors
from interplay.sentiment.vocabulary import build_language
from interplay.storage.errors import InputError

TREEBANK = Path(os.environ.get("INTERPLAY_TREEBANK", "none"))
GLOVE = Path(os.environ.get("INTERPLAY_GLOVE", "none"))
# Training types without a vector: in the whole file, and in its lines for the treebank.
WITHOUT_VECTOR = {"glove.6B.100d.txt": 4043, "glove.6B.100d.sst_subset.txt.gz": 4173}

TREE = "(3 (2 It) (4 (2 's) (4 good)))"


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


# Trees


def test_trees_are_read_with_their_labels(tmp_path):
    (tree,) = read_trees(write(tmp_path / "t.txt", f"\ufeff{TREE}\n"))
    assert tree.label() == "3"
    assert tree.leaves() == ["It", "'s", "good"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{TREE}\n(3 (2 It) (4 good)\n", "line 2: expected one tree, found 3 opening"),
        (f"{TREE}\n\n{TREE} {TREE}\n", "line 3: expected one tree"),
        ("no tree", "line 1: expected one tree"),
        ("(3 (7 It) (2 is))", "line 1: expected nodes labelled 0 to 4"),
        ("(3 (2 It) (2 ))", "line 1: expected nodes labelled 0 to 4"),
        ("\n", "expected trees, found none"),
        ("", "expected trees, found none"),
        ("(2 (2 a) (2 b))\n(2 c)\n", "expected a sentence that is not neutral, found 2"),
    ],
)
def test_a_file_that_is_no_treebank_is_refused_in_one_line(tmp_path, text, expected):
    path = write(tmp_path / "t.txt", text)
    with pytest.raises(InputError) as error:
        read_trees(path)
    message = str(error.value)
    assert message.startswith(str(path))
    assert expected in message
    assert "\n" not in message


def test_a_missing_or_undecodable_file_of_trees_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none.txt: expected .* found no file"):
        read_trees(tmp_path / "none.txt")
    (tmp_path / "latin.txt").write_bytes("(3 (2 naïve) (2 film))".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin.txt: expected UTF-8"):
        read_trees(tmp_path / "latin.txt")


@pytest.mark.parametrize(
    ("sentence", "tokens"),
    [
        ("a 90-minute film", ["a", "90-minute", "film"]),
        ("a well-made film", ["a", "well", "-", "made", "film"]),
        ("It 's n't The End .", ["It", "'s", "n't", "The", "End", "."]),
    ],
)
def test_tokens_are_those_of_spacy_2(sentence, tokens):
    assert english_tokenizer()(sentence) == tokens


def test_neutral_sentences_are_dropped_and_the_others_are_binary():
    trees = [Tree.fromstring(f"({grade} (2 a) (2 b))") for grade in "01234"]
    found = list(labelled_sentences(trees, str.split))
    assert [row["label"] for row in found] == [0, 0, 1, 1]
    assert found[0] == {"sentence": "a b", "tokens": ["a", "b"], "label": 0}


def test_a_split_survives_the_disk_with_its_types(tmp_path, treebank):
    write_split(treebank["dev"], tmp_path / "dev.parquet")
    again = read_split(tmp_path / "dev.parquet")
    assert again.features == treebank["dev"].features
    assert again.features["label"].names == ["negative", "positive"]
    assert again.to_list() == treebank["dev"].to_list()
    (tmp_path / "half.parquet").write_bytes((tmp_path / "dev.parquet").read_bytes()[:99])
    with pytest.raises(InputError, match=r"half.parquet: expected a whole Parquet"):
        read_split(tmp_path / "half.parquet")


# The synthetic treebank


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_synthetic_trees_are_trees_as_the_real_ones_are(seed, tmp_path_factory):
    trees = synthetic_trees(5, np.random.default_rng(seed))
    path = write(tmp_path_factory.mktemp("trees") / "t.txt", format_trees(trees))
    again = read_trees(path)
    assert again == trees
    for tree in again:
        assert all(len(node) == 2 or isinstance(node[0], str) for node in tree.subtrees())


def test_the_grammar_negates_and_leaves_some_sentences_neutral():
    trees = synthetic_trees(300, np.random.default_rng(0))
    assert 0.1 < np.mean([tree.label() == "2" for tree in trees]) < 0.5
    negated = [
        (node.label(), node[1].label())
        for tree in trees
        for node in tree.subtrees()
        if len(node) == 2 and node[0].leaves() in (["not"], ["never"])
    ]
    assert len(negated) > 30
    # Turned over: 0 and 4, or 1 and 3, or neutral.
    assert {int(a) + int(b) for a, b in negated} == {4}


def test_synthetic_data_are_the_same_for_the_same_seed():
    first, second = (
        (format_trees(synthetic_trees(9, rng)), format_vectors(synthetic_vectors(7, rng)))
        for rng in (stream("x", "test"), stream("x", "test"))
    )
    assert first == second


# The vocabulary


def test_words_keep_their_case_and_specials_have_no_vector(treebank, language):
    vocabulary = language.text.vocab
    assert vocabulary.itos[:2] == ["<unk>", "<pad>"]
    assert not language.vectors[:2].any()
    assert vocabulary.stoi["never seen"] == 0
    given_vectors = synthetic_vectors(12, stream("vectors", "test")).set_index("word")
    the, capital = (language.vectors[vocabulary.stoi[w]] for w in ("the", "The"))
    np.testing.assert_array_equal(the, given_vectors.vector["the"])
    # "The" has none, and is drawn: nothing like "the".
    assert "The" not in given_vectors.index
    assert not np.array_equal(the, capital)
    assert np.all(np.abs(language.vectors[2:]).sum(1) > 0)


def test_words_without_a_vector_are_standard_normal(treebank):
    one_word = pd.DataFrame({"word": ["the"], "vector": [np.ones(500, np.float32)]})
    drawn = build_language(treebank["train"], one_word, stream("unknown", "test"))
    others = drawn.vectors[2:][drawn.vectors[2:, 0] != 1]
    assert abs(others.mean()) < 0.03
    assert abs(others.std() - 1) < 0.03


# The real data


@pytest.mark.slow
def test_facts_of_the_real_data():
    if not TREEBANK.is_dir() or not GLOVE.is_file():
        pytest.skip("needs the real data: set INTERPLAY_TREEBANK and INTERPLAY_GLOVE")
    trees = {split: read_trees(TREEBANK / f"{split}.txt") for split in SPLITS}
    treebank = build_treebank(trees)
    words = {word for tokens in treebank["train"]["tokens"] for word in tokens}
    facts = data_facts(trees, treebank, read_vectors(GLOVE, words, 100).vectors)
    facts = facts.set_index("split")
    assert facts.trees.tolist() == [8544, 1101, 2210]
    assert facts.sentences.tolist() == [6920, 872, 1821]
    assert facts.tokens.tolist() == [138_162, 17_585, 36_314]
    assert facts.types["train"] == 15_431
    if GLOVE.name in WITHOUT_VECTOR:
        assert facts.types_without_vector["train"] == WITHOUT_VECTOR[GLOVE.name]
