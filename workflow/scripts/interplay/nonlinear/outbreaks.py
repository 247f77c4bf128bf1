"""Interventions on outbreaks: what begins one, and whether the loss rises without it.

A network that has learned is trained again until its loss breaks out. Of the batches shortly
before, the one with the largest gradient is looked into, and of its trials the one with the
largest gradient: the gradient may explode because the trajectory stays next to a separatrix,
and Adam then moves every weight far. Training goes on from the state before this batch: on the
same batches; without this trial; without another one, for comparison; with gradients clipped.
The outcome without another trial depends on which: it is the mean over several.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from interplay.nonlinear.engine import Engine
from interplay.nonlinear.measurements.learning import FOLLOWED, LEARNED
from interplay.nonlinear.network import Network
from interplay.nonlinear.run import Run, State, initial_state, task_arguments
from interplay.nonlinear.training import start_optimiser, stretch, train
from interplay.optimisers.adam import gradient_norm
from interplay.tasks import make_task
from interplay.tasks.trials import Task, Trials

BEFORE = 10
"""epochs before the first one of an outbreak in which its cause is looked for"""

CLIP = 5
"""largest gradient norm with clipping, over the median norm before"""

OTHERS = 5
"""other trials that are left out, one at a time, for comparison"""

SAME, WITHOUT, WITHOUT_ANOTHER, CLIPPED = "same", "without", "without_another", "clipped"
"""ways to go on from the batch that begins an outbreak"""

BEFOREHAND = "before"
"""the training until this batch"""

DESCRIBED = ("stimulus_1", "stimulus_2", "evidence")
"""what a task may say of its trials"""

WAYS = (SAME, WITHOUT, WITHOUT_ANOTHER, CLIPPED)
NETWORK = ("experiment", "role", "g", "seed")
COLUMNS = {
    "interventions": (
        *NETWORK, "outbreak_epoch", "replayed", "epoch", "batch_gradient_ratio", "trial",
        "gradient_ratio", "loss_share", *DESCRIBED, "evidence_rank", "bound",
        *(f"share_{way}" for way in WAYS), "drawn",
    ),
    "trials": (
        *NETWORK, "epoch", "trial", "loss", "gradient_norm", *DESCRIBED, "removed",
        "another", "drawn",
    ),
    "losses": (*NETWORK, "variant", "epoch", "loss", "drawn"),
}  # fmt: skip
"""of the tables, by their name in `intervene`"""

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Step:
    """One epoch of a run: the state before it, and its batch."""

    state: State
    trials: Trials
    loss: float
    gradient_norm: float


def chosen_networks(
    networks: pd.DataFrame, experiments: Iterable[str], number: int
) -> pd.DataFrame:
    """Return the networks whose outbreaks are looked into, from nonlinear.csv.

    Each network has an outbreak that lasts. They are taken from each experiment in turn:
    first one of each g, in its order, that of the first seed, then the next one of each g.

    Args:
        networks: the table.
        experiments: names; their order counts.
        number: of networks, at most.
    """
    order = list(experiments)
    rows = networks[networks.experiment.isin(order) & networks.lasting_epoch.notna()]
    rows = rows.assign(place=rows.experiment.map(order.index))
    rows = rows.sort_values(["place", "g", "seed"])
    rows = rows.assign(of_g=rows.groupby(["experiment", "g"]).cumcount())
    rows = rows.sort_values(["place", "of_g", "g"], kind="stable")
    turn = rows.groupby("experiment").cumcount()
    rows = rows.assign(turn=turn).sort_values(["turn", "place"], kind="stable")
    return rows.head(number).drop(columns=["turn", "place", "of_g"])


def intervene_on_networks(
    networks: pd.DataFrame,
    losses: pd.DataFrame,
    experiments: Mapping[str, Mapping[str, Any]],
    threshold: float,
) -> Tables:
    """Intervene on the first lasting outbreak of each network.

    Args:
        networks: experiment, task, g, seed, lasting_epoch.
        losses: nonlinear_loss.parquet, with which each training again is compared.
        experiments: `Experiment.parameters` of each, by name.
        threshold: fraction of the initial loss below which a network has converged.

    Returns:
        The tables of `intervene`, by their name there, with the columns `COLUMNS`. The
        network that is drawn in detail is the first that replays its training and whose
        task says how hard its trials are.
    """
    tables = {name: [pd.DataFrame(columns=columns)] for name, columns in COLUMNS.items()}
    for row in networks.itertuples():
        experiment = experiments[row.experiment]
        run = Run.of(experiment, row.g, row.seed)
        task = make_task(experiment["task"], **task_arguments(experiment))
        key = ["experiment", "g", "seed"]
        own = losses[(losses[key] == [row.experiment, row.g, row.seed]).all(axis=1)]
        labels = (row.experiment, row.task, row.g, row.seed)
        start = int(row.lasting_epoch)
        found = intervene(run, task, start, own.loss.to_numpy(), threshold)
        for name, table in found.items():
            labelled = table.assign(**dict(zip(NETWORK, labels, strict=True)))
            tables[name].append(labelled.reindex(columns=COLUMNS[name]))
    rows = [table.iloc[0] for table in tables["interventions"][1:]]
    fit = [bool(row.replayed) and pd.notna(row.evidence) for row in rows]
    for parts in tables.values():
        for number, table in enumerate(parts[1:]):
            table["drawn"] = fit[number] and not any(fit[:number])
    # The table without rows counts only where there is no other.
    return {
        name: pd.concat(parts[1:] or parts, ignore_index=True)
        for name, parts in tables.items()
    }


def intervene(
    run: Run, task: Task, start: int, losses: np.ndarray, threshold: float
) -> Tables:
    """Train a network again, find the trial that begins an outbreak, and go on without it.

    Args:
        run: how the network was trained, on the CPU.
        task: the run's task.
        start: epoch at which the outbreak begins.
        losses: (epoch,), of the first training, as the tables have them: float32.
        threshold: fraction of the initial loss.

    Returns:
        interventions: one row: outbreak_epoch; replayed, whether the losses until then are
        those of the first training, to the bit; epoch, of the batch with the largest
        gradient in the `BEFORE` epochs before and at the outbreak; batch_gradient_ratio,
        its norm over the median of the `LEARNED` epochs before; trial, of the largest
        gradient in it; gradient_ratio, its norm over that of the median trial; loss_share,
        of the batch's loss; what the task says of it, with evidence_rank, 1 for the weakest
        evidence of the batch; and, for each way to go on, share_…, the share of the
        `FOLLOWED` epochs after the batch with a loss above the threshold (without another
        trial: the mean over `OTHERS` of them).
        trials: a row per trial of the batch: epoch, trial, what the task says of it, loss,
        gradient_norm (of its part of the batch's gradient), removed, another.
        losses: a row per epoch until the batch, and per way to go on and epoch after it
        (but for other trials): variant, epoch, loss.
    """
    first = max(0, start - BEFORE - LEARNED)
    steps = _recorded(run, task, first, start)
    norms = np.array([step.gradient_norm for step in steps])
    place = len(steps) - 1 - BEFORE
    place += int(np.argmax(norms[place:]))
    step, epoch = steps[place], first + place
    median = float(np.median(norms[max(0, place - LEARNED) : place]))

    each = _each_trial(run, task, step)
    order = np.argsort(each.gradient_norm.to_numpy())
    removed = int(order[-1])
    # Evenly spaced from the smallest gradient to the second largest one.
    others = np.unique(np.linspace(0, len(order) - 2, OTHERS).round().astype(int))
    others = order[others] if len(order) > 1 else order[:0]
    bound = threshold * losses[0]
    further = replace(run, epochs=epoch + 1 + FOLLOWED)
    ways = {
        SAME: (further, step.trials),
        WITHOUT: (further, _without(step.trials, removed)),
        CLIPPED: (replace(further, clip=CLIP * median), step.trials),
    }
    after = {
        way: _continued(one, task, step.state, trials)
        for way, (one, trials) in ways.items()
    }
    without_others = [
        _continued(further, task, step.state, _without(step.trials, int(other)))
        for other in others
    ]
    shares = {way: np.mean(~(found < bound)) for way, found in after.items()}
    shares[WITHOUT_ANOTHER] = (
        np.mean(~(np.array(without_others) < bound)) if without_others else np.nan
    )
    known = [*steps[-1].state.losses, steps[-1].loss]
    suspect = each.iloc[removed]
    row = {
        "outbreak_epoch": start,
        "replayed": bool(
            np.array_equal(np.asarray(known, np.float32), losses[: start + 1])
        ),
        "epoch": epoch,
        "batch_gradient_ratio": norms[place] / median,
        "trial": removed,
        "gradient_ratio": suspect.gradient_norm / each.gradient_norm.median(),
        "loss_share": suspect.loss / each.loss.sum(),
        **{name: suspect.get(name, np.nan) for name in DESCRIBED},
        "bound": bound,
        "evidence_rank": each.evidence.rank()[removed] if "evidence" in each else np.nan,
        **{f"share_{way}": share for way, share in shares.items()},
    }
    until = {"epoch": range(first, epoch + 1), "loss": known[first : epoch + 1]}
    following = range(epoch + 1, further.epochs)
    curves = [
        pd.DataFrame({"variant": BEFOREHAND, **until}),
        *(
            pd.DataFrame({"variant": way, "epoch": following, "loss": found})
            for way, found in after.items()
        ),
    ]
    trials = each.assign(
        epoch=epoch, removed=each.trial == removed, another=each.trial.isin(others)
    )
    return {
        "interventions": pd.DataFrame([row]),
        "trials": trials,
        "losses": pd.concat(curves, ignore_index=True),
    }


def _recorded(run: Run, task: Task, first: int, last: int) -> list[Step]:
    """Return the steps of a run from one epoch to another, the latter included."""
    state = train(replace(run, epochs=first), task, initial_state(run, task))
    steps: list[Step] = []
    while state.epoch <= last:
        for trials in stretch(replace(run, epochs=last + 1), task, state.epoch):
            after, norm = _after(run, task, state, trials)
            steps.append(Step(state, trials, after.losses[-1], norm))
            state = after
    return steps


def _after(run: Run, task: Task, state: State, trials: Trials) -> tuple[State, float]:
    """Return the state after an epoch on these trials, and the norm of their gradient."""
    optimiser = start_optimiser(run, state)
    network = Network(**optimiser.weights)
    engine = Engine.for_batch(network, trials, task.dt)
    loss, gradient = engine.loss_and_gradient(network, trials)
    norm = gradient_norm(vars(gradient)[name] for name in run.trained)
    optimiser.step(vars(gradient))
    return State.of(optimiser.snapshot(), [*state.losses, loss]), norm


def _each_trial(run: Run, task: Task, step: Step) -> pd.DataFrame:
    """Return a row per trial of a batch: its part of the loss and of the gradient."""
    parts = step.trials.mask.sum((0, 2), np.float64) / step.trials.mask.sum(dtype=float)
    rows = []
    for trial, part in enumerate(parts):
        row = {"trial": trial, "loss": 0.0, "gradient_norm": 0.0}
        # The loss of a trial that does not count is not defined.
        if part:
            alone = slice(trial, trial + 1)
            one = Trials(*(np.ascontiguousarray(a[:, alone]) for a in step.trials))
            after, norm = _after(run, task, step.state, one)
            row |= {"loss": part * after.losses[-1], "gradient_norm": part * norm}
        rows.append(row)
    # Tasks whose trials differ in how hard they are say so.
    describe = getattr(task, "describe", None)
    said = describe(step.trials) if describe else {}
    return pd.DataFrame(rows).assign(
        **{name: value.astype(float) for name, value in said.items()}
    )


def _without(trials: Trials, trial: int) -> Trials:
    """Return the batch with the mask of one trial 0."""
    mask = trials.mask.copy()
    mask[:, trial] = 0
    return trials._replace(mask=mask)


def _continued(run: Run, task: Task, state: State, trials: Trials) -> np.ndarray:
    """Return the losses after an epoch on these trials, to the end of the run."""
    after = train(run, task, _after(run, task, state, trials)[0])
    losses = np.full(run.epochs - state.epoch - 1, np.nan)
    following = after.losses[state.epoch + 1 :]
    losses[: len(following)] = following
    return losses
