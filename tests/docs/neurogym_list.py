"""Print the list of neurogym's environments in docs/neurogym.md: accepted or refused.

    .venv/bin/python -m tests.docs.neurogym_list

It makes the task of each environment that neurogym registers, with the first options that fit.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from neurogym.envs.registration import (  # pyright: ignore[reportMissingImports]
    ALL_COLLECTIONS_ENVS,
    ALL_NATIVE_ENVS,
)

from interplay.storage.errors import InputError
from interplay.tasks import make_task

DECISION: dict[str, Any] = {"timing": {"decision": 500}}
ATTEMPTS: list[dict[str, Any]] = [
    {}, DECISION, {"longest": 5000}, DECISION | {"longest": 5000},
    {"grace": 0}, {"grace": 0, "longest": 5000},
]  # fmt: skip
REQUIRED = {"AnnubesEnv": {"options": {"session": {"v": 1, "a": 1}, "catch_prob": 0.5}}}
"""arguments without which an environment cannot be made"""


def rows() -> Iterator[tuple[str, ...]]:
    """Yield environment, inputs, outputs, options or reason, of each environment."""
    for name in [*sorted(ALL_NATIVE_ENVS), *ALL_COLLECTIONS_ENVS]:
        env = name.removesuffix("-v0")
        reason = ""
        for options in ATTEMPTS:
            given = REQUIRED.get(env, {}) | options
            try:
                task: Any = make_task("neurogym", 0.5, env=env, **given)
            except InputError as error:
                reason = str(error).rpartition("found ")[2]
                continue
            yield f"`{env}`", str(task.n_inputs), str(task.n_outputs), _yaml(given)
            break
        else:
            yield f"`{env}`", "", "", f"**refused**: {reason}"


def _yaml(options: Mapping[str, Any]) -> str:
    """Return options as flow mappings of YAML."""

    def text(value: Any) -> str:
        if isinstance(value, Mapping):
            inside = ", ".join(f"{key}: {text(one)}" for key, one in value.items())
            return f"{{ {inside} }}"
        return str(value)

    return f"`{text(options)[2:-2]}`" if options else ""


def page() -> str:
    """Return the list as a table of Markdown."""
    header = (
        "environment",
        "inputs",
        "outputs",
        "options that it needs, or why it is refused",
    )
    lines = [header, ("---",) * 4, *rows()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    print(page(), end="")
