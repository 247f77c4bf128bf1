"""Run Snakemake, and show what it and its jobs say while they run."""

import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from interplay.terminal.progress import Progress, after
from interplay.terminal.screen import Screen

INTERVAL = 0.5
"""seconds between two looks at the clock"""

UNINTERESTING = ("Using workflow specific profile ", "Using profile ")
"""beginnings of lines that Snakemake prints past its own logger"""


@dataclass(frozen=True)
class Ended:
    """A run of Snakemake that has ended."""

    status: int
    progress: Progress
    seconds: float
    stopped: bool
    """by Ctrl-C or SIGTERM"""


def watch(
    command: Callable[[int], Sequence[str]],
    folder: Path,
    environment: Mapping[str, str],
    screen: Screen,
) -> Ended:
    """Run Snakemake with our logger plugin, and show its progress until it ends.

    Jobs inherit a pipe instead of the terminal, so whatever they print is shown above the
    moving line.

    Args:
        command: returns the command line for the file descriptor of the events.
        folder: where it runs.
        environment: of Snakemake.
        screen: shows progress and text.
    """
    start, progress, told = time.monotonic(), Progress(), False
    events, events_of_snakemake = os.pipe()
    process = subprocess.Popen(
        command(events_of_snakemake),
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=[events_of_snakemake],
    )
    os.close(events_of_snakemake)
    assert process.stdout is not None
    text = process.stdout.fileno()
    unfinished = {events: b"", text: b""}
    with selectors.DefaultSelector() as selector, _stops(process) as stopped:
        for pipe in unfinished:
            selector.register(pipe, selectors.EVENT_READ)
        # A job that outlives a killed Snakemake keeps the pipe of the text open.
        while events in selector.get_map() or process.poll() is None:
            for key, _ in selector.select(INTERVAL):
                *lines, unfinished[key.fd] = _read(key.fd, unfinished[key.fd])
                if not lines and not unfinished[key.fd]:
                    selector.unregister(key.fd)
                elif key.fd == text:
                    _show(lines, screen)
                else:
                    progress = _follow(lines, progress, screen)
            if stopped and not told:
                told = True
                screen.text("Stopping. The same command resumes the run.")
            screen.progress(progress, time.monotonic() - start)
    os.set_blocking(text, False)
    _show(_read(text, unfinished[text]), screen)
    process.stdout.close()
    os.close(events)
    screen.close()
    status, seconds = process.wait(), time.monotonic() - start
    return Ended(status, progress, seconds, bool(stopped))


@contextmanager
def _stops(process: subprocess.Popen) -> Iterator[list[int]]:
    """Yield a list that gets the signals that ask the run to stop."""
    received: list[int] = []

    def stop(number: int, _) -> None:
        received.append(number)
        # The terminal sends Ctrl-C to Snakemake, too. Other senders know only this process.
        if number == signal.SIGTERM:
            process.terminate()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _read(pipe: int, begun: bytes) -> list[bytes]:
    """Return the lines that a pipe holds; the last one is unfinished or empty."""
    try:
        chunk = os.read(pipe, 1 << 16)
    except BlockingIOError:
        chunk = b""
    if not chunk and begun:
        return [begun, b""]
    return (begun + chunk).split(b"\n")


def _follow(lines: Sequence[bytes], progress: Progress, screen: Screen) -> Progress:
    """Return the progress after some events; show the text in them."""
    for line in lines:
        event = json.loads(line)
        progress = after(progress, event)
        if event.get("text"):
            screen.text(event["text"])
    return progress


def _show(lines: Sequence[bytes], screen: Screen) -> None:
    for line in lines:
        # A progress bar overwrites itself; its last state is the text that stays.
        text = line.decode(errors="replace").rstrip("\r").rpartition("\r")[2]
        if text.strip() and not text.startswith(UNINTERESTING):
            screen.text(text)
