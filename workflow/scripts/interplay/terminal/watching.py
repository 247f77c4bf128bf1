"""Run Snakemake, and show what it and its jobs say while they run."""

import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from interplay.left_behind import end, runs_job
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
    """by Ctrl-C, SIGTERM or SIGHUP"""


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
    # A handler of ours lets Snakemake receive the signal, even if our parent ignores it.
    with selectors.DefaultSelector() as selector, _stops() as stopped:
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
        for pipe in unfinished:
            selector.register(pipe, selectors.EVENT_READ)
        # A job that outlives a killed Snakemake keeps the pipe of the text open.
        while events in selector.get_map() or process.poll() is None:
            for key, _ in selector.select(INTERVAL):
                *lines, unfinished[key.fd] = _read(key.fd, unfinished[key.fd])
                if not lines and not unfinished[key.fd]:
                    selector.unregister(key.fd)
                    continue
                if key.fd == text:
                    shown = _texts(lines)
                else:
                    progress, shown = _follow(lines, progress)
                # The errors of jobs that are ended are in Snakemake's log.
                for each in shown if not stopped else ():
                    screen.text(each)
            if stopped and not told:
                told = True
                screen.text("Stopping. The same command resumes the run.")
                # The terminal sends Ctrl-C to Snakemake, too. After SIGTERM alone, Snakemake
                # would wait for its jobs.
                if stopped[0] != signal.SIGINT:
                    process.send_signal(signal.SIGINT)
            if stopped:
                _end_jobs(process)
            screen.progress(progress, time.monotonic() - start)
    os.set_blocking(text, False)
    for each in _texts(_read(text, unfinished[text])) if not stopped else ():
        screen.text(each)
    process.stdout.close()
    os.close(events)
    screen.close()
    status, seconds = process.wait(), time.monotonic() - start
    return Ended(status, progress, seconds, bool(stopped))


def _end_jobs(process: subprocess.Popen) -> None:
    """End the jobs of a Snakemake that is stopping, and which waits for them."""
    with suppress(psutil.NoSuchProcess):
        below = psutil.Process(process.pid).children(recursive=True)
        end([job for job in below if runs_job(job.cmdline())])


@contextmanager
def _stops() -> Iterator[list[int]]:
    """Yield a list that gets the signals that ask the run to stop."""
    received: list[int] = []
    # `nohup` ignores SIGHUP: the run is to outlive its terminal.
    ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    numbers = (signal.SIGINT, signal.SIGTERM, *([] if ignored else [signal.SIGHUP]))
    before = {
        number: signal.signal(number, lambda number, _: received.append(number))
        for number in numbers
    }
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


def _follow(lines: Sequence[bytes], progress: Progress) -> tuple[Progress, list[str]]:
    """Return the progress after some events, and the text in them."""
    events = list(map(json.loads, lines))
    for event in events:
        progress = after(progress, event)
    return progress, [event["text"] for event in events if event.get("text")]


def _texts(lines: Sequence[bytes]) -> list[str]:
    """Return the lines to be shown. Only the last state of a progress bar stays."""
    texts = (
        line.decode(errors="replace").rstrip("\r").rpartition("\r")[2] for line in lines
    )
    return [text for text in texts if text.strip() and not text.startswith(UNINTERESTING)]
