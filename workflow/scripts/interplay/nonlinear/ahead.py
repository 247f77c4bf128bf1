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
    ahead, slow = None, False
    try:
        for number, following in zip(numbers, [*numbers[1:], None], strict=False):
            trials = ahead.trials() if ahead else None
            ahead = None
            begun = time.process_time()
            if trials is None:
                # If the fork failed, its error is raised here.
                trials = draw(number)
            drawn = time.process_time()
            if slow and following is not None and _may_fork():
                ahead = Fork(draw, following)
            yield trials
            trained = time.process_time() - drawn
            slow = slow or drawn - begun > SLOW * trained
    finally:
        if ahead:
            ahead.stop()


class Fork:
    """A process that draws the trials of one number."""

    def __init__(self, draw: Draw, number: int):
        """Start to draw."""
        context = multiprocessing.get_context("fork")
        self._receiver, sender = context.Pipe(duplex=False)
        arguments = draw, number, self._receiver, sender
        self._process = context.Process(target=_send, args=arguments, daemon=True)
        with warnings.catch_warnings():
            # Python warns of threads of libraries, such as BLAS, which drawing does not use.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        sender.close()

    def trials(self) -> Trials | None:
        """Wait for the trials and return them; None if the process failed."""
        trials = None
        with suppress(EOFError, OSError):
            trials = self._receiver.recv()
        self.stop()
        return trials

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join()
        self._receiver.close()


def _send(draw: Draw, number: int, receiver: Connection, sender: Connection) -> None:
    # Without this end of the pipe, the process ends when the one that trains is killed.
    receiver.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(Exception):
        sender.send(draw(number))


def _may_fork() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1
