"""Check tasks in a process of its own: `python -m interplay.tasks.checking`.

The workflow asks before it plans its jobs. Making a task imports its file, which may need
large packages, write to the terminal or end the process.
"""

import contextlib
import json
import sys
from collections.abc import Mapping
from typing import Any

from interplay.storage.errors import InputError
from interplay.tasks import OptionError, UnknownTaskError, make_task


def problem_of(request: Mapping[str, Any]) -> dict[str, str]:
    """Make a task; return what keeps it from being made.

    Args:
        request: `name`, `dt` and `options` of the task.

    Returns:
        Nothing for a good task. `problem` in one line, and `key` if it is about the key
        `task` or one of `options`; `missing`, a package that is not installed here.
    """
    options = request["options"]
    if "dt" in options:
        return {
            "key": "options",
            "problem": "expected `dt` next to `options`, found it here",
        }
    try:
        make_task(request["name"], request["dt"], **options)
    except OptionError as error:
        return {"key": f"options/{error.option}", "problem": error.problem}
    except UnknownTaskError as error:
        return {"key": "task", "problem": error.problem}
    except InputError as error:
        missing = isinstance(error.__cause__, ModuleNotFoundError)
        about = {"missing": str(error.__cause__)} if missing else {}
        return {"problem": str(error), **about}
    return {}


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        answer = json.dumps([problem_of(request) for request in json.load(sys.stdin)])
    print(answer)
