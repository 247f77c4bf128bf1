"""Training the LSTM: the engine, and torch's own layers."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from datasets import Dataset
from torch.nn.utils.rnn import pack_padded_sequence

from bench.timing import ENGINE, Contender
from interplay.sentiment.batches import shuffled_batches
from interplay.sentiment.run import Run, initial_state
from interplay.sentiment.training import train
from interplay.sentiment.vocabulary import Language, language_of

DIMENSION = 100
"""numbers of a word vector"""

LENGTHS = {"mean": 19.97, "deviation": 9.28, "longest": 52}
"""tokens per sentence of the real training set"""

TESTED = 2
"""sentences that the training is tested on after each epoch"""


@dataclass(frozen=True)
class Sentences:
    """Random words and labels, in sentences as long as the real treebank's."""

    run: Run
    language: Language
    dataset: Dataset


def draw_sentences(n: int, count: int, epochs: int) -> Sentences:
    """Draw `count` sentences for a network of n units per layer.

    Nothing is dropped, so that losses can be compared; batches of 64.
    """
    run = Run(seed=0, n=n, epochs=epochs, batch=64, learning_rate=0.01 / n, dropout=0.0)
    rng = run.stream("sentences of the benchmark")
    words = [f"word{i}" for i in range(2000)]
    scale = LENGTHS["deviation"] ** 2 / LENGTHS["mean"]
    drawn = np.rint(rng.gamma(LENGTHS["mean"] / scale, scale, count))
    lengths = np.clip(drawn, 2, LENGTHS["longest"]).astype(int)
    tokens = [rng.choice(words, length).tolist() for length in lengths]
    labels = rng.integers(2, size=count).tolist()
    vectors = rng.standard_normal((len(words), DIMENSION), np.float32)
    dataset = Dataset.from_dict({"tokens": tokens, "label": labels})
    table = pd.DataFrame({"word": words, "vector": list(vectors)})
    return Sentences(run, language_of(run, dataset, table), dataset)


def operations(n: int, tokens: int, count: int) -> dict[str, int]:
    """Return the floating-point operations of each pass over sentences, without padding.

    Those of the matrix products: each weight's forward, backward and gradient product for
    each token. Layer 1 needs no gradient by its inputs, and at a sentence's first token
    no recurrent weights are needed, since h = 0.

    Args:
        n: units per layer.
        tokens: of all sentences.
        count: of the sentences.
    """
    later = tokens - count
    columns = {
        "forward": (DIMENSION + n) * tokens + 2 * n * later,
        "backward": n * tokens + 2 * n * later,
        "gradient": (DIMENSION + n) * tokens + 2 * n * later,
    }
    return {name: 2 * 4 * n * number for name, number in columns.items()}


def operations_of_drawn(n: int, count: int) -> int:
    """Return the operations of an epoch on the sentences of `draw_sentences`."""
    tokens = sum(map(len, draw_sentences(n, count, 1).dataset["tokens"]))
    return sum(operations(n, tokens, count).values())


def engine(n: int, count: int, epochs: int) -> Contender:
    """Return the training of the pipeline itself, by one thread, on random sentences."""
    sentences = draw_sentences(n, count, epochs)

    def losses(epochs: int) -> np.ndarray:
        run = replace(sentences.run, epochs=epochs)
        state = initial_state(run.initial_weights(DIMENSION))
        few = sentences.dataset.select(range(TESTED))
        sets = sentences.language, sentences.dataset, few
        trained = train(run, *sets, state, threads=1)
        return np.array([epoch.train_loss for epoch in trained.epochs])

    return Contender(ENGINE, losses, epochs)


def torch_lstm(n: int, count: int, epochs: int) -> Contender:
    """Return the same training with `torch.nn.LSTM` on packed sequences."""
    sentences = draw_sentences(n, count, epochs)
    run, language = sentences.run, sentences.language

    def losses(epochs: int) -> np.ndarray:
        initial = {
            name: torch.from_numpy(array)
            for name, array in run.initial_weights(DIMENSION).items()
        }
        lstm, readout = torch.nn.LSTM(DIMENSION, n, num_layers=2), torch.nn.Linear(n, 1)
        with torch.no_grad():
            for layer in (1, 2):
                for theirs, ours in (
                    ("weight_ih", "input"),
                    ("weight_hh", "recurrent"),
                    ("bias_ih", "input_bias"),
                    ("bias_hh", "recurrent_bias"),
                ):
                    parameter = getattr(lstm, f"{theirs}_l{layer - 1}")
                    parameter.copy_(initial[f"layer{layer}.{ours}"])
            readout.weight.copy_(initial["readout.weight"])
            readout.bias.copy_(initial["readout.bias"])
        parameters = [*lstm.parameters(), *readout.parameters()]
        adam = torch.optim.Adam(parameters, lr=run.learning_rate)
        examples = language.examples(sentences.dataset)
        vectors = torch.from_numpy(language.vectors)
        means = []
        for epoch in range(epochs):
            total, rng = 0.0, run.stream("batches", epoch)
            for batch in shuffled_batches(examples, run.batch, rng):
                words = vectors[torch.from_numpy(batch.words)]
                lengths = torch.from_numpy(batch.lengths)
                _, (last, _) = lstm(pack_padded_sequence(words, lengths))
                loss = torch.nn.functional.binary_cross_entropy_with_logits(
                    readout(last[-1])[:, 0], torch.from_numpy(batch.labels)
                )
                adam.zero_grad()
                loss.backward()
                adam.step()
                total += loss.item() * len(batch.labels)
            means.append(total / count)
        return np.array(means)

    return Contender("torch.nn.LSTM", losses, epochs)
