"""Draw trials from a task, and check them where they enter.

The compiled loops and torch read the arrays without further checks. A wrong shape would make
them read foreign memory, and a boolean mask would count its samples as one.
"""

import operator
import random
from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np

from interplay.storage.arguments import fits, in_a_line, real_array, real_number
from interplay.storage.errors import InputError
from interplay.tasks.trials import Example, Task, Trials

FEW = 32
"""trials that are drawn twice, to see that a task draws the same from the same generator"""

LARGEST = 1e6
"""absolute value of all numbers of a trial: squares of larger ones may overflow in float32"""

SMALLEST = 1e-6
"""weight in the mask from which a sample counts: the inverse of a smaller one may overflow"""

AXES = "time", "trial", "channel"

NO_INPUT = "the state starts at 0, so give a constant input or a pulse"

Streams = Callable[[], np.random.Generator]
"""returns a new generator at each call, always at the same point of the same stream"""


def check_task(task: Task, name: str) -> None:
    """Raise `InputError` unless a task has what a training needs of `Task`.

    Args:
        task: the task.
        name: of the task, for the message.
    """
    place = f"task {name}"
    if isinstance(task, type):
        raise InputError(
            f"{place}: expected an instance, found the class {task.__name__}"
        )
    if not callable(getattr(task, "draw", None)):
        raise InputError(f"{place}: expected a method draw, found none")
    dt = getattr(task, "dt", None)
    real_number(f"{place}: dt", dt, "a positive number", lambda dt: dt > 0)
    for attribute in ("n_inputs", "n_outputs"):
        found: Any = getattr(task, attribute, None)
        try:
            count = operator.index(found)
        except TypeError:
            count = -1
        if count < 1:
            hint = f": {NO_INPUT}" if attribute == "n_inputs" and count == 0 else ""
            said = f"expected an integer from 1, found {in_a_line(found)}{hint}"
            raise InputError(f"{place}: {attribute}: {said}")


def trial_length(task: Task, name: str, streams: Streams, threads: int = 1) -> int:
    """Return the number of samples of a task's trials.

    A few trials are drawn twice from the same stream. They have to be the same, since results
    are repeated and compared by their streams. Others have to have the same length.

    Args:
        task: the task.
        name: of the task, for the messages.
        streams: of the trials.
        threads: number of threads that will draw trials. Several may not share a global
            generator, even one that the task seeds.

    Raises:
        InputError: the task or its trials are not what they must be.
    """
    check_task(task, name)
    rng = streams()
    first = Trials(*(array.copy() for array in draw_trials(task, name, rng, FEW)))
    length = len(first.inputs)
    more = draw_trials(task, name, rng, FEW, length=length)
    if not (first.inputs.any() or more.inputs.any()):
        raise InputError(
            f"task {name}: inputs: expected numbers other than 0, found none in {2 * FEW} "
            f"trials: {NO_INPUT}"
        )
    before = _global_states()
    again = draw_trials(task, name, streams(), FEW)
    if threads > 1 and _global_states() != before:
        raise InputError(
            f"task {name}: draw: expected no use of the global np.random or random, which "
            f"the {threads} threads that draw would share; draw from rng, or train on one"
        )
    _check_repeated(f"task {name}", first, again)
    return length


def draw_trials(
    task: Task,
    name: str,
    rng: np.random.Generator,
    n_trials: int,
    batch: int | None = None,
    length: int | None = None,
) -> Trials:
    """Draw trials from a task.

    Args:
        task: the task.
        name: of the task, for the messages.
        rng: source of the numbers.
        n_trials: number of trials.
        batch: trials whose losses are averaged together, a divisor of `n_trials`; all if
            None.
        length: number of samples of a trial; any if None.

    Returns:
        The trials: finite numbers, float32, converted if the task returns booleans, integers
        or other floats.

    Raises:
        InputError: the trials are not what `Trials` says, or a batch has no sample that
            counts.
    """
    batch = batch or n_trials
    drawn = task.draw(rng, n_trials)
    return _checked(task, f"task {name}", "draw", drawn, n_trials, batch, length)


def draw_example(task: Task, name: str, streams: Streams) -> Example:
    """Return a task's example, with checked trials as of `draw_trials`.

    Args:
        task: the task.
        name: of the task, for the messages.
        streams: of the trial.

    Raises:
        InputError: the example is not what `Example` says, or another one at each call.
    """
    first, second = (_example(task, f"task {name}", streams()) for _ in range(2))
    _check_repeated(f"task {name}: example", first.trials, second.trials)
    return first


def _example(task: Task, place: str, rng: np.random.Generator) -> Example:
    example = task.example(rng)
    if not isinstance(example, Example):
        found = type(example).__name__
        raise InputError(f"{place}: example: expected an Example, found {found}")
    trials = _checked(task, f"{place}: example", "trials", example.trials, 1, 1, None)
    phases: tuple[float, ...] = ()
    if example.phases not in ((), []):
        name = f"{place}: example: phases"
        times = real_array(name, example.phases, np.float64, shape=("phase",))
        phases = tuple(times.tolist())
    return Example(Trials(*(array.copy() for array in trials)), phases)


def _checked(
    task: Task,
    place: str,
    method: str,
    trials: Any,
    n_trials: int,
    batch: int,
    length: int | None,
) -> Trials:
    if not isinstance(trials, Trials):
        found = type(trials).__name__
        raise InputError(f"{place}: {method}: expected Trials, found {found}")
    channels = task.n_inputs, task.n_outputs, task.n_outputs
    arrays = []
    for name, value, n_channels in zip(Trials._fields, trials, channels, strict=True):
        array = real_array(f"{place}: {name}", value, np.float32, largest=LARGEST)
        shape = length or "T", n_trials, n_channels
        if not fits(array.shape, shape):
            raise InputError(f"{place}: {name}: {_misfit(array.shape, shape)}")
        # The other arrays have the length of the first one.
        length = len(array)
        # Compiled code is compiled once more for another layout, or for a read-only array.
        arrays.append(np.require(array, None, ["C", "W"]))
    mask = arrays[2]
    if mask.min() < 0:
        raise InputError(f"{place}: mask: expected numbers from 0, found {mask.min()}")
    weights = mask.max(axis=0).reshape(n_trials // batch, -1).max(axis=1)
    if weights.min() < SMALLEST:
        first = batch * int(weights.argmin())
        raise InputError(
            f"{place}: mask: expected a sample that counts (1) in each batch, found none in "
            f"trials {first} to {first + batch - 1}"
        )
    return Trials(*arrays)


def _misfit(found: tuple[int, ...], expected: tuple[int | str, ...]) -> str:
    """Say what shape was expected and found, and the order of the axes if that is wrong."""
    sizes = ", ".join(map(str, expected))
    said = f"expected shape ({', '.join(AXES)}) = ({sizes}), found {found}"
    for order in permutations(range(3)):
        if fits(found, tuple(expected[axis] for axis in order)):
            return f"{said}, which looks like ({', '.join(AXES[axis] for axis in order)})"
    if fits(found, ("T", *expected[1:])):
        return f"{said}: all trials have one length; pad them, with mask 0"
    return said


def _check_repeated(place: str, first: Trials, second: Trials) -> None:
    for name, one, other in zip(Trials._fields, first, second, strict=True):
        if not np.array_equal(one, other):
            raise InputError(
                f"{place}: {name}: expected the same numbers from the same generator, found "
                "others: draw all random numbers from rng, and keep no state in the task"
            )


def _global_states() -> tuple[Any, ...]:
    _, keys, *rest = tuple[Any, ...](np.random.get_state())
    return keys.tobytes(), *rest, random.getstate()
