"""Trials that another process draws ahead: the same ones, whatever happens to the process."""

import subprocess
import sys

import pytest

BEFORE = """
import multiprocessing, os, threading, time
import numpy as np
from interplay import Trials
from interplay.nonlinear import ahead, training
from interplay.nonlinear.run import Run, initial_state
from interplay.runs.records import Stopwatch
from interplay.tasks import make_task

parent = os.getpid()

def draw(number):
    begun = time.process_time()
    while time.process_time() < begun + 0.02:
        pass
    forked = os.getpid() != parent
    return Trials(number, forked, np.random.default_rng(number).random(5))

def drawn(draw, numbers=range(6)):
    trials = list(ahead.draw_ahead(draw, numbers))
    assert [one.inputs for one in trials] == list(numbers)
    for one in trials:
        assert np.array_equal(one.mask, draw(one.inputs).mask)
    assert not multiprocessing.active_children()
    return [one.targets for one in trials]
"""
CASES = {
    # Two draws show that drawing is slow.
    "the next trials are drawn in a fork": """
assert drawn(draw) == [False, False, True, True, True, True]
assert drawn(draw, [3]) == [False] and drawn(draw, []) == []
""",
    "this process draws if drawing is fast": """
ahead.SLOW = float("inf")
assert not any(drawn(draw))
""",
    "this process draws what a fork cannot": """
def fails(number):
    assert number != 3 or os.getpid() == parent
    if number == 4 and os.getpid() != parent:
        os.kill(os.getpid(), 9)
    return draw(number)

assert drawn(fails) == [False, False, True, False, False, True]
""",
    "a process with threads is not forked": """
end = threading.Event()
thread = threading.Thread(target=end.wait)
thread.start()
assert not any(drawn(draw))
end.set()
thread.join()
""",
    "the fork ends with its reader": """
trials = ahead.draw_ahead(draw, range(6))
for _ in range(3):
    next(trials)
assert len(multiprocessing.active_children()) == 1
trials.close()
assert not multiprocessing.active_children()
""",
    "the time of a fork counts": """
watch, own = Stopwatch.start(), time.process_time()
assert any(drawn(draw))
assert watch.read()["cpu_seconds"] > time.process_time() - own + 3 * 0.02
""",
    "training gives the same bits": """
task = make_task("mante", 0.5)
run = Run("mante", 0.9, 0, n=16, epochs=230, batch=4, learning_rate=1e-3)
weights, forks = [], []

class Counted(ahead.Fork):
    def __init__(self, draw, numbers):
        forks.append(list(numbers))
        super().__init__(draw, numbers)

ahead.Fork = Counted
for ahead.SLOW in (float("inf"), 0.0):
    assert not forks
    state = training.train(run, task, initial_state(run, task))
    weights.append(state.weights | {"losses": np.array(state.losses)})
assert forks == [[2, 3, 4]]
assert all(np.array_equal(weights[0][name], weights[1][name]) for name in weights[0])
""",
}


@pytest.mark.skipif(sys.platform != "linux", reason="it forks on Linux only")
@pytest.mark.parametrize("case", CASES)
def test(case):
    # In a process without the threads of pytest-xdist.
    script = [sys.executable, "-W", "error", "-c", BEFORE + CASES[case]]
    ended = subprocess.run(script, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
