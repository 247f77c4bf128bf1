"""Draw the next trials in a process of their own while a network trains, if that is slow."""

import multiprocessing
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from interplay.tasks.trials import Trials

SLOW = 0.1
"""CPU time of drawing, relative to that of training, from which trials are drawn ahead"""

Draw = Callable[[int], Trials]
"""draws the trials of a number, the same ones each time"""


def draw_ahead(draw: Draw, numbers: Sequence[int]) -> Iterator[Trials]:
    """Yield the trials of each number, the same ones wherever they are drawn.

    Args:
        draw: draws trials. It runs in a fork of this process if drawing is slow, and if this
            process has no other threads, which a fork would lose.
        numbers: arguments of `draw`, one after the other.
    """
    fork, slow = None, False
    try:
        for done, number in enumerate(numbers, start=1):
            trials = fork.trials() if fork else None
            begun = time.process_time()
            if trials is None:
                # If the fork failed, its error is raised here.
                fork, trials = None, draw(number)
            drawn = time.process_time()
            if slow and fork is None and done < len(numbers) and _may_fork():
                fork = Fork(draw, numbers[done:])
            yield trials
            trained = time.process_time() - drawn
            slow = slow or drawn - begun > SLOW * trained
    finally:
        if fork:
            fork.stop()


class Fork:
    """A process that draws the trials of some numbers, one after the other."""

    def __init__(self, draw: Draw, numbers: Sequence[int]):
        """Start to draw."""
        context = multiprocessing.get_context("fork")
        self._receiver, sender = context.Pipe(duplex=False)
        arguments = draw, numbers, self._receiver, sender
        self._process = context.Process(target=_send, args=arguments, daemon=True)
        with warnings.catch_warnings():
            # Python warns of threads of libraries, such as BLAS, which drawing does not use.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        sender.close()

    def trials(self) -> Trials | None:
        """Wait for the next trials and return them; None if the process failed, and ended."""
        with suppress(EOFError, OSError):
            return self._receiver.recv()
        self.stop()
        return None

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join()
        self._receiver.close()


def _send(
    draw: Draw, numbers: Sequence[int], receiver: Connection, sender: Connection
) -> None:
    # Without this end of the pipe, the process ends when the one that trains is killed.
    receiver.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(Exception):
        for number in numbers:
            sender.send(draw(number))


def _may_fork() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1
