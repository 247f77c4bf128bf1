"""The error for bad input."""


class InputError(ValueError):
    """Bad input: a file, a key or an option is not what it must be.

    The message is one line: file or key, problem, expected, found. Whoever catches it
    prints that line and exits with status 1.
    """
