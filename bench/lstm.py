"""Training the LSTM: the engine, and torch's own layers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from datasets import Dataset
from torch.nn.utils.rnn import pack_padded_sequence

from bench.timing import ENGINE, Contender
from interplay.sentiment.training import Run, initial_state, train
from interplay.sentiment.vocabulary import Language, shuffled_batches

DIMENSION = 100
"""of the word vectors"""


@dataclass(frozen=True)
class Sentences:
    """Random words and labels, as many words a sentence as in the real treebank."""

    run: Run
    language: Language
    dataset: Dataset


def draw_sentences(n: int, count: int, epochs: int) -> Sentences:
    """Draw `count` sentences for a network of n units a layer.

    No dropout, so that losses can be compared; batches of 64.
    """
    run = Run(seed=0, n=n, epochs=epochs, batch=64, learning_rate=0.01 / n, dropout=0.0)
    rng = run.stream("sentences of the benchmark")
    words = [f"word{i}" for i in range(2000)]
    # Mean 20 and standard deviation 9.3, as the training set's.
    lengths = np.clip(np.rint(rng.gamma(4.6, 20 / 4.6, count)), 2, 52).astype(int)
    tokens = [rng.choice(words, length).tolist() for length in lengths]
    labels = rng.integers(2, size=count).tolist()
    vectors = rng.standard_normal((len(words), DIMENSION), np.float32)
    dataset = Dataset.from_dict({"tokens": tokens, "label": labels})
    table = pd.DataFrame({"word": words, "vector": list(vectors)})
    return Sentences(run, run.language(dataset, table), dataset)


def engine(n: int, count: int, epochs: int) -> Contender:
    """Return the training of the pipeline, by one thread, on random sentences."""

    def losses(epochs: int) -> np.ndarray:
        drawn = draw_sentences(n, count, epochs)
        state = initial_state(drawn.run.initial_weights(DIMENSION))
        few = drawn.dataset.select(range(2))
        trained = train(drawn.run, drawn.language, drawn.dataset, few, state, threads=1)
        return np.array([epoch.train_loss for epoch in trained.epochs])

    return Contender(ENGINE, losses, epochs)


def torch_lstm(n: int, count: int, epochs: int) -> Contender:
    """Return the same with `torch.nn.LSTM` on packed sequences and Adam's defaults."""

    def losses(epochs: int) -> np.ndarray:
        drawn = draw_sentences(n, count, epochs)
        initial = {
            name: torch.from_numpy(array)
            for name, array in drawn.run.initial_weights(DIMENSION).items()
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
        adam = torch.optim.Adam(
            [*lstm.parameters(), *readout.parameters()], lr=drawn.run.learning_rate
        )
        examples = drawn.language.examples(drawn.dataset)
        found = []
        for epoch in range(epochs):
            total, rng = 0.0, drawn.run.stream("batches", epoch)
            for batch in shuffled_batches(examples, drawn.run.batch, rng):
                words = drawn.language.vectors[batch.words]
                _, (last, _) = lstm(pack_padded_sequence(words, batch.lengths))
                loss = torch.nn.functional.binary_cross_entropy_with_logits(
                    readout(last[-1])[:, 0], batch.labels
                )
                adam.zero_grad()
                loss.backward()
                adam.step()
                total += loss.item() * len(batch.labels)
            found.append(total / count)
        return np.array(found)

    return Contender("torch.nn.LSTM", losses, epochs)
