"""The memory that jobs request, by the sizes of their networks."""


def of_experiment(amount, **sizes):
    """Return a function of wildcards: an amount of their experiment's networks."""
    return lambda wildcards: amount(EXPERIMENTS[wildcards.experiment], **sizes)


def multiplying(names):
    """Return the MB of measuring losses with a larger dW, of the largest networks."""
    chosen = config["supplement"]["directions"]
    matrices = 24 + chosen["permutations"] * (1 + len(chosen["gains"]))
    return max(
        memory.measuring(EXPERIMENTS[name], **TESTED, matrices=matrices)
        for name in names
    )


def archiving(wildcards):
    """Return the MB of archiving an experiment, of whose networks none has a low rank."""
    one = EXPERIMENTS[wildcards.experiment]
    count = len(one.g) * len(one.seeds)
    return memory.measuring(one, **TESTED, matrices=24 + 3 * count)


def of_linear(section):
    """Return the MB of training linear networks of a part of the configuration."""
    chosen = config["linear"] | section
    trial = chosen["trial"]
    return memory.linear(
        chosen["N"],
        epochs=chosen["epochs"],
        targets=len(chosen["targets"]),
        samples=round(trial["duration"] / trial.get("dt", chosen["dt"])),
    )


def of_lstm(wildcards, **sizes):
    """Return the MB of a job about one LSTM."""
    N = LSTMS[wildcards.experiment].parameters["N"]
    return memory.lstm(N, config["sentiment"]["vectors"]["dimension"], **sizes)
