"""Section 2: rate networks trained on tasks, and what their connectivity becomes."""

TRAINED = {
    "network": "network.safetensors",
    "loss": "loss.parquet",
    "record": "record.json",
}
"""files of a training job"""


# `--config together=True`: one small network leaves a GPU idle, a whole experiment does not.
if config.get("together"):

    for experiment in EXPERIMENTS.values():

        rule:
            """Train all networks of an experiment together; write the files of single jobs."""
            name:
                f"train_stack_{re.sub('[^A-Za-z0-9]', '_', experiment.name)}"
            output:
                **{
                    name: expand(
                        f"{NETWORK}/{file}",
                        experiment=experiment.name,
                        g=experiment.g,
                        seed=experiment.seeds,
                    )
                    for name, file in TRAINED.items()
                },
            log:
                f"<logs>/nonlinear/{experiment.name}/train.log",
            benchmark:
                f"<benchmarks>/nonlinear/{experiment.name}/train.tsv"
            conda:
                "../../envs/nonlinear.yaml"
            threads: 4
            resources:
                **each_try(
                    mem_mb=memory.training(
                        experiment, len(experiment.g) * len(experiment.seeds)
                    )
                ),
                runtime=minutes(
                    "nonlinear",
                    "train",
                    "train_network",
                    otherwise=600,
                    at_least=SHORTEST,
                    jobs=len(experiment.g) * len(experiment.seeds),
                    experiment=experiment.name,
                ),
            params:
                experiment=network_parameters(experiment.name),
                g=list(experiment.g),
                seeds=list(experiment.seeds),
                code=code("train_stack.py", f"interplay.tasks.{experiment.task}"),
            message:
                f"Training all networks of {experiment.name}"
            script:
                "../scripts/train_stack.py"

else:

    rule train_network:
        """Train one network from its random connectivity."""
        output:
            **{name: f"{NETWORK}/{file}" for name, file in TRAINED.items()},
        log:
            "<logs>/nonlinear/{experiment}/g{g}/seed{seed}/train.log",
        benchmark:
            "<benchmarks>/nonlinear/{experiment}/g{g}/seed{seed}/train.tsv"
        group:
            "train"
        conda:
            "../../envs/nonlinear.yaml"
        resources:
            **each_try(mem_mb=of_experiment(memory.training)),
            runtime=minutes("nonlinear", "train", "train_network", otherwise=60),
            turn=1,
            # If another member of the group fails, Snakemake deletes the outputs of this
            # job. Then it ends at once when it runs again.
            keep_checkpoint=int(snakemake_internals.is_submitted(workflow)),
        params:
            experiment=lambda wildcards: network_parameters(wildcards.experiment),
            code=task_code("train_network.py"),
        message:
            "Training {wildcards.experiment}, g = {wildcards.g}, seed {wildcards.seed}"
        script:
            "../scripts/train_network.py"


MEASURED_WITH = config["nonlinear"]["measurements"]
TESTED = {"test_trials": MEASURED_WITH["test_trials"]}
# All truncations of a network exist at the same time, and so do all of its shuffled W0.
TRUNCATED = {
    "test_trials": MEASURED_WITH["rank_trials"],
    "matrices": MEASURED_WITH["largest_rank"] + 25,
}
SHUFFLED = TESTED | {"matrices": 2 * MEASURED_WITH["shuffles"] + 24}


MEASUREMENTS = {
    "learning_curves": (
        ["losses.parquet", "convergence.csv"],
        "threshold",
        "Reading the learning curves",
        {},
    ),
    "singular_values": (
        ["spectrum.parquet", "eigenvalues.parquet", "norms.csv", "alignment.parquet"],
        "",
        "Finding singular values and eigenvalues",
        {},
    ),
    "functional_rank": (
        ["truncation.csv", "functional_rank.csv"],
        "rank_trials largest_rank threshold",
        "Truncating dW",
        TRUNCATED,
    ),
    "shuffle_loss": (
        ["shuffle_loss.csv"],
        "test_trials shuffles",
        "Shuffling W0",
        SHUFFLED,
    ),
}
"""files of each measurement, the settings that it reads, its message, its sizes"""


MEASURED_FILES = [
    "networks.csv",
    *(file for files, *_ in MEASUREMENTS.values() for file in files),
]


for name, (files, keys, message, sizes) in MEASUREMENTS.items():

    rule:
        """Measure the networks of an experiment."""
        name:
            name
        input:
            **{part: of_networks(file) for part, file in TRAINED.items()},
        output:
            **{file.partition(".")[0]: f"{MEASURED}/{file}" for file in files},
        log:
            f"<logs>/nonlinear/{{experiment}}/{name}.log",
        benchmark:
            f"<benchmarks>/nonlinear/{{experiment}}/{name}.tsv"
        group:
            "measure"
        conda:
            "../../envs/nonlinear.yaml"
        resources:
            **each_try(mem_mb=of_experiment(memory.measuring, **sizes)),
            runtime=minutes("nonlinear", name, name, otherwise=30),
            turn=1,
        params:
            **settings("nonlinear", "measurements", keys=keys),
            measurement=name,
            code=task_code(f"{name}.py"),
        message:
            f"{message} of {{wildcards.experiment}}"
        script:
            "../scripts/{params.measurement}.py"


rule summarise_networks:
    """Join the measurements of an experiment: one row per network."""
    input:
        convergence=f"{MEASURED}/convergence.csv",
        norms=f"{MEASURED}/norms.csv",
        functional_rank=f"{MEASURED}/functional_rank.csv",
        shuffle_loss=f"{MEASURED}/shuffle_loss.csv",
    output:
        networks=f"{MEASURED}/networks.csv",
    log:
        "<logs>/nonlinear/{experiment}/networks.log",
    benchmark:
        "<benchmarks>/nonlinear/{experiment}/networks.tsv"
    # It connects the measurements of an experiment, which makes them one group.
    group:
        "measure"
    conda:
        "../../envs/nonlinear.yaml"
    resources:
        **each_try(mem_mb=500),
        runtime=minutes("nonlinear", "networks", "summarise_networks", otherwise=1),
        turn=1,
    params:
        **settings("nonlinear", "measurements", keys="largest_rank"),
        code=code("summarise_networks.py"),
    message:
        "One row per network of {wildcards.experiment}"
    script:
        "../scripts/summarise_networks.py"


rule archive_networks:
    """Archive the networks of an experiment in one file, dW at the rank that each needs."""
    input:
        **{part: of_networks(file) for part, file in TRAINED.items()},
        measured=f"{MEASURED}/networks.csv",
    output:
        networks=f"{ARCHIVED}.safetensors",
        table=f"{ARCHIVED}.csv",
    log:
        "<logs>/nonlinear/{experiment}/keep.log",
    benchmark:
        "<benchmarks>/nonlinear/{experiment}/keep.tsv"
    group:
        "measure"
    conda:
        "../../envs/nonlinear.yaml"
    resources:
        **each_try(mem_mb=archiving),
        runtime=minutes("nonlinear", "keep", "archive_networks", otherwise=10),
        turn=1,
    params:
        **settings("nonlinear", "measurements", keys="test_trials"),
        code=task_code("archive_networks.py"),
    message:
        "Archiving the networks of {wildcards.experiment}"
    script:
        "../scripts/archive_networks.py"


rule example_trials:
    """Run a trained network of each g, that of the first seed, on one example trial."""
    input:
        **{part: of_networks(file, seeds=slice(1)) for part, file in TRAINED.items()},
    output:
        trials=f"{MEASURED}/trials.parquet",
    log:
        "<logs>/nonlinear/{experiment}/trials.log",
    benchmark:
        "<benchmarks>/nonlinear/{experiment}/trials.tsv"
    localrule: True
    conda:
        "../../envs/nonlinear.yaml"
    resources:
        **each_try(mem_mb=1500, runtime=10),
    params:
        code=task_code("example_trials.py"),
    message:
        "Running the example trial of {wildcards.experiment}"
    script:
        "../scripts/example_trials.py"


# The tables of the paper hold the experiments that it names, and no others.
PAPER_NETWORKS = []

if "readings" in config:

    COMPARED = compared_experiments(config["nonlinear"])
    PAPER_NETWORKS = list(
        dict.fromkeys([*used_by_readings(*PAPER_TASKS), *sum(COMPARED.values(), [])])
    )
    EXAMPLES = config["nonlinear"]["examples"]

PAPER_EXPERIMENTS = [EXPERIMENTS[name] for name in PAPER_NETWORKS]

OWN_EXPERIMENTS = [name for name in EXPERIMENTS if name not in PAPER_NETWORKS]
"""experiments that no figure of the paper shows"""

if OWN_EXPERIMENTS:

    rule compare_tasks:
        """Measure the tasks of all experiments of your own, next to their networks."""
        input:
            networks=expand(f"{MEASURED}/networks.csv", experiment=OWN_EXPERIMENTS),
        output:
            field=table("field"),
        log:
            "<logs>/nonlinear/field.log",
        benchmark:
            "<benchmarks>/nonlinear/field.tsv"
        localrule: True
        conda:
            "../../envs/nonlinear.yaml"
        resources:
            **each_try(mem_mb=1500, runtime=10),
        params:
            **settings("nonlinear", "measurements", keys="test_trials"),
            experiments=lambda wildcards: dict(map(task_parameters, OWN_EXPERIMENTS)),
            code=code(
                "compare_tasks.py",
                *sorted(
                    {f"interplay.tasks.{EXPERIMENTS[n].task}" for n in OWN_EXPERIMENTS}
                ),
            ),
        message:
            "Measuring the tasks of your experiments"
        script:
            "../scripts/compare_tasks.py"
