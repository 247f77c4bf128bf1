"""The article's conclusions in words, against the numbers of the archived run."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from interplay.storage.tables import read_table
from tests.docs.page_numbers import ARCHIVE, archived

ROOT = Path(__file__).parents[2]
TEXT = " ".join((ROOT / "paper/paper.typ").read_text().split())

TASKS = ("flipflop", "mante", "romo")
MANTE, ROMO = "outbreaks/mante_stated", "outbreaks/romo"

Numbers = Callable[[str], float]


VALUES = archived()


def number(label: str) -> float:
    """Return a number of the archived run by its label."""
    if label not in VALUES:
        pytest.skip(f"{ARCHIVE.relative_to(ROOT)} lacks {label}, which a newer run has")
    return float(VALUES[label])


def clipping_halves_most(n: Numbers) -> bool:
    return all(
        n(f"interventions/{task}/clipped/halved") > 0.7 * n(f"interventions/{task}/count")
        for task in ("mante", "romo")
    )


def one_trial_is_as_much_for_mante(n: Numbers) -> bool:
    halved = n("interventions/mante/without/halved")
    return (
        halved > 0.7 * n("interventions/mante/count")
        and n("interventions/mante/without") < 0.25 * n("interventions/mante/same")
        and n("interventions/mante/another") > 0.7 * n("interventions/mante/same")
    )


def the_trial_gives_little_evidence(n: Numbers) -> bool:
    batch = n("nonlinear/batch")
    return all(
        n(f"interventions/{task}/evidence") < batch / 4 for task in ("mante", "romo")
    )


def clipping_does_not_act_on_flipflops(n: Numbers) -> bool:
    shares = n("interventions/flipflop/clipped"), n("interventions/flipflop/same")
    return n("interventions/flipflop/gradient") < 0.2 * n(
        "interventions/romo/gradient"
    ) and shares[0] == shares[1] < 0.5 * n("interventions/mante/same")


def the_planned_count_does_not_fall(n: Numbers) -> bool:
    def share(experiment: str, number: str) -> float:
        return n(f"{experiment}/{number}") / n(f"{experiment}/learned")

    options = ("clip", "beta2", "amsgrad", "eps")
    return all(share(f"{ROMO}_{one}", "with_lasting") > 0.9 for one in options) and share(
        f"{MANTE}_beta2", "with_outbreak"
    ) > 2 * share(MANTE, "with_outbreak")


def no_long_stretch_and_little_time(n: Numbers) -> bool:
    return all(
        n(f"{MANTE}_{one}/with_long") == n(f"{MANTE}_{one}/long") == 0
        and n(f"{ROMO}_{one}/long") < 0.2 * n(f"{ROMO}/long")
        for one in ("clip", "beta2")
    )


def fewer_epochs_with_clipping_alone(n: Numbers) -> bool:
    late = n(f"{ROMO}/late")
    return n(f"{ROMO}_clip/late") < 0.5 * late < n(f"{ROMO}_beta2/late")


def powers_add_most_and_permuted_ones_little(n: Numbers) -> bool:
    return all(
        n(f"directions/{task}/powers") > 2 * n(f"directions/{task}/none")
        and n(f"directions/{task}/shuffled") - n(f"directions/{task}/none")
        < 0.5 * (n(f"directions/{task}/powers") - n(f"directions/{task}/none"))
        for task in TASKS
    )


def a_part_is_outside(n: Numbers) -> bool:
    return all(
        n(f"directions/{task}/powers") < 0.5
        and n(f"directions/{task}/trained/right") < 0.9
        for task in TASKS
    )


def repaired(n: Numbers, task: str, g: float) -> float:
    """Return the shuffled loss with the best factor over that without."""
    return n(f"gain/{task}/g{g}/best") / n(f"gain/{task}/g{g}/once")


def a_factor_repairs_a_part(n: Numbers) -> bool:
    return (
        all(0.1 < repaired(n, task, 0.6) < 0.8 for task in ("flipflop", "mante"))
        and repaired(n, "romo", 0.6) > 0.95
    )


def only_the_flipflop_gains(n: Numbers) -> bool:
    return (
        repaired(n, "flipflop", 0.9) > 0.5
        and min(repaired(n, task, 0.9) for task in ("mante", "romo")) > 0.9
    )


def slope(n: Numbers, kind: str, g: float) -> float:
    return n(f"channels/{kind}/g{g}/slope")


def the_rank_grows_with_channels(n: Numbers) -> bool:
    return all(
        0 < slope(n, kind, 0.0) < min(slope(n, kind, g) for g in (0.9, 1.5))
        for kind in ("one", "many")
    )


def states_count_less(n: Numbers) -> bool:
    # Of six channels, a memory per channel has 64 states, and one memory 12.
    return all(slope(n, "many", g) < 1.5 * slope(n, "one", g) for g in (0.0, 0.9, 1.5))


def larger_over_usual(n: Numbers, quantity: str, task: str, g: float) -> float:
    """Return a quantity of networks with N = 1024 over that with N = 256."""
    at = f"sizes/{quantity}/{task}/g{g}"
    return n(f"{at}/N1024") / n(f"{at}/N256")


def size_changes_little(n: Numbers) -> bool:
    return all(
        0.85 < larger_over_usual(n, quantity, task, 0.0) < 1.15
        for quantity in ("epochs", "norm")
        for task in TASKS
    )


def larger_networks_learn_faster(n: Numbers) -> bool:
    return all(larger_over_usual(n, "epochs", task, 0.9) < 0.95 for task in TASKS)


def strong_connectivity_depends_on_size(n: Numbers) -> bool:
    return all(
        larger_over_usual(n, "epochs", task, 1.8) < 0.95 for task in ("mante", "romo")
    ) and all(larger_over_usual(n, "norm", task, 1.8) < 0.95 for task in TASKS)


CONCLUSIONS = {
    "In most of these networks of Mante and Romo, clipping leaves less than one share in two "
    "of the outbreak.": clipping_halves_most,
    "Their trial gives little evidence": the_trial_gives_little_evidence,
    "For Mante, leaving out this trial, in a single batch, does nearly as much as clipping in "
    "all of them.": one_trial_is_as_much_for_mante,
    "The flip-flops have no large gradients, so clipping did not act on them. Their outbreaks "
    "are slight": clipping_does_not_act_on_flipflops,
    "By this count, no option prevents outbreaks that last in Romo, and a smaller $beta_2$ "
    "makes them more frequent in Mante.": the_planned_count_does_not_fall,
    "They leave no long stretch in Mante networks, and little of the time in long stretches "
    "in Romo networks.": no_long_stretch_and_little_time,
    "With clipping, fewer epochs are above the bound, too; with a smaller $beta_2$, Romo has "
    "nearly as many of them as with Adam.": fewer_epochs_with_clipping_alone,
    "Powers of $W_0^T$ add most of the share of the left singular vectors in the span, and "
    "powers of the permuted matrix add little.": powers_add_most_and_permuted_ones_little,
    "A part is outside of these spans.": a_part_is_outside,
    "a factor repairs a part of the loss of flip-flop and Mante, and nothing of that of Romo":
        a_factor_repairs_a_part,
    "no factor repairs more than a part of the loss of the flip-flop":
        only_the_flipflop_gains,
    "The rank grows with the number of channels, and more so with connectivity.":
        the_rank_grows_with_channels,
    "The slopes of both kinds differ much less": states_count_less,
    "Without initial connectivity, epochs and norm change little from": size_changes_little,
    "larger networks learn in fewer epochs in every task.": larger_networks_learn_faster,
    "so do those of Mante and Romo, and the norm falls in every task.":
        strong_connectivity_depends_on_size,
}  # fmt: skip
"""what the text says, and what has to hold for it"""


@pytest.mark.parametrize(("sentence", "holds"), CONCLUSIONS.items())
def test_a_conclusion_in_words_is_that_of_the_numbers(sentence, holds):
    assert sentence in TEXT
    assert holds(number)


def test_networks_with_more_channels_than_counted_did_not_converge():
    assert (
        'networks with more than #num("channels/g0.0/counted") channels did not' in TEXT
    )
    counted, unsettled = (
        number("channels/g0.0/counted"),
        number("channels/many/unsettled"),
    )
    rows = read_table(ARCHIVE.with_name("channels.csv"))
    more = rows[(rows.hold == "per_channel") & (rows.g == 0) & (rows.channels > counted)]
    assert len(more) == unsettled
    assert not more.converged.any()


def excluded(estimate):
    """Return whether the stated rate is more than two combined errors from an estimate."""
    name = f"interpolated/{estimate}"
    errors = number(f"{name}/error"), number(f"{name}/reading")
    return abs(number("rates/stated/flipflop") - number(name)) > 2 * math.hypot(*errors)


def test_the_stated_rate_is_excluded_but_for_one_estimate():
    assert "every estimate but that by the epochs of the flip-flop" in TEXT
    estimates = [f"{task}/{one}" for task in TASKS for one in ("epochs", "norm")]
    assert [one for one in estimates if not excluded(one)] == ["flipflop/epochs"]


def test_no_network_with_one_channel_has_rank_one():
    assert "among them all with a single channel" in TEXT
    table = ARCHIVE.with_name("channels.csv")
    if not table.exists():
        pytest.skip(f"{ARCHIVE.parent.relative_to(ROOT)} lacks {table.name}")
    rows = read_table(table).query("channels == 1 and g == 0 and settled")
    assert len(rows) and (rows.functional_rank > 1).all()
