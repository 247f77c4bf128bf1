"""The part of neurogym and gymnasium that a task uses, for where they are not installed.

`make test-system` runs the same tests with the real packages.
"""

from types import ModuleType

import numpy as np


class Discrete:
    """Actions 0 to n - 1."""

    shape, dtype = (), np.dtype(np.int64)

    def __init__(self, n):
        self.n = n

    def seed(self, seed):
        """Do nothing: nothing is drawn from it."""


class Box:
    """Real numbers."""

    def __init__(self, low, high, shape, dtype):
        self.shape, self.dtype = shape, np.dtype(dtype)

    def seed(self, seed):
        """Do nothing: nothing is drawn from it."""


class TrialEnv:
    """An environment that consists of trials, which consist of periods."""

    def __init__(self, dt):
        self.dt, self.timing = dt, {}
        self.rng = np.random.RandomState()

    @property
    def unwrapped(self):
        return self

    def get_wrapper_attr(self, name):
        return getattr(self, name)

    def seed(self, seed):
        self.rng = np.random.RandomState(seed)
        for period in self.timing.values():
            if hasattr(period, "seed"):
                period.seed(seed)

    def new_trial(self):
        self.start_t, self.end, self._ob, self._gt = {}, 0, None, None
        return self._new_trial()

    @staticmethod
    def post_step(ob, *others):
        return ob, *others

    def step(self, action):
        """Never called: a task has no actions."""
        raise NotImplementedError

    def add_period(self, periods):
        self.parts = {}
        for period in periods:
            start = self.end
            duration = self.timing[period]
            if callable(duration):
                duration = duration()
            elif isinstance(duration, list):
                duration = self._drawn(*duration)
            self.end += (duration // self.dt) * self.dt
            self.start_t[period] = start
            self.parts[period] = slice(int(start / self.dt), int(self.end / self.dt))

    def _drawn(self, kind, numbers):
        if kind == "constant":
            return numbers
        if kind == "truncated_exponential":
            durations = TruncExp(*numbers)
            durations.rng = self.rng
            return durations()
        if kind == "uniform":
            return self.rng.uniform(*numbers)
        return self.rng.choice(numbers if kind == "choice" else [kind, numbers])

    def view_ob(self, period):
        if self._ob is None:
            length = int(self.end / self.dt)
            self.ob = np.zeros((length, *self.observation_space.shape), np.float32)
            self._ob = self.ob
        return self.ob[self.parts[period]]

    def set_groundtruth(self, value, period):
        if self._gt is None:
            space = self.action_space
            self.gt = np.zeros((int(self.end / self.dt), *space.shape), space.dtype)
            self._gt = self.gt
        self.gt[self.parts[period]] = value


class TruncExp:
    """Exponentially distributed durations between two bounds."""

    def __init__(self, vmean, vmin, vmax=np.inf):
        self.vmean, self.vmin, self.vmax = vmean, vmin, vmax
        self.rng = np.random.RandomState()

    def seed(self, seed):
        self.rng = np.random.RandomState(seed)

    def __call__(self):
        drawn = self.rng.exponential(self.vmean)
        return drawn if self.vmin <= drawn < self.vmax else self()


class Wrapper:
    """An environment around another one."""

    def __init__(self, env):
        self.env = env

    @property
    def unwrapped(self):
        return self.env.unwrapped

    @property
    def observation_space(self):
        return self.env.observation_space

    @property
    def action_space(self):
        return self.env.action_space

    def get_wrapper_attr(self, name):
        return (
            getattr(self, name)
            if hasattr(self, name)
            else self.env.get_wrapper_attr(name)
        )

    def step(self, action):
        return self.env.step(action)


class Spec:
    """What is registered by a name."""

    def __init__(self, entry_point):
        self.entry_point, self.kwargs = entry_point, {}


def modules():
    """Return the modules by name, with an empty registry."""
    registry = {}

    def module(name, **contents):
        made = ModuleType(name)
        vars(made).update(contents)
        return made

    def spec(name):
        if name not in registry:
            raise LookupError(f"Environment `{name.partition('-')[0]}` doesn't exist")
        return registry[name]

    def register(id, entry_point):
        registry[id] = Spec(entry_point)

    spaces = module("gymnasium.spaces", Discrete=Discrete, Box=Box)
    core = module("neurogym.core", TrialEnv=TrialEnv)
    ngym_random = module("neurogym.utils.ngym_random", TruncExp=TruncExp)
    return {
        "gymnasium": module(
            "gymnasium", spaces=spaces, Wrapper=Wrapper, registry=registry, spec=spec,
            register=register,
        ),
        "gymnasium.spaces": spaces,
        "neurogym": module("neurogym", core=core),
        "neurogym.core": core,
        "neurogym.utils.ngym_random": ngym_random,
    }  # fmt: skip
