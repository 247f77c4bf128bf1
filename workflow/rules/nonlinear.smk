"""Section 2: networks trained on three tasks, and what their connectivity becomes."""

NETWORKS = config["nonlinear"]["networks"]


wildcard_constraints:
    task="|".join(NETWORKS),
    g=r"[\d.e-]+",
    seed=r"\d+",


def task_code(script):
    """Hash a script with the one task module that it loads for these wildcards."""
    return lambda wildcards: hash_of_code(
        script, f"interplay.tasks.{NETWORKS[wildcards.task]['task']}"
    )


rule train_network:
    """Train one network from its random connectivity; keep weights, losses and a record."""
    output:
        network="<results>/nonlinear/{task}/g{g}/seed{seed}/network.safetensors",
        loss="<results>/nonlinear/{task}/g{g}/seed{seed}/loss.parquet",
        record="<results>/nonlinear/{task}/g{g}/seed{seed}/record.json",
    params:
        task=lookup(dpath="nonlinear/networks/{task}/task", within=config),
        hold=lookup(dpath="nonlinear/networks/{task}/hold", within=config, default=""),
        epochs=lookup(dpath="nonlinear/networks/{task}/epochs", within=config),
        N=lookup(dpath="nonlinear/N", within=config),
        dt=lookup(dpath="nonlinear/dt", within=config),
        batch=lookup(dpath="nonlinear/batch", within=config),
        learning_rate=lookup(dpath="nonlinear/learning_rate", within=config),
        code=task_code("train_network.py"),
    log:
        "<logs>/nonlinear/{task}/g{g}/seed{seed}/train.log",
    benchmark:
        "<benchmarks>/nonlinear/{task}/g{g}/seed{seed}/train.tsv"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=60,
    conda:
        "../../envs/interplay.yaml"
    message:
        "Training {wildcards.task}, g = {wildcards.g}, seed {wildcards.seed}"
    script:
        "../scripts/train_network.py"


rule analyse_networks:
    """Measure spectrum, truncation, functional rank and shuffle of one task at one g."""
    input:
        networks=expand(
            "<results>/nonlinear/{{task}}/g{{g}}/seed{seed}/network.safetensors",
            seed=lookup(dpath="nonlinear/seeds", within=config),
        ),
        losses=expand(
            "<results>/nonlinear/{{task}}/g{{g}}/seed{seed}/loss.parquet",
            seed=lookup(dpath="nonlinear/seeds", within=config),
        ),
        records=expand(
            "<results>/nonlinear/{{task}}/g{{g}}/seed{seed}/record.json",
            seed=lookup(dpath="nonlinear/seeds", within=config),
        ),
    output:
        networks="<results>/nonlinear/{task}/g{g}/networks.csv",
        losses="<results>/nonlinear/{task}/g{g}/losses.parquet",
        spectrum="<results>/nonlinear/{task}/g{g}/spectrum.parquet",
        eigenvalues="<results>/nonlinear/{task}/g{g}/eigenvalues.parquet",
        truncation="<results>/nonlinear/{task}/g{g}/truncation.csv",
    params:
        test_trials=lookup(dpath="nonlinear/analysis/test_trials", within=config),
        largest_rank=lookup(dpath="nonlinear/analysis/largest_rank", within=config),
        threshold=lookup(dpath="nonlinear/analysis/threshold", within=config),
        code=task_code("analyse_networks.py"),
    log:
        "<logs>/nonlinear/{task}/g{g}/analyse.log",
    benchmark:
        "<benchmarks>/nonlinear/{task}/g{g}/analyse.tsv"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=30,
    conda:
        "../../envs/interplay.yaml"
    message:
        "Analysing {wildcards.task}, g = {wildcards.g}"
    script:
        "../scripts/analyse_networks.py"


rule example_trial:
    """Run one trained network on the trial that Fig. 1 (a-c) shows."""
    input:
        network="<results>/nonlinear/{task}/g{g}/seed{seed}/network.safetensors",
        loss="<results>/nonlinear/{task}/g{g}/seed{seed}/loss.parquet",
        record="<results>/nonlinear/{task}/g{g}/seed{seed}/record.json",
    output:
        trial="<results>/nonlinear/{task}/g{g}/seed{seed}/trial.parquet",
    params:
        code=task_code("example_trial.py"),
    log:
        "<logs>/nonlinear/{task}/g{g}/seed{seed}/trial.log",
    benchmark:
        "<benchmarks>/nonlinear/{task}/g{g}/seed{seed}/trial.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    conda:
        "../../envs/interplay.yaml"
    message:
        "Running the example trial of {wildcards.task}"
    script:
        "../scripts/example_trial.py"


def of_every_task(name):
    """Return the files called `name` of each task and g."""
    return [
        f"<results>/nonlinear/{task}/g{g}/{name}"
        for task, networks in NETWORKS.items()
        for g in map(float, networks["g"])
    ]


rule nonlinear_tables:
    """Gather what was found of every network into the tidy tables."""
    input:
        networks=of_every_task("networks.csv"),
        losses=of_every_task("losses.parquet"),
        spectrum=of_every_task("spectrum.parquet"),
        eigenvalues=of_every_task("eigenvalues.parquet"),
        truncation=of_every_task("truncation.csv"),
        trials=expand(
            "<results>/nonlinear/{task}/g{g}/seed{seed}/trial.parquet",
            task=NETWORKS,
            g=float(lookup(dpath="nonlinear/examples/trial_g", within=config)),
            seed=lookup(dpath="nonlinear/examples/seed", within=config),
        ),
    output:
        networks=table("nonlinear"),
        losses="<results>/tables/nonlinear_loss.parquet",
        spectrum="<results>/tables/nonlinear_spectrum.parquet",
        eigenvalues="<results>/tables/nonlinear_eigenvalues.parquet",
        truncation="<results>/tables/nonlinear_truncation.csv",
        trials="<results>/tables/nonlinear_trials.parquet",
    params:
        code=code("gather_tables.py"),
    log:
        "<logs>/nonlinear/tables.log",
    benchmark:
        "<benchmarks>/nonlinear/tables.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    conda:
        "../../envs/interplay.yaml"
    message:
        "Gathering the tables of the nonlinear networks"
    script:
        "../scripts/gather_tables.py"
