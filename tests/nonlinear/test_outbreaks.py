"""Outbreaks: when they begin, and the same training with and without one trial."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interplay.nonlinear.engine import Engine
from interplay.nonlinear.measurements.learning import LEARNED, outbreaks
from interplay.nonlinear.network import Network
from interplay.nonlinear.outbreaks import (
    BEFORE,
    FOLLOWED,
    chosen_networks,
    intervene,
    intervene_on_networks,
)
from interplay.nonlinear.run import Run, initial_state
from interplay.nonlinear.training import STRETCH, stretch, train
from interplay.tasks import make_task

N, START = 24, 90
RUN = Run("mante", 0.9, 2, n=N, epochs=200, batch=6, learning_rate=0.05 / N)
TASK = make_task("mante", 0.5)


@pytest.fixture(scope="module")
def whole():
    return np.array(train(RUN, TASK, initial_state(RUN, TASK)).losses)


@pytest.fixture(scope="module")
def found(whole):
    return intervene(RUN, TASK, START, whole.astype(np.float32), 0.05)


def test_the_same_batches_replay_the_training_to_the_bit(whole, found):
    (row,) = found["interventions"].itertuples()
    assert row.replayed
    assert START - BEFORE <= row.epoch <= START
    after = slice(row.epoch + 1, row.epoch + 1 + FOLLOWED)
    same = found["losses"].query("variant == 'same'")
    np.testing.assert_array_equal(same.loss, whole[after])
    assert same.epoch.tolist() == list(range(after.start, after.stop))
    assert row.share_same == np.mean(whole[after] >= np.float32(0.05 * whole[0]))
    other = intervene(RUN, TASK, START, (whole + 1e-4).astype(np.float32), 0.05)
    assert not other["interventions"].replayed[0]


def test_the_trial_with_the_largest_gradient_is_removed(whole, found):
    (row,) = found["interventions"].itertuples()
    trials = found["trials"]
    assert trials.trial[trials.removed].tolist() == [row.trial]
    assert trials.gradient_norm.idxmax() == row.trial
    assert trials.another.sum() == 5 and not trials.another[row.trial]
    # The parts of all trials add up to the loss of the batch.
    assert trials.loss.sum() == pytest.approx(whole[row.epoch], rel=1e-5)
    assert row.loss_share == pytest.approx(trials.loss[row.trial] / trials.loss.sum())
    assert row.evidence == abs(row.stimulus_1) == trials.evidence[row.trial]

    # The loss right after: of the next batch, after a step on the others alone.
    before = train(replace(RUN, epochs=row.epoch), TASK, initial_state(RUN, TASK))

    class Others:
        """The task without this trial in its first batch."""

        dt, n_inputs, n_outputs = TASK.dt, TASK.n_inputs, TASK.n_outputs

        def example(self, rng):
            return TASK.example(rng)

        def draw(self, rng, n_trials):
            drawn = TASK.draw(rng, n_trials)
            # Trials are also drawn to check the task, fewer than for a stretch of epochs.
            if n_trials == STRETCH * RUN.batch:
                drawn.mask[:, row.epoch % STRETCH * RUN.batch + row.trial] = 0
            return drawn

    one = replace(RUN, epochs=row.epoch + 1)
    after = train(one, Others(), before)
    following = next(stretch(RUN, TASK, row.epoch + 1))
    network = Network(**after.weights)
    loss, _ = Engine.for_batch(network, following, TASK.dt).loss_and_gradient(
        network, following
    )
    without = found["losses"].query("variant == 'without'").loss.iloc[0]
    assert without == loss


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 120)), min_size=1, max_size=8))
def test_outbreaks_begin_and_end_as_their_definition_says(parts):
    """Between two outbreaks there are `LEARNED` epochs below the bound, and after none."""
    losses = np.concatenate([[1.0], *([0.01 if low else 0.2] * n for low, n in parts)])
    below, starts = losses < 0.05, outbreaks(losses, 0.05)
    runs = [
        i for i in range(len(below)) if below[i:].size >= LEARNED
        and below[i : i + LEARNED].all()
    ]  # fmt: skip
    expected, learned = [], next(iter(runs), None)
    for epoch, low in enumerate(below):
        if learned is not None and epoch >= learned and not low:
            expected.append(epoch)
            learned = next((i for i in runs if i > epoch), None)
    assert [start for start, _ in starts] == expected
    for _, end in starts:
        assert end == len(below) or (end in runs and not below[end - 1])


def test_networks_are_chosen_in_turn_from_each_experiment():
    rows = [("b", 0.0, 1, 9), ("b", 0.0, 0, None), ("a", 0.6, 3, 7), ("a", 0.3, 4, 8),
            ("a", 0.3, 2, 5), ("other", 0.0, 0, 5)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["experiment", "g", "seed", "lasting_epoch"])
    # One of each g before the second one of any.
    expected = [["a", 2], ["b", 1], ["a", 3], ["a", 4]]
    for number in (3, 9):
        chosen = chosen_networks(table, ["a", "b"], number)
        assert chosen[["experiment", "seed"]].values.tolist() == expected[:number]


def test_one_network_is_drawn_whose_task_says_how_hard_its_trials_are():
    """Its trials' evidence; that of the flip-flop's is missing, which is no warning."""
    names = ["flipflop", "mante", "romo"]
    usual = {
        "dt": 0.5, "options": {}, "N": 8, "epochs": 60, "batch": 3, "learning_rate": 0.05,
        "optimiser": "adam", "trained": ["W"], "eps": 1e-8, "amsgrad": False,
        "beta2": 0.999, "clip": None,
    }  # fmt: skip
    experiments = {name: {"task": name, **usual} for name in names}
    losses = []
    for name in names:
        run, task = Run.of(experiments[name], 0.9, 0), make_task(name, 0.5)
        found = train(run, task, initial_state(run, task)).losses
        losses.append(pd.DataFrame({"experiment": name, "loss": np.float32(found)}))
    losses = pd.concat(losses).assign(g=0.9, seed=0)
    networks = pd.DataFrame({"experiment": names, "task": names, "lasting_epoch": 55.0})
    tables = intervene_on_networks(
        networks.assign(g=0.9, seed=0), losses, experiments, 0.05
    )
    for table in tables.values():
        assert table.experiment.unique().tolist() == names
        assert table[table.drawn].experiment.unique().tolist() == ["mante"]
    rows = tables["interventions"]
    assert rows.replayed.all()
    assert rows.evidence.notna().tolist() == [False, True, True]
    romo = tables["trials"].query("experiment == 'romo'")
    assert romo.stimulus_1.between(0.5, 1.5).all()
    assert romo.stimulus_2.between(0.5, 1.5).all()
    assert (romo.evidence >= 0.2 - 1e-6).all()


def test_no_network_with_an_outbreak_gives_tables_without_rows():
    columns = ["experiment", "task", "g", "seed", "lasting_epoch"]
    empty = intervene_on_networks(pd.DataFrame(columns=columns), pd.DataFrame(), {}, 0.05)
    assert empty.keys() == {"interventions", "trials", "losses"}
    for table in empty.values():
        assert table.empty and "g" in table
