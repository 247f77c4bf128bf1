"""Paths of results, and functions that list the inputs of rules."""

import re


pathvars:
    logs="<results>/logs",
    benchmarks="<results>/benchmarks",


NETWORK = "<results>/nonlinear/{experiment}/g{g}/seed{seed}"
MEASURED = "<results>/nonlinear/{experiment}"
LINEAR = "<results>/linear/g{g}/seed{seed}"
SMALL_TARGETS = "<results>/linear/small_targets/g{g}/seed{seed}"
COSINE = "<results>/linear/cosine/g{g}/seed{seed}"
DIVERGENCE = "<results>/linear/divergence/g{g}/seed{seed}"
LSTM = "<results>/sentiment/{experiment}/seed{seed}"
ARCHIVED = "<results>/networks/{experiment}"
TABLES = "<results>/tables"


def of_networks(file, g=None, seeds=slice(None)):
    """Return an input function: a file of each network of an experiment, at some g or all.

    `seeds` selects from the experiment's seeds.
    """

    def files(wildcards):
        return networks_of(EXPERIMENTS[wildcards.experiment], file, g, seeds)

    return files


def networks_of(experiment, file, g=None, seeds=slice(None)):
    """Return a file of each network of an experiment, at some g or all."""
    return expand(
        f"{NETWORK}/{file}",
        experiment=experiment.name,
        g=g or experiment.g,
        seed=experiment.seeds[seeds],
    )


def overviews(names):
    """Return the overview figures of some experiments."""
    return expand(f"{MEASURED}/overview.svg", experiment=list(names))


def measured(names):
    """Return everything that is measured on the networks of some experiments."""
    return expand(f"{MEASURED}/{{file}}", file=MEASURED_FILES, experiment=list(names))


def each_network(file, folder=LINEAR, **grid):
    """Return a file of every linear network in a grid of g and seeds."""
    return expand(f"{folder}/{file}", **grid)


def of_lstms(file, names):
    """Return a file of every LSTM of some experiments."""
    return [
        expand(f"{LSTM}/{file}", experiment=name, seed=LSTMS[name].seeds)
        for name in names
    ]


def compared_tables(comparison):
    """Return the inputs of a comparison."""
    tables = {"networks": f"{TABLES}/nonlinear.csv"}
    if comparison in ("rate", "flipflops"):
        tables["published"] = source("paper/published.csv")
    if comparison == "scaling":
        tables["eigenvalues"] = f"{TABLES}/nonlinear_eigenvalues.parquet"
    if comparison == "outbreaks":
        tables["losses"] = f"{TABLES}/nonlinear_loss.parquet"
    return tables


def module_of(figure):
    """Return the module of a figure: its name without the reading."""
    for reading in READINGS:
        figure = figure.removesuffix(f"_{reading}")
    return figure


def figures_of(names):
    """Return the files of some figures."""
    return expand("<results>/figures/{name}.{suffix}", name=list(names), suffix=FORMATS)


def compared_by(comparison):
    """Return the experiments of a comparison; outbreaks are counted in the readings, too."""
    readings = used_by_readings(*PAPER_TASKS) if comparison == "outbreaks" else []
    return list(dict.fromkeys([*COMPARED[comparison], *readings]))


def channels_shown():
    """Return the experiments that the figure of channels shows in detail, and their g.

    They are of one kind of flip-flop, that of the last experiment.
    """
    compared = [EXPERIMENTS[name] for name in COMPARED["channels"]]
    kind = compared[-1].options.get("hold")
    shown = [one for one in compared if one.options.get("hold") == kind]
    # A flip-flop that does not name its number of channels has the paper's, the smaller one.
    largest = max(shown, key=lambda one: one.options.get("channels", 0))
    g = sorted(set.intersection(*(set(one.g) for one in compared)))
    return {
        "members": [one.name for one in shown],
        "largest": largest.name,
        "weakest": g[0],
        "g": g,
    }
