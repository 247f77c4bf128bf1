"""Small environments for the tests of the task neurogym, registered when it is imported."""

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete
from neurogym.core import TrialEnv
from neurogym.utils.ngym_random import TruncExp

FIXATION, FIRST, SECOND = range(3)
"""input channels"""


class Choose(TrialEnv):
    """A stimulus on one of two channels; after a delay, the action says which."""

    def __init__(self, dt=100, timing=None, actions=3, sides=(1, 2), levels=(1.0,)):
        super().__init__(dt=dt)
        self.timing = {
            "fixation": 200,
            "stimulus": TruncExp(300, 200, 600),
            "delay": TruncExp(300, 200, 600),
            "decision": 400,
        } | (timing or {})
        self.sides, self.levels = sides, levels
        self.observation_space = Box(-np.inf, np.inf, shape=(3,), dtype=np.float32)
        self.action_space = Discrete(actions)

    def _new_trial(self):
        side = self.rng.choice(self.sides)
        self.add_period(["fixation", "stimulus", "delay", "decision"])
        for period in ("fixation", "stimulus", "delay"):
            self.view_ob(period)[:, FIXATION] = 1
        self.view_ob("stimulus")[:, side] = self.rng.choice(self.levels)
        self._set_truth(side)

    def _set_truth(self, side):
        self.set_groundtruth(side, "decision")


class Sometimes(Choose):
    """Half of the trials have no ground truth."""

    def _set_truth(self, side):
        if side == 1:
            super()._set_truth(side)


class Never(Choose):
    """There is no ground truth."""

    def _set_truth(self, side):
        pass


class Flash(Choose):
    """The ground truth is shown at one step only."""

    def _set_truth(self, side):
        super()._set_truth(side)
        self.gt[:-1] = 0


class Blocks(Choose):
    """The rule changes after ten trials."""

    count = 0

    def _set_truth(self, side):
        self.count += 1
        super()._set_truth(side if self.count // 10 % 2 else 3 - side)


class Unseeded(Choose):
    """Which side is which is drawn when the environment is made."""

    def _set_truth(self, side):
        if not hasattr(self, "swap"):
            self.swap = np.random.default_rng().permutation([1, 2])
        self.view_ob("fixation")[:, FIRST] = (
            self.swap[0] * np.random.default_rng().random()
        )
        super()._set_truth(side)


class Feedback(Choose):
    """The observations depend on actions."""

    @staticmethod
    def post_step(ob, *others):
        return ob + 1, *others


class Reach(Choose):
    """The action is a point on a plane."""

    def __init__(self, dt=100, timing=None):
        super().__init__(dt, timing)
        self.action_space = Box(-1.0, 1.0, shape=(2,), dtype=np.float32)

    def _set_truth(self, side):
        self.set_groundtruth([-1, side / 4], "decision")


class React(gymnasium.Wrapper):
    """A trial ends with an action."""

    def step(self, action):
        raise NotImplementedError


class Scheduled(gymnasium.Wrapper):
    """Trials follow a schedule."""

    def __init__(self, env):
        super().__init__(env)
        self.schedule = "AABB"


class Alternate(Scheduled):
    """Two environments take turns."""

    def __init__(self, envs):
        super().__init__(envs[0])
        self.envs, self.next_i_env = envs, 0

    def set_i(self, number):
        self.env = self.envs[number]

    def new_trial(self):
        self.set_i(self.next_i_env)
        self.env.new_trial()
        self.next_i_env = 1 - self.next_i_env


def fixed(dt=100, timing=None):
    """Return an environment that takes no durations from outside."""
    return Choose(dt, {"decision": 600})


ENVIRONMENTS = {
    "Choose-v0": Choose,
    "Sometimes-v0": Sometimes,
    "Never-v0": Never,
    "Flash-v0": Flash,
    "Blocks-v0": Blocks,
    "Unseeded-v0": Unseeded,
    "Feedback-v0": Feedback,
    "Reach-v0": Reach,
    "Fixed-v0": fixed,
    "React-v0": lambda **given: React(Choose(**given)),
    "Scheduled-v0": lambda **given: Scheduled(Choose(**given)),
    "Alternate-v0": lambda **given: Alternate(
        [Choose(**given, sides=[side]) for side in (1, 2)]
    ),
}

for name, entry_point in ENVIRONMENTS.items():
    gymnasium.register(id=name, entry_point=entry_point)
