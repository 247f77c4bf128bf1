"""What went wrong with something that came from outside."""


class InputError(Exception):
    """Bad input: a file, a key or an option that is not what it must be.

    Its message is one line that names the thing, what was expected and what
    was found; whoever catches it prints that line and exits with status 1.
    """
