"""Families: one entry makes exactly the experiments that it stands for."""

import re
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from interplay.configuration.check import check_configuration
from interplay.configuration.experiments import (
    PAPER_TASKS,
    compared_experiments,
    experiments,
    named_experiments,
    sentiment_experiments,
)
from interplay.configuration.families import expanded
from interplay.configuration.files import merged, read_yaml
from interplay.provenance.settings import experiment_settings, key_that_sets
from interplay.storage.errors import InputError
from interplay.tasks.checking import problem_of

ROOT = Path(__file__).parents[2]
CONFIG, PREVIEW = (read_yaml(ROOT / name) for name in ("config.yaml", "preview.yaml"))
SCHEMA = read_yaml(ROOT / "workflow/schemas/config.schema.yaml")


def check_tasks(requests):
    """Make tasks in this process; take those of other names than the paper's for fine."""
    return [problem_of(one) if one["name"] in PAPER_TASKS else {} for one in requests]


WRITTEN = read_yaml(Path(__file__).with_name("members.yaml"))


def written_out(files, name):
    """Return a configuration whose families are written as entries, and what it compares."""
    nonlinear = merged(files)["nonlinear"]
    networks = nonlinear["networks"] | WRITTEN[name]["networks"]
    entries = nonlinear | {"networks": networks, "families": {}}
    return experiments(entries), WRITTEN[name]["compared"]


@pytest.mark.parametrize("files", [[CONFIG], [CONFIG, PREVIEW]], ids=["full", "preview"])
def test_the_families_make_the_experiments_that_were_entries(files):
    nonlinear = merged(files)["nonlinear"]
    entries, compared = written_out(files, list(WRITTEN)[len(files) - 1])
    assert experiments(nonlinear) == entries
    assert compared_experiments(nonlinear) == compared
    assert list(compared_experiments(nonlinear)) == list(compared)


def changed(path, value):
    """Return the configuration with one key, named by its path, set."""
    config = deepcopy(CONFIG)
    *parents, last = path.split("/")
    place = config
    for part in parents:
        place = place[part]
    place[last] = value
    return config


FAMILIES = "nonlinear/families"
OWN = {"of": ["mante"], "N": [32, 64]}

BAD = [
    ("own", OWN | {"of": ["none"]}, "own/of: expected an entry, found 'none'"),
    ("own", OWN | {"of": []}, r"own/of: \[\] should be non-empty"),
    (
        "own",
        OWN | {"of": {"mante": None}},
        "own/of: expected at least one that is not nu",
    ),
    ("own", OWN | {"N": []}, r"own/N: \[\] should be non-empty"),
    ("own", OWN | {"N": [32, 32]}, "own/N: .* non-unique elements"),
    ("own", OWN | {"N": 32}, "own/N: 32 is not of type 'array', 'object'"),
    ("own", OWN | {"N": [1]}, "own/N: 1 is less than the minimum of 2"),
    ("own", OWN | {"sead": 3}, "own/sead: 3 is not of type"),
    ("own", OWN | {"seed": [3]}, "own: expected one key that varies, .*N and seed"),
    ("own", {"of": ["mante"], "sead": [3]}, "own/top level: .*'sead' was unexpected"),
    (
        "own",
        {"of": ["mante"]},
        "own: expected one key that varies, or variants, found no",
    ),
    (
        "own",
        {"of": ["mante"], "variants": {"x": None}},
        "own/variants: expected at least",
    ),
    ("own", {"N": [32]}, "own: 'of' is a required property"),
    ("own", OWN | {"with": {"sead": 3}}, "own/with: .*'sead' was unexpected"),
    (
        "own",
        OWN | {"with": {"like": "romo"}},
        "own/with/like: expected none, since membe",
    ),
    (
        "own",
        OWN | {"name": "{of}_{x}"},
        "own/name: expected a pattern of {of}, {variant}",
    ),
    ("own", OWN | {"name": "{of"}, "own/name: expected a pattern of .*, found '{of'"),
    ("own", OWN | {"name": "same"}, "own/name: expected names that differ, found 'same'"),
    ("own", OWN | {"name": "{of}/{N}"}, "own/name: 'mante/32' does not match"),
    ("own", OWN, "own/name: expected names that differ, found 'mante_N64' again"),
    (
        "own",
        OWN | {"N": [9], "existing": ["none"]},
        "own/existing: expected an entry, found 'none'",
    ),
    (
        "own",
        {"of": ["romo"], "N": [32], "existing": ["mante"]},
        "own/existing: expected experiments that are trained as a member, found 'mante'",
    ),
    (
        "own",
        {"of": ["mante_N256"], "epochs": [3]},
        "own/of: expected an entry, found 'mante_N256'",
    ),
    (
        "own",
        {"of": ["mante"], "options": {"fixation": [1, 2], "delay": [1]}},
        "own/options: .* has too many properties|own/options: .*too many",
    ),
    (
        "own",
        {"of": ["mante"], "options": {"fixation": ["x"]}},
        "own/options/fixation: expected a number, found 'x'",
    ),
    ("rate", None, "families/rate: expected the family that a figure compares, found no"),
    ("rate", {"of": ["own"], "N": [32]}, "rate: expected tasks of flip.*, found 'own'"),
    (
        "flipflops",
        OWN | {"N": [32]},
        "flipflops: expected tasks of flipflop, found 'mante'",
    ),
]


@pytest.mark.parametrize(("family", "content", "message"), BAD)
def test_a_bad_family_is_refused_in_one_line(family, content, message):
    config = changed(f"{FAMILIES}/{family}", content)
    config["nonlinear"]["networks"]["own"] = {"like": "mante", "task": "own"}
    with pytest.raises(InputError, match=rf"^config: .*{message}") as refusal:
        check_configuration(config, SCHEMA, check_tasks)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("entry", [{"g": [0.9]}, {"like": "mante", "N": 64}, None])
def test_an_entry_with_the_name_of_a_member_is_refused_and_says_where_to_write(entry):
    with pytest.raises(InputError, match=f"a member of {FAMILIES}/scaling; set its keys"):
        check_configuration(
            changed("nonlinear/networks/mante_N64", entry), SCHEMA, check_tasks
        )


def test_members_of_a_family_are_entries_for_like_and_for_other_families():
    config = changed(f"{FAMILIES}/late", {"of": ["mante_W"], "epochs": [9]})
    config["nonlinear"]["networks"]["own"] = {"like": "mante_N64", "seeds": [7]}
    found = experiments(config["nonlinear"])
    assert found["own"].training["N"] == 64
    assert found["own"].seeds == (7,)
    late = found["mante_W_epochs9"]
    assert (late.training["trained"], late.training["epochs"]) == (["W"], 9)


def test_a_variant_with_networks_of_its_own_stays_beside_the_experiment_it_starts_from():
    families = {
        "weak": {"of": ["mante"], "variants": {"weak": {"g": [0.1]}, "same": {"N": 256}}},
        "grid": {"of": ["romo"], "N": [64, 256], "with": {"g": [0.1]}},
    }
    nonlinear = CONFIG["nonlinear"] | {"families": families}
    found = experiments(nonlinear)
    assert (found["mante_weak"].g, found["mante_weak"].training) == (
        (0.1,), found["mante"].training,
    )  # fmt: skip
    assert not {"mante_same", "romo_N256"} & set(found)


def test_an_option_of_a_task_or_of_adam_varies_and_the_others_stay():
    families = {
        "gaps": {"of": ["flipflop"], "options": {"channels": [1, 3]}},
        "eps": {"of": ["mante_slow"], "adam": {"eps": [1e-8, 1e-4]}},
    }
    networks = CONFIG["nonlinear"]["networks"]
    networks = networks | {"mante_slow": {"like": "mante", "adam": {"amsgrad": True}}}
    found = experiments(
        CONFIG["nonlinear"] | {"families": families, "networks": networks}
    )
    one = found["flipflop_channels3"]
    assert one.options == {"hold": "last_pulse", "channels": 3}
    added = {name: found[name].training for name in found if "_eps" in name}
    # 1e-8 is the default: this member is the experiment that it starts from.
    assert list(added) == ["mante_slow_eps0.0001"]
    assert added["mante_slow_eps0.0001"]["amsgrad"] is True
    # The options of another task do not apply.
    other = networks | {"other": {"like": "flipflop", "task": "romo"}}
    assert experiments(CONFIG["nonlinear"] | {"networks": other})["other"].options == {}


def test_lstms_have_families_too():
    seeds = {"of": {"lstm": {"seeds": [3, 4]}}, "learning_rate": [0.001, 0.02]}
    config = CONFIG["sentiment"] | {"families": {"rate": seeds}}
    check_configuration(CONFIG | {"sentiment": config}, SCHEMA, check_tasks)
    found = sentiment_experiments(config)
    assert list(found) == ["lstm", "lstm_stated", "lstm_learning_rate0.02"]
    assert found["lstm_learning_rate0.02"].seeds == (3, 4)
    config["families"]["rate"]["learning_rate"] = [-1]
    with pytest.raises(
        InputError, match="sentiment/families/rate/learning_rate: -1 is le"
    ):
        check_configuration(CONFIG | {"sentiment": config}, SCHEMA, check_tasks)


numbers = st.lists(st.integers(2, 99), min_size=1, max_size=5, unique=True)


@given(
    bases=st.lists(st.sampled_from("abc"), min_size=1, unique=True),
    sizes=numbers,
    own=numbers,
)
def test_a_family_has_each_size_of_each_base_once(bases, sizes, own):
    networks = {name: {"N": n} for name, n in zip("abc", [*own, 7, 8, 9], strict=False)}
    section = {"networks": networks, "families": {"f": {"of": bases, "N": sizes}}}
    found = expanded("nonlinear", section)
    settings = {name: layers[0].settings["N"] for name, layers in found.layers.items()}
    compared = found.families["f"]
    assert len(set(compared)) == len(compared)
    for base in bases:
        others = [n for n in sizes if n != networks[base]["N"]]
        of_base = [name for name in compared if name.partition("_")[0] == base]
        assert sorted(settings[name] for name in of_base) == sorted(
            [*others, networks[base]["N"]]
        )
    assert found.layers.keys() == networks.keys() | set(compared)


def test_the_file_that_set_each_key_of_a_member_is_known():
    configuration = {
        "values": merged([CONFIG, PREVIEW]),
        "files": {"config.yaml": CONFIG, "preview.yaml": PREVIEW},
    }
    found = {
        key: (value, file)
        for name in ("flipflop_descent", "mante_clip", "flipflop_N64")
        for key, value, file in experiment_settings("nonlinear", name, configuration)
    }
    training, networks = f"{FAMILIES}/training", "nonlinear/networks"
    assert {
        f"{training}/variants/descent/optimiser": ("gradient_descent", "config.yaml"),
        f"{training}/of/flipflop/epochs": (300, "preview.yaml"),
        f"{training}/with/g": ([0.0, 0.9], "config.yaml"),
        f"{training}/with/seeds": ([0], "preview.yaml"),
        f"{networks}/flipflop/options/hold": ("last_pulse", "config.yaml"),
        f"{FAMILIES}/outbreaks/variants/clip/adam/clip": (0.1, "config.yaml"),
        f"{FAMILIES}/scaling/N": (64, "preview.yaml"),
        "nonlinear/learning_rate": (0.03, "config.yaml"),
        "nonlinear/N": (128, "preview.yaml"),
    }.items() <= found.items()


def test_a_supplement_of_the_linear_networks_has_the_settings_of_its_section():
    linear = {"N": 1024, "dt": 0.5, "small_targets": {"N": [16, 64], "epochs": 150}}
    files = {"config.yaml": {"linear": linear}}
    configuration = {"values": files["config.yaml"], "files": files}
    found = [
        (k, v)
        for k, v, _ in experiment_settings("linear", "small_targets", configuration)
    ]
    section = "linear/small_targets"
    expected = [
        (f"{section}/N", [16, 64]),
        (f"{section}/epochs", 150),
        ("linear/dt", 0.5),
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (
            "nonlinear/networks/flipflop_descent/epochs",
            f"{FAMILIES}/training/of/flipflop/epochs",
        ),
        (
            "nonlinear/networks/mante_W/trained/0",
            f"{FAMILIES}/training/variants/W/trained/0",
        ),
        ("nonlinear/networks/mante/learning_rate", "nonlinear/learning_rate"),
        ("nonlinear/networks/mante/epochs", "nonlinear/networks/mante/epochs"),
        ("linear/cosine/networks/1/g", "linear/cosine/networks/1/g"),
        ("nonlinear/N", "nonlinear/N"),
    ],
)
def test_a_setting_of_an_experiment_leads_to_the_key_that_sets_it(path, key):
    assert "/".join(key_that_sets(path.split("/"), CONFIG)) == key


def test_the_family_of_the_page_makes_the_experiments_that_the_page_says():
    page = (ROOT / "docs/own_task.md").read_text()
    first, family = (
        yaml.safe_load(
            next(b for b in re.findall(r"```yaml\n(.*?)```", page, re.S) if t in b)
        )
        for t in ("options: { delay", "families:")
    )
    config = merged([CONFIG, first, family])
    check_configuration(config, SCHEMA, check_tasks)
    found = experiments(config["nonlinear"])
    added = {name: one for name, one in found.items() if name.startswith("match")}
    assert {name: one.training["N"] for name, one in added.items()} == {
        "match": 64,
        "match_N32": 32,
        "match_N128": 128,
        "match_slow": 64,
        "match_fixed": 64,
    }
    assert all(f"`{name}`" in page for name in added if name != "match")
    assert added["match_N32"].g == (0.9,)
    assert added["match_slow"].training["learning_rate"] == 0.003


def test_a_file_names_the_experiments_of_its_entries_and_of_its_families():
    own = {"networks": {"romo": {"g": [0.9]}, "gone": None}, "families": {"mine": OWN}}
    whole = merged(
        [CONFIG, {"nonlinear": own | {"families": {"mine": OWN | {"N": [9]}}}}]
    )
    assert named_experiments(own, whole["nonlinear"]) == ["romo", "mante", "mante_N9"]
    assert named_experiments({}, whole["nonlinear"]) == []
