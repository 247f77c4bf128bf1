"""The task neurogym, on small environments: masks, targets, padding, refusals."""

import sys
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from snakemake.utils import update_config

import interplay
from interplay import tasks
from interplay.configuration.check import check_configuration
from interplay.configuration.experiments import has_all_of, named_experiments
from interplay.configuration.files import read_yaml
from interplay.configuration.tasks import task_problems
from interplay.storage.errors import InputError
from interplay.tasks.drawing import draw_example, trial_length
from tests.tasks.gym import modules

ROOT = Path(__file__).parents[2]
INSTALLED = find_spec("neurogym") is not None
DT = 0.5
STEP = 50
"""ms: half of the time constant of 100 ms"""
FIXATION, FIRST, SECOND = range(3)


@pytest.fixture(scope="module", autouse=True)
def environments():
    """Register the environments; replace neurogym and gymnasium if they are missing."""
    with pytest.MonkeyPatch.context() as patch:
        if not INSTALLED:
            for name, module in modules().items():
                patch.setitem(sys.modules, name, module)
        yield import_module("tests.tasks.environments")
        for name in ("tests.tasks.environments", "interplay.tasks.neurogym"):
            sys.modules.pop(name, None)


def task(env="Choose", **options):
    return tasks.make_task("neurogym", DT, env=env, **options)


def draw(env="Choose", n_trials=400, seed=0, **options):
    return task(env, **options).draw(np.random.default_rng(seed), n_trials)


@pytest.mark.parametrize("grace", [0, 100, 350])
def test_trial_by_trial(grace):
    """Retell each trial from its inputs alone."""
    inputs, targets, mask = draw(grace=grace, amplitude=0.7)
    # 200 ms of fixation, up to 600 of stimulus and of delay, 400 of decision.
    assert inputs.shape == (36, 400, 3)
    assert targets.shape == mask.shape == (36, 400, 2)
    ends = []
    for trial in range(400):
        fixation = inputs[:, trial, FIXATION]
        decision = int(fixation.sum())
        np.testing.assert_array_equal(fixation, np.arange(36) < decision)
        (side,) = np.flatnonzero(inputs[:, trial].any(axis=0)[FIRST:])
        expected, end = np.zeros((36, 2)), decision + 8
        expected[decision:end, side] = np.float32(0.7)
        np.testing.assert_array_equal(targets[:, trial], expected)
        counts = np.arange(36) < end
        counts[decision : decision + grace // STEP] = False
        np.testing.assert_array_equal(mask[:, trial], np.stack([counts, counts], axis=1))
        ends.append(end)
    assert min(ends) < 25 < 30 < max(ends) <= 36


def test_durations_of_two_periods_are_independent(environments):
    """Also where neurogym would draw all of them from one seed."""
    inputs, _, _ = draw(n_trials=2000)
    stimulus = inputs[..., FIRST:].any(axis=2).sum(axis=0)
    delay = inputs[..., FIXATION].sum(axis=0) - 4 - stimulus
    assert {4, 11} <= set(stimulus) & set(delay) and len(set(delay)) == 8
    assert abs(np.corrcoef(stimulus, delay)[0, 1]) < 4 / np.sqrt(2000)
    env = environments.Choose(dt=STEP)
    env.seed(1)
    env.new_trial()
    starts = env.start_t
    assert starts["delay"] - starts["stimulus"] == starts["decision"] - starts["delay"]


def test_the_same_generator_gives_the_same_trials_also_in_threads():
    one = task()
    streams = partial(np.random.default_rng, 3)
    assert trial_length(one, "neurogym", streams, threads=2) == one.n_samples == 36
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda n: one.draw(np.random.default_rng(n), 50), range(6)))
    for seed, trials in enumerate(drawn):
        again = one.draw(np.random.default_rng(seed), 50)
        assert all(map(np.array_equal, trials, again))


def test_phases_of_the_example_begin_with_the_periods():
    example = draw_example(task(), "neurogym", partial(np.random.default_rng, 0))
    inputs = example.trials.inputs[:, 0]
    stimulus, end = np.flatnonzero(np.diff(inputs[:, FIRST:].any(axis=1))) + 1
    decision = inputs[:, FIXATION].sum()
    assert example.phases == (stimulus * DT, end * DT, decision * DT)


def test_continuous_actions_are_scaled():
    inputs, targets, mask = draw("Reach", amplitude=0.5)
    side = 1 + inputs[..., FIRST:].any(axis=0).argmax(axis=1)
    last = inputs[..., FIXATION].sum(axis=0).astype(int) + 7
    found = targets[last, np.arange(400)]
    np.testing.assert_array_equal(found, np.stack([np.full(400, -0.5), side / 8], axis=1))
    assert mask[last, np.arange(400)].all() and not targets[mask == 0][-1:].any()


def test_longest_pads_and_draws_longer_trials_again():
    for longest, shape in ((3000, 60), (1250, 25)):
        _, targets, mask = draw(longest=longest)
        assert len(targets) == shape
        ends = shape - mask[::-1, :, 0].argmax(axis=0)
        decided = shape - targets[::-1].any(axis=2).argmax(axis=0)
        np.testing.assert_array_equal(ends, decided)
        assert ends.max() == min(shape, 34)
    with pytest.raises(InputError, match=r"longest: expected a length .* found 800: 64"):
        task(longest=800)


DURATIONS = [
    (350, 350),
    ([250, 350], 350),
    (["uniform", [300, 600]], 600),
    (["choice", [250, 350]], 350),
    (["constant", 350], 350),
    (["truncated_exponential", [300, 200, 600]], 600),
    (["truncated_exponential", [300, 200]], None),
    (lambda: 350.0, None),
]


@pytest.mark.parametrize(("duration", "longest"), DURATIONS)
def test_the_length_is_that_of_the_longest_periods(duration, longest):
    """200 ms of fixation, 600 of stimulus and 400 of decision, and a delay."""
    if longest is None:
        expected = "longest: expected ms, since the timing of Choose bounds no length"
        with pytest.raises(InputError, match=expected):
            task(timing={"delay": duration})
    else:
        assert task(timing={"delay": duration}).n_samples == (1200 + longest) / STEP


def test_members_of_an_environment_are_drawn_independently():
    """They would take turns otherwise."""
    inputs, _, _ = draw("Alternate", 2000)
    sides = inputs[..., FIRST].any(axis=0)
    assert abs(sides.mean() - 0.5) < 2 / np.sqrt(2000)
    assert abs((sides[1:] == sides[:-1]).mean() - 0.5) < 2 / np.sqrt(2000)


INDEPENDENT = "expected independent trials with a ground truth at each step, found "
REFUSED = [
    ("Sometimes", {}, f"{INDEPENDENT}a trial without ground truth"),
    ("Never", {}, f"{INDEPENDENT}a trial without ground truth"),
    ("Blocks", {}, f"{INDEPENDENT}trials that depend on earlier ones"),
    ("Unseeded", {}, f"{INDEPENDENT}trials that .* have no seed"),
    ("Feedback", {}, rf"{INDEPENDENT}observations that depend on actions \(post_step\)"),
    ("React", {}, rf"{INDEPENDENT}trials that depend on actions \(React\)"),
    ("Scheduled", {}, rf"{INDEPENDENT}trials that depend on earlier ones \(Scheduled\)"),
    (
        "Choose",
        {"options": {"actions": 2}},
        f"{INDEPENDENT}2 where its actions are 0 to 1",
    ),
    ("Flash", {}, "stays for longer than grace, 100 ms, found 50 ms: lengthen"),
    (
        "Choose",
        {"timing": {"decision": 100}},
        "than grace, 100 ms, found 100 ms: lengthen",
    ),
    (
        "Choose",
        {"timing": {"decison": 900}},
        "timing: expected a period among fixation, stim",
    ),
    (
        "Fixed",
        {"timing": {"decision": 900}},
        "timing: decision: expected 600, which is fixed",
    ),
    ("Choose", {"timing": 3}, "timing: expected values by name, found 3"),
    ("Choose", {"options": {"dt": 3}}, "options: expected dt next to options"),
    ("Choose", {"options": {"sigma": 3}}, "unexpected keyword argument 'sigma'"),
    ("Choose", {"tau": -1.0}, "tau: expected a positive number, found -1"),
    ("Choose", {"grace": -1.0}, "grace: expected a number from 0, found -1"),
    ("Chose", {}, "Environment `Chose` doesn't exist"),
]


@pytest.mark.parametrize(("env", "options", "problem"), REFUSED)
def test_other_environments_are_refused_in_one_line(env, options, problem):
    with pytest.raises(InputError, match=f"^task neurogym: .*{problem}") as refusal:
        task(env, **options)
    assert "\n" not in str(refusal.value)


def test_a_ground_truth_of_one_step_is_learned_without_grace():
    _, targets, _ = draw("Flash", grace=0)
    np.testing.assert_array_equal(targets.any(axis=2).sum(axis=0), 1)


def test_the_time_step_has_no_rounding_errors():
    """0.1 * 100 is larger than 10 in floating point: a period would lose a step."""
    made = tasks.make_task("neurogym", 0.1, env="Choose", tau=100.0)
    assert made.n_samples == (200 + 600 + 600 + 400) / 10


def test_without_neurogym_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "neurogym", None)
    monkeypatch.delitem(sys.modules, "interplay.tasks.neurogym", raising=False)
    expected = (
        r"neurogym\.py: expected the package neurogym \(.*/pip install --no-deps .*txt\)"
    )
    with pytest.raises(InputError, match=expected) as refusal:
        task()
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("files", [["field"], ["field", "field_small"]])
def test_field_yaml_is_accepted_or_one_line_says_what_to_install(files):
    config, schema, *changes = (
        read_yaml(ROOT / f"{name}.yaml")
        for name in ("config", "workflow/schemas/config.schema", *files)
    )
    full = deepcopy(config)
    for change in changes:
        update_config(config, change)
    assert has_all_of(config, full), "the paper's own experiments are the same"
    named = named_experiments(changes[0]["nonlinear"], config["nonlinear"])
    assert len(named) >= 3
    assert named[0] == "go_nogo"
    # In another process, which does not have the small environments.
    check = partial(check_configuration, config, schema)
    if INSTALLED:
        check(partial(task_problems, python=sys.executable))
        return
    expected = r"neurogym\.py: expected the package \w+ \(.*install .*neurogym\.txt\)"
    with pytest.raises(InputError, match=expected) as refusal:
        check(partial(task_problems, python=sys.executable))
    assert "\n" not in str(refusal.value)


def test_a_network_learns_the_task():
    net = interplay.train(task(), g=0.9, seed=0, N=64, epochs=120)
    assert net.losses[-10:].mean() < 0.2 * net.losses[0]
