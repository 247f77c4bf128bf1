"""Batches of sentences: shuffled to train, sorted to test."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.sentiment.batches import shuffled_batches, sorted_batches


def sentences_of(batch, language):
    words = language.text.vocab.itos
    columns = zip(batch.words.T.tolist(), batch.lengths.tolist(), strict=True)
    return [" ".join(words[i] for i in column[:length]) for column, length in columns]


@settings(max_examples=15, deadline=None)
@given(size=st.integers(1, 70), seed=st.integers(0, 2**32))
def test_an_epoch_shows_every_sentence_once(treebank, language, size, seed):
    examples = language.examples(treebank["train"])
    batches = list(shuffled_batches(examples, size, np.random.default_rng(seed)))
    shown = sorted(s for batch in batches for s in sentences_of(batch, language))
    assert shown == sorted(" ".join(tokens) for tokens in treebank["train"]["tokens"])
    for batch in batches:
        lengths = batch.lengths.tolist()
        assert lengths == sorted(lengths, reverse=True)
        assert batch.words.shape == (lengths[0], len(lengths))
        longer = [sum(length > t for length in lengths) for t in range(lengths[0])]
        assert batch.sizes.tolist() == longer
    positive = sum(int(batch.labels.sum()) for batch in batches)
    assert positive == sum(treebank["train"]["label"])


def test_batches_follow_their_own_stream(treebank, language):
    examples = language.examples(treebank["train"])

    def order(seed):
        rng = np.random.default_rng(seed)
        return [batch.words.tolist() for batch in shuffled_batches(examples, 8, rng)]

    assert order(1) == order(1) != order(2)


def test_sorted_batches_hold_the_longest_first(treebank, language):
    batches = sorted_batches(language.examples(treebank["dev"]), 16)
    assert sum(len(batch.labels) for batch in batches) == len(treebank["dev"])
    for batch in batches:
        assert batch.lengths.tolist() == sorted(batch.lengths.tolist(), reverse=True)
