"""Loss and accuracy of a network in evaluation mode, without dropout."""

from collections.abc import Mapping, Sequence

import numpy as np

from interplay.sentiment.batches import Batch
from interplay.sentiment.engine import Engine
from interplay.sentiment.model import cross_entropy

SENTENCES_AT_ONCE = 128
"""sentences per batch of an evaluation"""


def evaluate(
    engine: Engine, weights: Mapping[str, np.ndarray], batches: Sequence[Batch]
) -> tuple[float, float]:
    """Return loss and accuracy, means over the sentences.

    Args:
        engine: computes.
        weights: as named by `model.initial_weights`.
        batches: the sentences.
    """
    logits = np.concatenate(engine.logits(weights, list(batches)))
    labels = np.concatenate([batch.labels for batch in batches])
    loss, correct, _ = cross_entropy(logits, labels)
    return loss / len(labels), correct / len(labels)
