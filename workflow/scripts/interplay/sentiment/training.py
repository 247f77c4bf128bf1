"""Training the LSTM, so that it can be stopped and taken up again.

Batches and dropout of an epoch come from random streams of that epoch, so that
weights, Adam's moments and the curves so far are all there is to a checkpoint.
A batch is dealt out to a fixed number of parts, which run side by side where
there are threads for them and one after the other where there are not: the
number of threads changes no bit of the result.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from datasets import Dataset
from threadpoolctl import threadpool_limits
from torch.nn.functional import binary_cross_entropy_with_logits

from interplay.optimisers.adam import initial_moments
from interplay.optimisers.in_torch import TorchAdam
from interplay.optimisers.state import Arrays, OptimiserState
from interplay.runs.checkpoints import Checkpoints
from interplay.runs.records import Stopwatch, fingerprint
from interplay.runs.streams import stream
from interplay.sentiment.model import Dropout, Weights, initial_weights, logits
from interplay.sentiment.vocabulary import (
    Batch,
    Language,
    build_language,
    shuffled_batches,
    sorted_batches,
)

logger = logging.getLogger(__name__)

PARTS = 2
"""of a training batch; two, since smaller matrix products are slower ones"""

SENTENCES_AT_ONCE = 128
"""of an evaluation"""


@dataclass(frozen=True)
class Run:
    """One network to be trained: what identifies it, and how it is trained."""

    seed: int
    n: int
    """units a layer"""
    epochs: int
    batch: int
    """sentences an Adam step"""
    learning_rate: float
    """Adam's, already divided by n"""
    dropout: float

    def stream(self, purpose: str, *part: int) -> np.random.Generator:
        """Return this run's random stream for one purpose."""
        return stream(purpose, "sentiment", self.seed, *part)

    def language(self, sentences: Dataset, vectors: pd.DataFrame) -> Language:
        """Return the vocabulary of the training sentences, with this run's vectors."""
        return build_language(sentences, vectors, self.stream("words without a vector"))

    def initial_weights(self, n_inputs: int) -> dict[str, np.ndarray]:
        """Draw the run's initial weights, see `model.initial_weights`."""
        return initial_weights(self.stream("weights"), n_inputs, self.n)


class Epoch(NamedTuple):
    """What an epoch came to: means over sentences.

    Those of the training set are of its batches as they were trained on, with
    dropout; those of the development set follow the epoch, without.
    """

    train_loss: float
    train_accuracy: float
    dev_loss: float
    dev_accuracy: float


@dataclass(frozen=True)
class State(OptimiserState):
    """A run after some epochs: all that its continuation depends on."""

    steps: int = 0
    """of Adam"""
    epochs: list[Epoch] = field(default_factory=list)
    wall_seconds: float = 0.0
    """of the run so far, over all the jobs that it took"""
    cpu_seconds: float = 0.0

    @property
    def epoch(self) -> int:
        """How many epochs have been taken."""
        return len(self.epochs)

    @property
    def progress(self) -> dict[str, np.ndarray]:
        """Steps, seconds and curves, for a checkpoint."""
        return {
            "steps": np.array([self.steps]),
            "seconds": np.array([self.wall_seconds, self.cpu_seconds]),
            "epochs": np.array(self.epochs, np.float64).reshape(-1, len(Epoch._fields)),
        }

    @classmethod
    def from_checkpoint(cls, state: OptimiserState, progress: Arrays) -> "State":
        """Restore what `progress` and the optimiser's arrays describe."""
        wall, cpu = progress["seconds"].tolist()
        return cls(
            state.weights,
            state.moments,
            steps=progress["steps"].item(),
            epochs=[Epoch(*row) for row in progress["epochs"].tolist()],
            wall_seconds=wall,
            cpu_seconds=cpu,
        )


def initial_state(weights: dict[str, np.ndarray]) -> State:
    """Return the state of a run before its first epoch."""
    return State(weights, initial_moments(weights))


def train(
    run: Run,
    language: Language,
    train_set: Dataset,
    dev_set: Dataset,
    state: State,
    threads: int,
    device: str = "cpu",
    checkpoints: Checkpoints | None = None,
) -> State:
    """Train from `state` to the run's last epoch (section 4 of the paper).

    Binary cross-entropy of the readout, Adam (betas 0.9 and 0.999, eps 1e-8)
    on all weights; the word vectors are frozen.

    Args:
        run: what to train; the epochs are counted from the run's beginning.
        language: `run.language` of the training set.
        train_set: sentences (tokens, label).
        dev_set: the same, on which the network is tested after each epoch.
        state: where to begin, such as `initial_state`, or a state that was kept.
        threads: how many parts of a batch run at the same time.
        device: "cpu" or "cuda".
        checkpoints: where states are saved at the end of an epoch; nowhere if None.

    Returns:
        The last state.
    """
    adam = TorchAdam(state, state.steps, run.learning_rate, device)
    epochs = list(state.epochs)
    steps = state.steps
    stopwatch = Stopwatch.start()

    def current_state() -> State:
        optimiser = adam.snapshot()
        return State(
            optimiser.weights,
            optimiser.moments,
            steps=steps,
            epochs=list(epochs),
            wall_seconds=state.wall_seconds + stopwatch.read()["wall_seconds"],
            cpu_seconds=state.cpu_seconds + stopwatch.read()["cpu_seconds"],
        )

    vectors = language.vectors.to(device)
    train_examples = language.examples(train_set)
    dev_batches = sorted_batches(language.examples(dev_set), SENTENCES_AT_ONCE)
    with thread_map(threads) as apply:
        while len(epochs) < run.epochs:
            dropouts = _dropouts(run, len(epochs), device)
            batches = shuffled_batches(
                train_examples, run.batch, run.stream("batches", len(epochs))
            )
            totals = np.zeros(2)
            for batch in batches:
                totals += _step(adam, vectors, batch, dropouts, apply)
                steps += 1
            train_means = (totals / len(train_set)).tolist()
            dev_means = evaluate(adam.weights, vectors, dev_batches, apply)
            epochs.append(Epoch(*train_means, *dev_means))
            logger.info("epoch %d of %d: %s", len(epochs), run.epochs, epochs[-1])
            if checkpoints:
                checkpoints.save_if_due(
                    lambda: ((state := current_state()), state.progress)
                )
    return current_state()


def _dropouts(run: Run, epoch: int, device: str) -> list[Dropout]:
    seeds = [
        int(run.stream("dropout", epoch, part).integers(2**63)) for part in range(PARTS)
    ]
    generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]
    return [Dropout(run.dropout, generator) for generator in generators]


def _step(
    adam: TorchAdam,
    vectors: torch.Tensor,
    batch: Batch,
    dropouts: Sequence[Dropout],
    apply: "Apply",
) -> np.ndarray:
    """Take one step of Adam; return the batch's summed loss and right answers."""
    weights = adam.weights

    def gradients_of(
        part: Batch, dropout: Dropout
    ) -> tuple[tuple[torch.Tensor, ...], np.ndarray]:
        answers = logits(weights, vectors, part, dropout)
        loss = _summed_loss(answers, part)
        gradients = torch.autograd.grad(loss / len(batch.labels), weights.values())
        return gradients, np.array([loss.item(), _right_answers(answers, part)])

    parts = batch.parts(PARTS)
    gradients, totals = zip(*apply(gradients_of, parts, dropouts), strict=True)
    summed = (sum(shares[1:], start=shares[0]) for shares in zip(*gradients, strict=True))
    adam.step(dict(zip(weights, summed, strict=True)))
    return sum(totals)


def evaluate(
    weights: Weights, vectors: torch.Tensor, batches: Iterable[Batch], apply: "Apply"
) -> tuple[float, float]:
    """Return loss and accuracy in evaluation mode, means over the sentences.

    Args:
        weights: as named by `model.initial_weights`.
        vectors: (word, Nin), float32.
        batches: the sentences.
        apply: see `thread_map`.
    """

    def totals_of(batch: Batch) -> tuple[float, int, int]:
        with torch.no_grad():
            answers = logits(weights, vectors, batch)
            loss = _summed_loss(answers, batch).item()
        return loss, _right_answers(answers, batch), len(batch.labels)

    loss, right, count = np.sum(list(apply(totals_of, batches)), axis=0)
    return float(loss / count), float(right / count)


def _summed_loss(answers: torch.Tensor, batch: Batch) -> torch.Tensor:
    labels = batch.labels.to(answers.device)
    return binary_cross_entropy_with_logits(answers, labels, reduction="sum")


def _right_answers(answers: torch.Tensor, batch: Batch) -> int:
    return int(((answers > 0) == (batch.labels.to(answers.device) > 0)).sum())


Apply = Callable[..., Iterator]
"""what `map` is"""


@contextmanager
def thread_map(threads: int) -> Iterator[Apply]:
    """Yield a `map` over that many threads, each of which computes with one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
            yield pool.map
    finally:
        torch.set_num_threads(before)


def fingerprints(weights: dict[str, np.ndarray]) -> dict[str, str]:
    """Return the `fingerprint` of each array, by name."""
    return {name: fingerprint(array) for name, array in weights.items()}
