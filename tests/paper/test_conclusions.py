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


def early_networks_of_mante_stay_below(n: Numbers) -> bool:
    return n(f"{MANTE}/late_early") == 0 < n(f"{MANTE}/late")


def all_learn_early_and_hardly_an_epoch_is_above(n: Numbers) -> bool:
    return n(f"{MANTE}/learned") < 0.7 * n(f"{MANTE}/networks") and all(
        n(f"{MANTE}_{one}/learned") == n(f"{MANTE}_{one}/networks")
        and n(f"{MANTE}_{one}/late_early") < 0.005
        for one in ("clip", "beta2")
    )


def little_time_in_long_stretches(n: Numbers) -> bool:
    return all(
        n(f"{ROMO}_{one}/long_early") < 0.2 * n(f"{ROMO}/long_early")
        and n(f"{ROMO}_{one}/late_early") < 0.5 * n(f"{ROMO}/late_early")
        and n(f"{ROMO}_{one}/late") < n(f"{ROMO}/late")
        for one in ("clip", "amsgrad", "beta2")
    )


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


def errors_apart(
    n: Numbers, quantity: str, task: str, g: float, sizes: tuple[int, int] = (256, 1024)
) -> float:
    """Return by how many combined errors a quantity is smaller for the larger N."""
    usual, larger = (f"sizes/{quantity}/{task}/g{g}/N{size}" for size in sizes)
    error = math.hypot(n(f"{larger}/error"), n(f"{usual}/error"))
    return (n(usual) - n(larger)) / error


def small_flipflops_are_not_surely_slower(n: Numbers) -> bool:
    return 0 < errors_apart(n, "epochs", "flipflop", 0.0, sizes=(64, 256)) < 2


def the_norm_holds_by_its_criterion(n: Numbers) -> bool:
    claims = read_table(ARCHIVE.with_name("claims.csv"))
    verdicts = claims.verdict[claims.id == "norm-of-dw-invariant-in-n"]
    return len(verdicts) == 2 and (verdicts == "holds").all()


def larger_networks_learn_faster(n: Numbers) -> bool:
    faster = {
        (task, g)
        for task in TASKS
        for g in (0.0, 0.9, 1.8)
        if abs(errors_apart(n, "epochs", task, g)) > 2
    }
    return faster == {
        ("flipflop", 0.0),
        ("flipflop", 0.9),
        ("mante", 0.9),
        ("mante", 1.8),
    }


def the_norm_falls_with_size(n: Numbers) -> bool:
    return all(larger_over_usual(n, "norm", task, 1.8) < 0.95 for task in TASKS)


def the_network_that_is_left_out_is_the_last(n: Numbers) -> bool:
    rows = read_table(ARCHIVE.with_name("nonlinear.csv"))
    rows = rows.query("experiment == 'romo' and g == 0 and converged")
    last = rows.convergence_epoch == n("epochs/romo/g0.0/latest")
    return last.sum() == 1 and (rows.settled == ~last).all()


CONCLUSIONS = {
    "In most of these networks of Mante and Romo, clipping removes most of the outbreak.":
        clipping_halves_most,
    "Their trial gives little evidence": the_trial_gives_little_evidence,
    "For Mante, leaving out this trial, in a single batch, does nearly as much as clipping in "
    "all of them.": one_trial_is_as_much_for_mante,
    "The flip-flops have no large gradients, so clipping did not act on them":
        clipping_does_not_act_on_flipflops,
    "By this count, no option prevents outbreaks that last in Romo, and with a smaller "
    "$beta_2$ more of the Mante networks have an outbreak.": the_planned_count_does_not_fall,
    "those that learned early by Adam have no late epoch above the bound":
        early_networks_of_mante_stay_below,
    "With clipping or a smaller $beta_2$, all learned early, and hardly a late epoch is above "
    "the bound.": all_learn_early_and_hardly_an_epoch_is_above,
    "In Romo, clipping, AMSGrad and a smaller $beta_2$ leave little of the time in long "
    "stretches, and over all strengths fewer late epochs are above the bound":
        little_time_in_long_stretches,
    "Powers of $W_0^T$ add most of the share of the left singular vectors in the span, and "
    "powers of the permuted matrix add little.": powers_add_most_and_permuted_ones_little,
    "A part is outside of these spans": a_part_is_outside,
    "a factor repairs a part of the loss of flip-flop and Mante, and nothing of that of Romo":
        a_factor_repairs_a_part,
    "a factor repairs a part of the loss of the flip-flop, and next to nothing of that of":
        only_the_flipflop_gains,
    "The rank grows with the number of channels, and more so with connectivity.":
        the_rank_grows_with_channels,
    "The slopes of both kinds differ much less": states_count_less,
    "Without it, epochs and norm change little from": size_changes_little,
    "though the flip-flop learns in fewer epochs, by more than two combined errors. So do "
    'flip-flop and Mante at $g =$ #num("at/g0.9"), and Mante at $g =$ #num("at/g1.8")\\; for '
    "Romo, the differences are within two errors.": larger_networks_learn_faster,
    "By them, the norm does not change.": the_norm_holds_by_its_criterion,
    "too, but by less than two combined errors.":
        small_flipflops_are_not_surely_slower,
    "falls in every task.": the_norm_falls_with_size,
    "of Romo without connectivity, the network that is left out converged last":
        the_network_that_is_left_out_is_the_last,
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
    rows = read_table(ARCHIVE.with_name("channels.csv"))
    rows = rows.query("channels == 1 and g == 0 and settled")
    assert len(rows) and (rows.functional_rank > 1).all()
