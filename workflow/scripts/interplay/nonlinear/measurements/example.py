"""One trial of a trained network (Fig. 1 a-c, and the overview of an experiment)."""

from functools import partial

import numpy as np
import pandas as pd

from interplay.nonlinear.engine import Engine
from interplay.nonlinear.trained import TrainedNetwork
from interplay.tasks.drawing import draw_example
from interplay.tasks.trials import Example


def example_trial(trained: TrainedNetwork) -> pd.DataFrame:
    """Run a trained network on the example trial of its own random stream (Fig. 1 a-c)."""
    return trial_of(trained, example_of(trained))


def example_of(trained: TrainedNetwork) -> Example:
    """Draw the example trial of a network's task from the network's own random stream.

    Raises:
        InputError: the task's example is not what `Example` says.
    """
    streams = partial(trained.run.stream, "example trial")
    return draw_example(trained.task, trained.run.task_name, streams)


def trial_of(trained: TrainedNetwork, example: Example) -> pd.DataFrame:
    """Run a trained network on a trial.

    Args:
        trained: the network.
        example: of its task.

    Returns:
        A row per sample and channel: time (in membrane time constants), channel, kind
        (input, output, target), value, mask. Rows of the kind "phase" give the times at
        which a phase begins.
    """
    inputs, targets, mask = example.trials
    engine = Engine.for_batch(trained.network, example.trials, trained.task.dt)
    outputs = engine.simulate(trained.network, inputs)

    time = trained.task.dt * np.arange(len(inputs))
    parts = []
    for kind, values in {"input": inputs, "output": outputs, "target": targets}.items():
        for channel in range(values.shape[2]):
            counted = mask[:, 0, channel] if kind == "target" else np.ones(len(time))
            parts.append(
                pd.DataFrame(
                    {
                        "time": time,
                        "channel": channel,
                        "kind": kind,
                        "value": values[:, 0, channel].astype(np.float64),
                        "mask": counted.astype(bool),
                    }
                )
            )
    phases = {"time": example.phases, "channel": 0, "kind": "phase"}
    parts.append(pd.DataFrame({**phases, "value": 0.0, "mask": False}))
    return pd.concat(parts, ignore_index=True)
