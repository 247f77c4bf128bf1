"""Two ways to show a run: a line that moves, or plain lines for pipes, logs and CI."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TextIO

from interplay.terminal.progress import Outlook, Progress, moving_line, plain_line

STEP = 5
"""percent between two plain lines"""

Foresee = Callable[[Progress], Outlook]
"""returns the outlook of a run"""


def nothing(_: Progress) -> Outlook:
    """Foresee nothing."""
    return Outlook()


BACK = "\r\x1b[K"
"""to the beginning of the line, and clear it"""


def write(text: str, stream: TextIO) -> None:
    """Write to a stream at once; a reader that is gone does not matter: `head`, a terminal."""
    with suppress(OSError):
        stream.write(text)
        stream.flush()


class MovingLine:
    """Redraw one line, the progress of a run; text that stays goes above it."""

    def __init__(self, stream: TextIO, foresee: Foresee = nothing):
        """Draw on a terminal; `foresee` returns the outlook of the run."""
        self._stream, self._foresee = stream, foresee
        self._line = ""
        self._ascii = "utf" not in (stream.encoding or "").lower()

    def text(self, text: str) -> None:
        """Show text above the line."""
        self._write(f"{BACK}{text}\n{self._line}")

    def progress(self, progress: Progress, seconds: float) -> None:
        """Draw the line if it has changed; `seconds` have passed since the run's start."""
        width = shutil.get_terminal_size().columns
        outlook = self._foresee(progress)
        line = moving_line(progress, seconds, width, self._ascii, outlook)
        if line != self._line:
            self._line = line
            self._write(f"{BACK}{line}")

    def close(self) -> None:
        """Remove the line."""
        self._line = ""
        self._write(BACK)

    def _write(self, text: str) -> None:
        write(text, self._stream)


class PlainLines:
    """Write a line whenever another few percent of the jobs are done."""

    def __init__(self, stream: TextIO, foresee: Foresee = nothing):
        """Write to any stream; `foresee` returns the outlook of the run."""
        self._stream, self._foresee = stream, foresee
        self._written = -1

    def text(self, text: str) -> None:
        """Write text."""
        write(f"{text}\n", self._stream)

    def progress(self, progress: Progress, seconds: float) -> None:
        """Write a line if the jobs that are done have passed the next step.

        Args:
            progress: of the run.
            seconds: since its start.
        """
        step = progress.percent // STEP
        if progress.total and step > self._written:
            self._written = step
            self.text(plain_line(progress, seconds, self._foresee(progress)))

    def close(self) -> None:
        """Do nothing: every line is whole."""


Screen = MovingLine | PlainLines


def screen_for(
    stream: TextIO,
    others: tuple[TextIO, ...],
    environment: Mapping,
    foresee: Foresee = nothing,
) -> Screen:
    """Return a moving line for a person at a terminal, and plain lines for the rest.

    Args:
        stream: on which it is drawn.
        others: streams that have to be terminals, too.
        environment: NO_COLOR, CI and TERM=dumb ask for plain lines.
        foresee: returns the outlook of the run.
    """
    wants_plain = (
        environment.get("NO_COLOR")
        or environment.get("CI")
        or environment.get("TERM") == "dumb"
    )
    if wants_plain or not all(each.isatty() for each in (stream, *others)):
        return PlainLines(stream, foresee)
    return MovingLine(stream, foresee)
