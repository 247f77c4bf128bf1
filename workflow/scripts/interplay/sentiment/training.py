"""Training the LSTM, so that a killed job resumes and ends with the same bits.

Batches and dropout of an epoch come from random streams of that epoch. A checkpoint
therefore holds only the weights, Adam's moments and the curves so far.
"""

import logging
from typing import Any

import numpy as np
from datasets import Dataset

from interplay.optimisers.adam import Adam
from interplay.runs.checkpoints import Checkpoints
from interplay.runs.records import Stopwatch
from interplay.sentiment.batches import shuffled_batches, sorted_batches
from interplay.sentiment.engine import SENTENCES_AT_ONCE, Engine, evaluate
from interplay.sentiment.model import draw_masks
from interplay.sentiment.run import Epoch, Run, State
from interplay.sentiment.vocabulary import Language

logger = logging.getLogger(__name__)


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
    """Train from `state` to the run's last epoch (Section 4).

    The loss is the binary cross-entropy of the readout. Adam (betas 0.9 and 0.999, eps
    1e-8) trains all weights; the word vectors are frozen.

    Args:
        run: what to train.
        language: `language_of` the run and its training set.
        train_set: sentences (tokens, label).
        dev_set: the same; the network is tested on it after each epoch.
        state: where to begin: `initial_state`, or the state of a checkpoint.
        threads: number of threads; it changes no bit of the result.
        device: "cpu" (the compiled engine) or "cuda" (torch's own LSTM).
        checkpoints: where states are saved at the end of an epoch; nowhere if None.

    Returns:
        The last state.
    """
    engine, adam = _engine_and_optimiser(run, language, state, threads, device)
    epochs, steps = list(state.epochs), state.steps
    stopwatch = Stopwatch.start()

    def snapshot() -> State:
        optimiser, spent = adam.snapshot(), stopwatch.read()
        return State(
            optimiser.weights,
            optimiser.moments,
            steps,
            list(epochs),
            state.wall_seconds + spent["wall_seconds"],
            state.cpu_seconds + spent["cpu_seconds"],
        )

    train_examples = language.examples(train_set)
    dev_batches = sorted_batches(language.examples(dev_set), SENTENCES_AT_ONCE)
    with engine:
        while len(epochs) < run.epochs:
            rng = run.stream("batches", len(epochs))
            dropout = run.stream("dropout", len(epochs))
            totals = np.zeros(2)
            for batch in shuffled_batches(train_examples, run.batch, rng):
                masks = draw_masks(dropout, run.dropout, batch, run.n)
                outcome = engine.loss_and_gradient(adam.weights, batch, masks)
                adam.step(outcome.gradient)
                totals += outcome.loss, outcome.correct
                steps += 1
            means = (totals / len(train_set)).tolist()
            train_loss, train_accuracy = means
            dev_loss, dev_accuracy = evaluate(engine, adam.weights, dev_batches)
            epochs.append(Epoch(train_loss, train_accuracy, dev_loss, dev_accuracy))
            logger.info("epoch %d of %d: %s", len(epochs), run.epochs, epochs[-1])
            if checkpoints:
                checkpoints.save_if_due(
                    lambda: ((current := snapshot()), current.progress)
                )
    return snapshot()


def _engine_and_optimiser(
    run: Run, language: Language, state: State, threads: int, device: str
) -> tuple[Any, Any]:
    """Return an engine and Adam for the device: of arrays, or of tensors."""
    if device == "cpu":
        engine = Engine(language.vectors, run.n, threads)
        return engine, Adam(state, state.steps, run.learning_rate)
    # Only a job on a GPU needs torch for its computations.
    from interplay.optimisers.in_torch import TorchAdam
    from interplay.sentiment.in_torch import TorchEngine

    engine = TorchEngine(language.vectors, device)
    return engine, TorchAdam(state, state.steps, run.learning_rate, device)
