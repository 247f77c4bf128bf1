"""The configuration: what is refused, and that one line says which key and why."""

import sys
from copy import deepcopy
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.configuration.check import check_configuration
from interplay.configuration.experiments import (
    experiments,
    has_all_of,
    in_order_of,
    sentiment_experiments,
)
from interplay.configuration.tasks import package_versions, task_problems, tasks_folder
from interplay.storage.errors import InputError
from interplay.tasks.checking import problem_of

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())

ABSENT = object()


def check_tasks(requests):
    """Make tasks in this process."""
    return [problem_of(request) for request in requests]


BAD = [
    ("nonlinear/N", 1, "nonlinear/N: 1 is less than the minimum of 2"),
    ("nonlinear/N", "many", "nonlinear/N: 'many' is not of type 'integer'"),
    (
        "nonlinear/N",
        ABSENT,
        "networks/flipflop: expected the key 'N', here or as a default",
    ),
    ("nonlinear/seeds", [], r"nonlinear/seeds: \[\] should be non-empty"),
    ("nonlinear/seeds", [1, 1], "nonlinear/seeds: .* non-unique elements"),
    ("nonlinear/seeds", [-1], "nonlinear/seeds/0: -1 is less than the minimum"),
    ("nonlinear/learning_rate", "1e-7", "learning_rate: .*write 1.0e-7"),
    ("nonlinear/networks/mante/g", [-0.3], "mante/g/0: -0.3 is less than the minimum"),
    ("nonlinear/networks/mante/g", [1e20], "mante/g/0: 1e[+]20 is greater than the max"),
    ("nonlinear/networks/mante/g", [float("inf")], "mante/g/0: expected a finite number"),
    ("nonlinear/networks/mante/g", [float("nan")], "mante/g/0: expected a finite number"),
    ("nonlinear/networks/mante/g", [0, 0.0], "mante/g: .* non-unique elements"),
    ("nonlinear/networks/mante/hold", "last_pulse", "mante: .*'hold' was unexpected"),
    ("nonlinear/networks/mante/task", "match", "mante/task: expected one of .*'match'"),
    ("nonlinear/networks/mante/options", {"x": 1}, "options/x: expected an option among"),
    (
        "nonlinear/networks/flipflop/options",
        {"hold": "last_puls"},
        "flipflop/options/hold: expected 'per_channel' or 'last_pulse', found 'last_puls'",
    ),
    (
        "nonlinear/networks/mante/options",
        {"fixation": "x"},
        "mante/options/fixation: expected a number, found 'x'",
    ),
    ("nonlinear/networks/mante/options", {"delay": "1e1"}, "text, write 1.0e[+]1"),
    ("nonlinear/networks/mante/options", {"dt": 1}, "options: expected `dt` next to"),
    (
        "nonlinear/networks/flipflop/options",
        {"gap": [1]},
        "flipflop/options/gap: expected a list of 2, found",
    ),
    ("nonlinear/networks/mante/optimiser", "sgd", "optimiser: 'sgd' is not one of"),
    ("nonlinear/networks/mante/trained", ["A"], "trained/0: 'A' is not one of"),
    ("nonlinear/networks/mante/like", "none", "mante/like: expected an entry, found"),
    ("nonlinear/networks/mante/like", "mante_stated", "like: 'mante.*' leads back"),
    ("nonlinear/networks/mante", None, "mante_stated/like: expected an entry, found 'm"),
    ("nonlinear/networks/a b", {"task": "mante"}, "networks: 'a b' does not match"),
    (
        "nonlinear/measurements/largest_rank",
        257,
        "largest_rank: expected at most N = 256",
    ),
    ("nonlinear/measurements/threshold", 1.5, "threshold: 1.5 is greater than or equal"),
    ("nonlinear/examples/seed", 7, r"examples/seed: expected one of .*, found 7"),
    ("nonlinear/examples/g", [0.0, 0.5], r"examples/g: expected one of .*, found 0.5"),
    ("nonlinear/examples/trial_g", 5.0, "examples/trial_g: expected one of"),
    ("nonlinear/examples/epochs/romo", 9000, "epochs/romo: expected at most the epochs"),
    ("readings/stated/mante", "none", "readings/stated/mante: expected one of .*'none'"),
    ("readings/stated/mante", "romo", "readings/stated/mante: expected a task mante"),
    ("readings/stated/lstm", "mante", "readings/stated/lstm: expected one of lstm"),
    ("readings/stated/mante", ABSENT, "readings/stated: 'mante' is a required property"),
    ("readings", {}, "readings: .* should be non-empty|readings: .* enough properties"),
    ("readings/stated", ABSENT, "readings: .* does not have enough properties"),
    ("readings/own", CONFIG["readings"]["stated"], "readings: .* too many properties"),
    ("supplement/rate", ["mante"], "supplement: .*'rate' was unexpected"),
    ("supplement/spectra/g", [0.05], "spectra/g: expected one of .* found 0.05"),
    ("supplement/directions/g", [0.05], "directions/g: expected one of .* found 0.05"),
    ("supplement/directions/gains", [0], "directions/gains/0: 0 is less than or equal"),
    ("supplement/spectra/seed", 9, "spectra/seed: expected one of .* found 9"),
    ("supplement/transitions/seeds", [9], "transitions/seeds: expected some of .*9"),
    ("supplement", ABSENT, "top level: 'supplement' is a dependency of 'readings'"),
    ("linear", ABSENT, "top level: 'linear' is a dependency of 'readings'"),
    ("linear/g", [1.0], "linear/g/0: 1.0 is greater than or equal to the maximum of 1"),
    ("linear/examples/g", [0.05], "linear/examples/g: expected one of .*, found 0.05"),
    ("linear/examples/seed", 9, "linear/examples/seed: expected one of .*, found 9"),
    ("linear/examples/zhat", [0.5, 3.0], "examples/zhat: expected one of .*, found 3.0"),
    ("linear/targets/1/zhat", 0.5, "linear/targets: expected each zhat once, found 0.5"),
    ("linear/trial/duration", 1.5, "trial/duration: expected at least onset .* = 2"),
    ("linear/trial/window", 0.2, "trial/window: expected at least dt = 0.5, found 0.2"),
    ("linear/g", [0.6], "linear/g: expected 0, the unit of Fig. 4, in it, found .0.6"),
    ("linear/cosine/networks/1/g", 0, "cosine/networks: expected each g once, found 0"),
    ("linear/cosine/trial/scored", 21, "scored: expected at most the duration, 20"),
    ("linear/cosine/trial/scored", 0.05, "scored: expected at least dt = 0.1"),
    ("linear/divergence/targets/0/zhat", 4, "targets: expected each zhat once, found 4"),
    ("linear/divergence/trial/window", 300, "divergence/trial/duration: expected at"),
    ("sentiment/dropout", 1.0, "sentiment/dropout: 1.0 is greater than or equal"),
    ("sentiment/vectors/sha256", "5c61", "vectors/sha256: '5c61' does not match"),
    ("nonlinear/N", 64.5, "nonlinear/N: 64.5 is not of type 'integer'$"),
    ("nonlinear/N", "64", "nonlinear/N: .*write 64$"),
    ("nonlinear/networks/mante/epochs", "1e3", "mante/epochs: .*as text, write 1000$"),
    ("nonlinear/seeds", [1, 1.0], "nonlinear/seeds: .* non-unique elements"),
    ("nonlinear/seeds", [2.0**53], "nonlinear/seeds/0: .*write 9007199254740992$"),
    ("nonlinear/seeds", [2**63], "nonlinear/seeds/0: .* greater than the maximum"),
    ("nonlinear/networks/mante/task", False, "mante/task: .*yes, no, on and off"),
    ("nonlinear/networks/mante/epochs", None, "epochs: None is not of type 'integer'"),
    ("nonlinear/networks/mante/amsgrad", "yes", "mante: .*'amsgrad' was unexpected"),
    ("pathvars/results", None, "pathvars/results: None is not of type 'string'"),
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
    check_configuration(CONFIG, SCHEMA, check_tasks)


def keys(schema, place=()):
    """Yield the path and the schema of every key; of a `$ref`, with what it refers to."""
    for key, value in schema.get("properties", {}).items():
        resolved = resolve(value)
        yield (*place, key), resolved
        yield from keys(resolved, (*place, key))
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            yield from keys(resolve(schema[inner]), (*place, "*"))


def resolve(schema):
    if "$ref" not in schema:
        return schema
    definition = SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return resolve(definition) | {k: v for k, v in schema.items() if k != "$ref"}


def test_the_schema_describes_every_key():
    described = {"/".join(place): key.get("description") for place, key in keys(SCHEMA)}
    for place in ("nonlinear/networks/*/g", "linear/targets/*/zhat", "sentiment/N"):
        assert place in described
    assert [place for place, text in described.items() if not text] == []


@pytest.mark.parametrize(("key", "value", "message"), BAD)
def test_a_bad_value_is_refused_in_one_line(key, value, message):
    with pytest.raises(InputError, match=rf"^config: .*{message}") as refusal:
        check_configuration(changed(key, value), SCHEMA, check_tasks)
    assert "\n" not in str(refusal.value)


def mappings(config, path=()):
    """Yield the path of every mapping in a configuration."""
    yield path
    for key, value in config.items():
        # Names of experiments, families, readings and options are free.
        free = key in ("networks", "readings", "options", "families")
        if isinstance(value, dict) and not free:
            yield from mappings(value, (*path, key))


@settings(deadline=None)
@given(place=st.sampled_from(list(mappings(CONFIG))), value=st.integers() | st.none())
def test_an_unknown_key_is_refused_wherever_it_stands(place, value):
    config = changed("/".join((*place, "sead")), value)
    with pytest.raises(InputError, match="'sead' was unexpected") as refusal:
        check_configuration(config, SCHEMA, check_tasks)
    assert str(refusal.value).startswith(f"config: {'/'.join(place) or 'top level'}: ")


def test_an_entry_overrides_what_it_is_like_and_that_the_defaults():
    nonlinear = {
        **CONFIG["nonlinear"],
        "networks": {
            "base": {"task": "mante", "epochs": 9, "g": [0], "N": 32},
            "fast": {"like": "base", "learning_rate": 0.5, "adam": {"eps": 1e-6}},
            "faster": {"like": "fast", "seeds": [7], "g": [0.9]},
            "gone": None,
        },
        "families": {},
    }
    found = experiments(nonlinear)
    assert list(found) == ["base", "fast", "faster"]
    faster = found["faster"]
    assert (faster.task, faster.g, faster.seeds) == ("mante", (0.9,), (7,))
    expected = {"N": 32, "epochs": 9, "learning_rate": 0.5, "eps": 1e-6, "batch": 32}
    assert expected.items() <= faster.training.items()
    assert found["base"].training["eps"] == 1e-8


def test_a_full_run_may_have_more_experiments_and_no_other():
    more = deepcopy(CONFIG)
    more["nonlinear"]["networks"]["romo_N2048"] = {"like": "romo", "N": 2048}
    assert has_all_of(more, CONFIG)
    assert has_all_of(
        changed("nonlinear/families/scaling/N", [64, 128, 512, 1024]), CONFIG
    )
    for key, value in (
        ("nonlinear/networks/romo_stated", None),
        ("nonlinear/networks/romo/N", 500),
        ("nonlinear/families/scaling/N", [64, 128, 256]),
        ("nonlinear/families/training/variants/W/epochs", 3),
        ("nonlinear/families/rate/existing", ["mante_stated"]),
        ("nonlinear/measurements/test_trials", 1),
        ("nonlinear/measurements/rank_trials", 1),
        ("compression/rank", 3),
    ):
        assert not has_all_of(changed(key, value), CONFIG), key


def test_a_default_that_is_written_down_changes_no_parameter():
    written = deepcopy(CONFIG["nonlinear"])
    written["networks"]["mante"] |= {"adam": {"eps": 1e-8}, "trained": ["W", "B", "C"]}
    before = experiments(CONFIG["nonlinear"])["mante"].parameters
    assert experiments(written)["mante"].parameters == before


def test_the_experiments_of_lstms():
    found = sentiment_experiments(CONFIG["sentiment"])
    assert found["lstm_stated"].parameters["learning_rate"] == 0.01
    assert found["lstm"].parameters["N"] == CONFIG["sentiment"]["N"]


def test_tasks_are_made_in_another_process(monkeypatch):
    wrong = {"name": "flipflop", "dt": 0.5, "options": {"hold": "perchannel"}}
    found = task_problems(
        [wrong, {"name": "match", "dt": 0.5, "options": {}}], sys.executable
    )
    assert [one["key"] for one in found] == ["options/hold", "task"]
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(InputError, match="tasks flipflop: expected them to be imported"):
        task_problems([wrong], sys.executable)


def test_versions_of_packages_that_the_lock_does_not_pin(tmp_path):
    lock = tmp_path / "lock.txt"
    lock.write_text("numpy==2.4.6\npyyaml==6.0\n")
    modules = ["numpy", "yaml", "json", "jsonschema", "own_module"]
    found = package_versions(modules, lock)
    assert found == {"jsonschema": version("jsonschema"), "own_module": "unknown"}
    unknown = {"jsonschema": "unknown", "own_module": "unknown", "yaml": "unknown"}
    assert package_versions(modules, lock, elsewhere=True) == unknown


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (["romo.py"], "romo.py: expected a name that no module of interplay.tasks has"),
        (["options.py"], "options.py: expected a name that no module"),
        (None, "config: tasks: .*: expected a folder, found nothing"),
    ],
)
def test_a_folder_of_tasks_that_cannot_be_used(tmp_path, files, problem):
    folder = tmp_path / "own"
    for name in files or ():
        folder.mkdir(exist_ok=True)
        (folder / name).touch()
    with pytest.raises(InputError, match=problem):
        tasks_folder({"tasks": str(folder)}, ROOT / "workflow/scripts/interplay/tasks")


def test_whole_floats_are_integers_wherever_integers_are_expected():
    def floats(node):
        if isinstance(node, dict):
            # The task says what its options are, and not the schema.
            return {
                key: value if key == "options" else floats(value)
                for key, value in node.items()
            }
        if isinstance(node, list):
            return [floats(value) for value in node]
        return float(node) if type(node) is int else node

    config = floats(CONFIG)
    check_configuration(config, SCHEMA, check_tasks)
    found, expected = (experiments(one["nonlinear"]) for one in (config, CONFIG))
    assert list(found) == list(expected)
    for name, one in found.items():
        assert repr(one.seeds) == repr(expected[name].seeds)
        of_integers = {key: one.training[key] for key in ("N", "epochs", "batch")}
        assert {type(value) for value in of_integers.values()} == {int}


def test_the_order_of_readings_is_that_of_the_first_file():
    merged = {"stated": 1, "own": 2, "identified": 3}
    ordered = in_order_of(merged, ["identified", "stated", "absent"])
    assert list(ordered.items()) == [("identified", 3), ("stated", 1), ("own", 2)]
