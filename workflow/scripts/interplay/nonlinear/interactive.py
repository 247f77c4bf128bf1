"""Train and measure networks in this process: for notebooks, without the workflow.

A network trained here equals, to the bit, the one that the workflow trains with the same
task, g, seed and settings. `measure` finds the numbers of the workflow's tables.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from interplay.kernels.denormals import denormals_flushed
from interplay.nonlinear import training
from interplay.nonlinear.measurements import learning, shuffling, spectra, truncation
from interplay.nonlinear.run import Run, initial_state
from interplay.nonlinear.trained import TrainedNetwork
from interplay.optimisers.state import BETA2, EPS
from interplay.storage.arguments import in_a_line, real_number, whole_number
from interplay.storage.errors import InputError
from interplay.tasks import make_task
from interplay.tasks.trials import Task

OPTIMISERS = ("adam", "gradient_descent")

WEIGHTS = ("W", "B", "C")


def train(
    task: Task | str,
    g: float,
    seed: int,
    *,
    epochs: int,
    N: int = 256,
    batch: int = 32,
    learning_rate: float = 0.03,
    optimiser: str = "adam",
    eps: float = EPS,
    amsgrad: bool = False,
    beta2: float = BETA2,
    clip: float | None = None,
    trained: Sequence[str] = WEIGHTS,
    dt: float = 0.5,
) -> TrainedNetwork:
    """Train a network on a task, on the CPU with one thread.

    Progress is logged every 10 s: `logging.basicConfig(level="INFO")` shows it.

    Args:
        task: a task of your own, or the name of one of `interplay.tasks`, such as "mante",
            with its default options; `make_task` takes options.
        g: strength of the initial connectivity, whose entries have the variance g²/N.
        seed: number of the instance. Task, g and seed determine every random number. A
            task of your own counts by its class's name in lower case.
        epochs: steps of the optimiser. Training ends earlier if the loss is not finite.
        N: number of neurons.
        batch: trials per epoch.
        learning_rate: of Adam, divided by N here; of gradient descent, as it is.
        optimiser: "adam" or "gradient_descent".
        eps: Adam's, added to the root of the mean square of the gradient.
        amsgrad: whether Adam divides by the largest past mean square.
        beta2: Adam's, weight of the past in the mean square of the gradient, below 1.
        clip: largest norm of the gradients of all trained weights together; Adam scales
            larger ones down to it. None: it takes them as they are.
        trained: the weights that are trained, some of "W", "B" and "C"; the others keep
            their initial values.
        dt: time step of a task given by its name, in membrane time constants. A task of
            your own has its own `dt`.

    Returns:
        The network, as `load` returns one, with a whole dW.

    Raises:
        InputError: a setting, the task or one of its arrays is not what it must be, or there
            is no task of this name.
    """
    g = real_number("g", g, "a finite number from 0", lambda g: g >= 0)
    seed = whole_number("seed", seed, 0)
    N = whole_number("N", N, 2)
    epochs = whole_number("epochs", epochs, 1)
    batch = whole_number("batch", batch, 1)
    learning_rate, eps, dt = (
        real_number(name, number, "a positive number", lambda number: number > 0)
        for name, number in (("learning_rate", learning_rate), ("eps", eps), ("dt", dt))
    )
    beta2 = real_number("beta2", beta2, "a number between 0 and 1", lambda b: 0 < b < 1)
    if clip is not None:
        clip = real_number("clip", clip, "a positive number", lambda clip: clip > 0)
    _check(optimiser in OPTIMISERS, "optimiser", f"one of {_list(OPTIMISERS)}", optimiser)
    names = list(trained) if isinstance(trained, Iterable) else []
    are_weights = all(name in WEIGHTS and names.count(name) == 1 for name in names)
    _check(bool(names) and are_weights, "trained", f"some of {_list(WEIGHTS)}", trained)

    one = make_task(task, dt) if isinstance(task, str) else task
    settings = {
        "task": task if isinstance(task, str) else _name(task),
        "N": N,
        "epochs": epochs,
        "batch": batch,
        "learning_rate": learning_rate,
        "optimiser": optimiser,
        "eps": eps,
        "amsgrad": amsgrad,
        "beta2": beta2,
        "clip": clip,
        "trained": names,
    }
    run = Run.of(settings, g, seed)
    with denormals_flushed():
        state = training.train(run, one, initial_state(run, one))
    return TrainedNetwork.of(run, one, state)


@dataclass(frozen=True, eq=False, repr=False)
class Measurements:
    """Measurements of one network, named as the workflow's tables of an experiment are."""

    summary: pd.Series
    """one value per column of networks.csv, such as `functional_rank` or `norm_dW`; missing
    where the network has none"""
    losses: pd.DataFrame
    """a row per epoch: epoch, loss"""
    spectrum: pd.DataFrame
    """a row per singular value: matrix (W0, W, dW), index (from 1), value"""
    eigenvalues: pd.DataFrame
    """a row per eigenvalue: matrix (W0, W, dW), index (from 1), real, imaginary"""
    truncation: pd.DataFrame
    """a row per rank from 0: rank, loss with dW truncated, Eq. (4)"""

    def __repr__(self) -> str:
        """Give two numbers in one line; the tables are too long to print."""
        shown = self.summary[["functional_rank", "final_loss"]]
        return f"Measurements({', '.join(f'{key}={shown[key]}' for key in shown.index)})"


def measure(
    trained: TrainedNetwork,
    *,
    test_trials: int = 512,
    rank_trials: int = 2048,
    shuffles: int = 12,
    largest_rank: int = 32,
    threshold: float = 0.05,
) -> Measurements:
    """Measure a trained network as the workflow does.

    Args:
        trained: the network, from `train` or `load`.
        test_trials: number of the run's test trials that the losses of the network and of its
            shuffled W0 are averaged over.
        rank_trials: number of trials that choose the functional rank; as many others check it.
        shuffles: number of permutations of W0.
        largest_rank: of the truncations of dW, at most N.
        threshold: fraction of the initial loss below which a network has converged, and
            below which a rank is sufficient.

    Returns:
        The numbers of the workflow's tables. docs/tables.md gives the unit and the meaning
        of each column.

    Raises:
        InputError: an argument is not what it must be, or the losses of the network's
            training are missing, as those of an archived network without a table.
    """
    _check(
        isinstance(trained, TrainedNetwork),
        "trained",
        "a network of train or load",
        trained,
    )
    test_trials = whole_number("test_trials", test_trials, 1)
    rank_trials = whole_number("rank_trials", rank_trials, 1)
    shuffles = whole_number("shuffles", shuffles, 1)
    largest_rank = whole_number("largest_rank", largest_rank, 0, trained.run.n)
    threshold = real_number(
        "threshold", threshold, "a number between 0 and 1", lambda share: 0 < share < 1
    )
    if not len(trained.losses):
        raise InputError(f"{trained}: expected the losses of its training, found none")

    with denormals_flushed():
        truncated = truncation.truncation_losses(trained, rank_trials, largest_rank)
        tables = [
            learning.convergence(trained, threshold),
            spectra.norms(trained),
            truncation.functional_ranks(trained, truncated, threshold, rank_trials),
            shuffling.shuffle_loss(trained, test_trials, shuffles),
        ]
    return Measurements(
        summary=pd.concat(tables, axis=1).iloc[0].rename(None),
        losses=learning.learning_curve(trained),
        spectrum=spectra.spectrum(trained),
        eigenvalues=spectra.spectrum_of_eigenvalues(trained),
        truncation=truncated,
    )


def _name(task: Task) -> str:
    """Return the name of a task: that of its module if it is one of `interplay.tasks`."""
    package, _, module = type(task).__module__.rpartition(".")
    return module if package == make_task.__module__ else type(task).__name__.lower()


def _check(holds: bool, name: str, expected: str, found: object) -> None:
    if not holds:
        raise InputError(f"{name}: expected {expected}, found {in_a_line(found)}")


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)
