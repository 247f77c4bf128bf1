"""Environments of neurogym: the observations are the inputs, the ground truth is the target.

The package is optional; see docs/neurogym.md. Times of this task are in ms, as neurogym's are.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, NoReturn

import numpy as np

from interplay.runs.durations import samples
from interplay.storage.arguments import real_number
from interplay.storage.errors import InputError
from interplay.tasks.trials import Example, Trials

try:
    import gymnasium  # pyright: ignore[reportMissingImports]
    import neurogym  # pyright: ignore[reportMissingImports]
except ModuleNotFoundError as error:
    install = ".venv/bin/pip install --no-deps --requirement envs/neurogym.txt"
    error.name = f"{error.name} ({install})"
    raise

PROBES = 64
"""trials that are drawn to see whether an environment fits, always the same"""


@dataclass(frozen=True)
class Neurogym:
    """Trials of an environment, each as if it were the first one.

    Action 0 means "no action": its target is 0 on all outputs. Each further action has an
    output. Its target is `amplitude` while the action is the ground truth, else 0.

    Raises:
        InputError: the environment cannot be made with these arguments, has no ground truth
            at each step, or its trials depend on each other or on actions.
    """

    dt: float
    env: str
    """name in neurogym's registry, such as ContextDecisionMaking; -v0 may be left out"""
    timing: Mapping[str, Any] | None = None
    """durations of periods in ms that differ from the environment's own"""
    options: Mapping[str, Any] | None = None
    """further arguments of the environment"""
    tau: float = 100.0
    """membrane time constant in ms: the environment's time step is `dt` of it"""
    amplitude: float = 0.5
    """of the targets; a ground truth of continuous actions is multiplied by it"""
    grace: float = 100.0
    """ms after each change of the target during which no sample counts"""
    longest: float | None = None
    """ms to which trials are padded; the sum of the periods' upper bounds if None. Trials that
    are longer are drawn again."""

    n_inputs: int = field(init=False)
    n_outputs: int = field(init=False)
    n_samples: int = field(init=False)

    def __post_init__(self):
        """Make the environment, and draw trials to see whether it fits."""
        self._check_arguments()
        source = self._source()
        object.__setattr__(self, "n_inputs", source.n_inputs)
        object.__setattr__(self, "n_outputs", source.n_outputs)
        self._refuse_closed_loops(source)
        self._refuse_unused(source)
        probes = [source.trials(np.random.default_rng(n))[0] for n in range(PROBES)]
        self._refuse_dependent(probes)
        self._refuse_short(source, probes)
        object.__setattr__(self, "n_samples", self._padded_length(source, probes))

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        """Draw `n_trials` independent trials; see `Trials` for the shapes."""
        source = self._source()
        return self._lay_out(source, source.trials(rng, n_trials, self.n_samples))

    def example(self, rng: np.random.Generator) -> Example:
        """Return one trial; its phases begin where the environment's periods do."""
        source = self._source()
        trials = self._lay_out(source, source.trials(rng, 1, self.n_samples))
        starts = {start / self.tau for start in source.inner.start_t.values() if start}
        return Example(trials, tuple(sorted(starts)))

    def _lay_out(self, source: "Source", drawn: "list[Steps]") -> Trials:
        """Pad trials to one length, and count the samples that are within trial and grace."""
        shape, (_, first) = (self.n_samples, len(drawn)), drawn[0]
        inputs = np.zeros((*shape, self.n_inputs), np.float32)
        truths = np.zeros((*shape, *first.shape[1:]), first.dtype)
        for trial, (observed, truth) in enumerate(drawn):
            inputs[: len(observed), trial] = observed
            truths[: len(truth), trial] = truth
        targets = np.float32(self.amplitude) * source.outputs(truths, 2)
        time = np.arange(self.n_samples)[:, None]
        grace = int(samples(self.grace, self._step))
        # The outputs are 0 before the first sample.
        changed = np.diff(targets, axis=0, prepend=0).any(axis=2)
        latest = np.maximum.accumulate(np.where(changed, time, -grace), axis=0)
        lengths = np.array([len(observed) for observed, _ in drawn])
        counts = ((time - latest >= grace) & (time < lengths))[..., None]
        return Trials(inputs, targets, np.repeat(counts, self.n_outputs, axis=2))

    @property
    def _step(self) -> float:
        """Time step in ms, without the rounding of 0.1 * 100.0."""
        return round(self.dt * self.tau, 9)

    def _check_arguments(self) -> None:
        real_number("grace", self.grace, "a number from 0", lambda ms: ms >= 0)
        positive = {"tau": self.tau, "amplitude": self.amplitude}
        for name, value in (positive | {"longest": self.longest or 1.0}).items():
            real_number(name, value, "a positive number", lambda number: number > 0)
        for name, value in {"timing": self.timing, "options": self.options}.items():
            if not isinstance(value, Mapping | None):
                raise InputError(f"{name}: expected values by name, found {value!r}")
        for name in sorted({"dt", "timing"} & set(self.options or {})):
            raise InputError(f"options: expected {name} next to options, found it here")

    def _source(self, with_timing: bool = True) -> "Source":
        """Return a new environment: it has a state, which threads may not share."""
        known = self.env in gymnasium.registry
        spec = gymnasium.spec(self.env if known else f"{self.env}-v0")
        create: Any = spec.entry_point
        if isinstance(create, str):
            create = pkgutil.resolve_name(create)
        arguments = {**spec.kwargs, **(self.options or {}), "dt": self._step}
        if self.timing and with_timing:
            arguments["timing"] = dict(self.timing)
        return Source(self.env, create(**arguments))

    def _refuse_closed_loops(self, source: "Source") -> None:
        """Refuse an environment whose trials depend on actions, or come in blocks."""
        for wrapper in source.wrappers:
            kind = type(wrapper)
            if kind.__module__.startswith("gymnasium."):
                continue
            if kind.step is not gymnasium.Wrapper.step:
                source.refuse(f"trials that depend on actions ({kind.__name__})")
            if "schedule" in vars(wrapper) and wrapper is not source.switch:
                source.refuse(f"trials that depend on earlier ones ({kind.__name__})")
        if type(source.inner).post_step is not neurogym.core.TrialEnv.post_step:
            source.refuse("observations that depend on actions (post_step)")

    def _refuse_unused(self, source: "Source") -> None:
        """Refuse periods that the environment does not have, or whose duration it ignores."""
        known = self._source(with_timing=False).inner.timing
        for period, duration in (self.timing or {}).items():
            if period not in known:
                expected = f"a period among {', '.join(known) or 'none'}"
                raise InputError(f"timing: expected {expected}, found {period}")
            if source.inner.timing[period] != duration:
                taken = f"{source.inner.timing[period]}, which is fixed in {self.env}"
                raise InputError(f"timing: {period}: expected {taken}, found {duration}")

    def _refuse_dependent(self, probes: "list[Steps]") -> None:
        """Refuse an environment whose trials are others after other trials."""
        for n in range(1, PROBES, 2):
            source = self._source()
            (fresh,) = source.trials(np.random.default_rng(n))
            if not all(map(np.array_equal, fresh, probes[n])):
                source.refuse("trials that depend on earlier ones, or have no seed")

    def _refuse_short(self, source: "Source", probes: "list[Steps]") -> None:
        """Refuse targets that end before they count."""
        grace = int(samples(self.grace, self._step))
        for truth in (source.outputs(truth, 1) for _, truth in probes):
            changes = np.flatnonzero(np.diff(truth, axis=0).any(axis=1)) + 1
            edges = np.array([0, *changes, len(truth)])
            lengths = np.diff(edges)[truth[edges[:-1]].any(axis=1)]
            if lengths.min(initial=grace + 1) <= grace:
                raise InputError(
                    f"{self.env}: expected a ground truth that stays for longer than grace, "
                    f"{self.grace:g} ms, found {lengths.min() * self._step:g} ms: lengthen "
                    "its period in `timing`, or shorten `grace`"
                )

    def _padded_length(self, source: "Source", probes: "list[Steps]") -> int:
        """Return the number of samples of a padded trial, from `longest` or the timing."""
        lengths = np.array([len(observed) for observed, _ in probes])
        found = f"{PROBES} trials are up to {lengths.max() * self._step:g} ms long"
        if self.longest is not None:
            padded = int(samples(self.longest, self._step))
            if padded >= np.median(lengths):
                return padded
            expected = "a length that half of the trials have"
            raise InputError(
                f"longest: expected {expected}, found {self.longest}: {found}"
            )
        bounds = np.array([_upper_bound(one) for one in source.inner.timing.values()])
        if np.isfinite(bounds).all():
            padded = int(samples(bounds, self._step).sum())
            if padded >= lengths.max():
                return padded
        expected = f"ms, since the timing of {self.env} bounds no length"
        raise InputError(f"longest: expected {expected}, found none: {found}")


Steps = tuple[np.ndarray, np.ndarray]
"""observations and ground truth of a trial; the first axis is time"""


class Source:
    """A new environment, and the trials that it draws."""

    def __init__(self, name: str, env: Any):
        """Remember an environment and the sizes of its spaces."""
        self.name, self.env = name, env
        if not isinstance(self.inner, neurogym.core.TrialEnv):
            self.refuse("no trials: it is no neurogym.TrialEnv")
        self.wrappers = list(_wrappers(env))
        self.switch = next((one for one in self.wrappers if "envs" in vars(one)), None)
        self._members = self.switch.envs if self.switch else [env]
        self._new_trial = env.get_wrapper_attr("new_trial")
        self._latest: Any = None
        actions = env.action_space
        discrete = isinstance(actions, gymnasium.spaces.Discrete)
        if not discrete and not isinstance(actions, gymnasium.spaces.Box):
            self.refuse(f"actions of the kind {type(actions).__name__}")
        self._n_actions = int(actions.n) if discrete else None
        self.n_inputs = int(np.prod(env.observation_space.shape))
        self.n_outputs = int(actions.n) - 1 if discrete else int(np.prod(actions.shape))

    @property
    def inner(self) -> Any:
        """The environment without wrappers; of several, the one of the latest trial."""
        return self.env.unwrapped

    def refuse(self, reason: str) -> NoReturn:
        """Raise `InputError` with a reason."""
        raise InputError(
            f"{self.name}: expected independent trials with a ground truth at each step, "
            f"found {reason}"
        )

    def trials(self, rng: np.random.Generator, n: int = 1, longest=np.inf) -> list[Steps]:
        """Draw trials of at most so many samples; longer ones are drawn again."""
        self._seed(rng)
        drawn: list[Steps] = []
        while len(drawn) < n:
            steps = self._draw(rng)
            if len(steps[0]) <= longest:
                drawn.append(steps)
        return drawn

    def outputs(self, truth: np.ndarray, n_axes: int) -> np.ndarray:
        """Return the ground truth, or one output per action that is one, on the last axis."""
        if self._n_actions is None:
            return truth.reshape(*truth.shape[:n_axes], -1)
        if truth.min() < 0 or truth.max() >= self._n_actions:
            self.refuse(f"{truth.max()} where its actions are 0 to {self.n_outputs}")
        return np.equal.outer(truth, np.arange(1, self._n_actions))

    def _seed(self, rng: np.random.Generator) -> None:
        # Wrappers hide the seed of an environment.
        for inner in (member.unwrapped for member in self._members):
            inner.seed(int(rng.integers(2**32)))
            for period in inner.timing.values():
                # With neurogym's one seed for all, durations would depend on each other.
                if hasattr(period, "seed"):
                    period.seed(int(rng.integers(2**32)))

    def _draw(self, rng: np.random.Generator) -> Steps:
        if self.switch:
            # Its own schedule never repeats an environment: trials would not be independent.
            self.switch.next_i_env = int(rng.integers(len(self._members)))
            self.switch.set_i(self.switch.next_i_env)
        self._new_trial()
        # An environment without a ground truth in this trial may still have an earlier one.
        observed, truth = (getattr(self.inner, name, None) for name in ("ob", "gt"))
        if observed is None or truth is None or truth is self._latest:
            self.refuse("a trial without ground truth")
        self._latest = truth
        if len(truth) != len(observed):
            self.refuse(f"{len(truth)} steps of it and {len(observed)} observations")
        return np.array(observed, np.float32).reshape(len(truth), -1), np.array(truth)


def _wrappers(env: Any) -> Iterator[Any]:
    """Yield the wrappers around an environment, the outermost one first."""
    while isinstance(env, gymnasium.Wrapper):
        yield env
        env = env.env


def _upper_bound(period: Any) -> float:
    """Return the longest duration that neurogym draws for a period; infinite if unknown."""
    if isinstance(period, Real):
        return float(period)
    if callable(period):
        return float(getattr(period, "vmax", np.inf))
    if not isinstance(period[0], str):
        return float(max(period))
    kind, numbers = period
    if kind == "truncated_exponential":
        return float(numbers[2]) if len(numbers) > 2 else np.inf
    return float(np.max(numbers)) if kind in ("uniform", "choice", "constant") else np.inf
