"""The configuration: what is refused, and that one line says which key and why."""

from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from interplay.configuration.check import check_configuration
from interplay.storage.errors import InputError

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())

ABSENT = object()

BAD = [
    ("nonlinear/N", 1, "nonlinear/N: 1 is less than the minimum of 2"),
    ("nonlinear/N", "many", "nonlinear/N: 'many' is not of type 'integer'"),
    ("nonlinear/N", ABSENT, "nonlinear: 'N' is a required property"),
    ("nonlinear/seeds", [], r"nonlinear/seeds: \[\] should be non-empty"),
    ("nonlinear/seeds", [1, 1], "nonlinear/seeds: .* non-unique elements"),
    ("nonlinear/seeds", [-1], "nonlinear/seeds/0: -1 is less than the minimum"),
    ("nonlinear/networks/mante/g", [-0.3], "mante/g/0: -0.3 is less than the minimum"),
    ("nonlinear/networks/mante/g", [0, 0.0], "mante/g: .* non-unique elements"),
    ("nonlinear/networks/mante/hold", "last_pulse", "mante: .*'hold' was unexpected"),
    ("nonlinear/networks/flipflop/hold", "none", "flipflop/hold: 'none' is not one of"),
    ("nonlinear/analysis/largest_rank", 257, "largest_rank: expected at most N = 256"),
    ("nonlinear/analysis/threshold", 1.5, "threshold: 1.5 is greater than or equal"),
    ("nonlinear/examples/seed", 7, r"examples/seed: expected one of .*, found 7"),
    ("nonlinear/examples/g", [0.0, 0.5], r"examples/g: expected one of .*, found 0.5"),
    ("nonlinear/examples/trial_g", 5.0, "examples/trial_g: expected one of"),
    ("linear/g", [1.0], "linear/g/0: 1.0 is greater than or equal to the maximum of 1"),
    ("linear/examples/g", [0.05], "linear/examples/g: expected one of .*, found 0.05"),
    ("linear/examples/seed", 9, "linear/examples/seed: expected one of .*, found 9"),
    ("linear/examples/zhat", [0.5, 3.0], "examples/zhat: expected one of .*, found 3.0"),
    ("linear/targets/1/zhat", 0.5, "linear/targets: expected each zhat once, found 0.5"),
    ("linear/trial/duration", 1.5, "trial/duration: expected at least onset .* = 2"),
    ("sentiment/dropout", 1.0, "sentiment/dropout: 1.0 is greater than or equal"),
    ("sentiment/vectors/sha256", "5c61", "vectors/sha256: '5c61' does not match"),
    ("pathvars/results", "<x>", "pathvars/results: '<x>' does not match"),
    ("compression/rank", 257, "compression/rank: expected at most N = 256, found 257"),
    ("nonlinear", None, "nonlinear: None is not of type 'object'"),
]


def changed(key, value):
    """Return the configuration with one key, named by its path, set or taken out."""
    config = deepcopy(CONFIG)
    *path, last = [int(part) if part.isdigit() else part for part in key.split("/")]
    place = config
    for part in path:
        place = place[part]
    if value is ABSENT:
        del place[last]
    else:
        place[last] = value
    return config


def test_the_configurations_of_the_project_are_fine():
    check_configuration(CONFIG, SCHEMA)


@pytest.mark.parametrize(("key", "value", "message"), BAD)
def test_a_bad_value_is_refused_in_one_line(key, value, message):
    with pytest.raises(InputError, match=rf"^config: .*{message}") as refusal:
        check_configuration(changed(key, value), SCHEMA)
    assert "\n" not in str(refusal.value)


def mappings(config, path=()):
    """Yield the path of every mapping in a configuration."""
    yield path
    for key, value in config.items():
        if isinstance(value, dict):
            yield from mappings(value, (*path, key))


@given(place=st.sampled_from(list(mappings(CONFIG))), value=st.integers() | st.none())
def test_an_unknown_key_is_refused_wherever_it_stands(place, value):
    config = changed("/".join((*place, "sead")), value)
    with pytest.raises(InputError, match="'sead' was unexpected") as refusal:
        check_configuration(config, SCHEMA)
    assert str(refusal.value).startswith(f"config: {'/'.join(place) or 'top level'}: ")
