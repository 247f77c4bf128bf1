"""Section 2: networks trained on three tasks, and what their connectivity becomes."""

NETWORKS = config["nonlinear"]["networks"]
SEEDS = config["nonlinear"]["seeds"]
# Every task with each of its g.
TASKS, G = zip(*((task, float(g)) for task in NETWORKS for g in NETWORKS[task]["g"]))


wildcard_constraints:
    task="|".join(NETWORKS),
    g=r"[\d.e-]+",
    seed=r"\d+",


localrules:
    compress_networks,
    example_trial,
    nonlinear_tables,


# `--config together=True`: a GPU is idle with one small network, not with all of a task.
if config.get("together"):

    for task in NETWORKS:

        rule:
            """Train all networks of one task together; keep of each what one alone keeps."""
            name:
                f"train_{task}"
            output:
                networks=expand(
                    "<results>/nonlinear/{task}/g{g}/seed{seed}/network.safetensors",
                    task=task,
                    g=map(float, NETWORKS[task]["g"]),
                    seed=SEEDS,
                ),
                losses=expand(
                    "<results>/nonlinear/{task}/g{g}/seed{seed}/loss.parquet",
                    task=task,
                    g=map(float, NETWORKS[task]["g"]),
                    seed=SEEDS,
                ),
                records=expand(
                    "<results>/nonlinear/{task}/g{g}/seed{seed}/record.json",
                    task=task,
                    g=map(float, NETWORKS[task]["g"]),
                    seed=SEEDS,
                ),
            log:
                f"<logs>/nonlinear/{task}/train.log",
            benchmark:
                f"<benchmarks>/nonlinear/{task}/train.tsv"
            conda:
                "../../envs/nonlinear.yaml"
            threads: 1
            resources:
                mem_mb=each_try(6000),
                runtime=each_try(600),
            params:
                task=lookup(dpath=f"nonlinear/networks/{task}/task", within=config),
                hold=lookup(
                    dpath=f"nonlinear/networks/{task}/hold", within=config, default=""
                ),
                g=lookup(dpath=f"nonlinear/networks/{task}/g", within=config),
                seeds=lookup(dpath="nonlinear/seeds", within=config),
                epochs=lookup(dpath=f"nonlinear/networks/{task}/epochs", within=config),
                N=lookup(dpath="nonlinear/N", within=config),
                dt=lookup(dpath="nonlinear/dt", within=config),
                batch=lookup(dpath="nonlinear/batch", within=config),
                learning_rate=lookup(dpath="nonlinear/learning_rate", within=config),
                code=code(
                    "train_together.py", f"interplay.tasks.{NETWORKS[task]['task']}"
                ),
            message:
                f"Training all networks of {task}"
            script:
                "../scripts/train_together.py"

else:

    rule train_network:
        """Train one network from its random connectivity; keep weights, losses and a record."""
        output:
            network="<results>/nonlinear/{task}/g{g}/seed{seed}/network.safetensors",
            loss="<results>/nonlinear/{task}/g{g}/seed{seed}/loss.parquet",
            record="<results>/nonlinear/{task}/g{g}/seed{seed}/record.json",
        log:
            "<logs>/nonlinear/{task}/g{g}/seed{seed}/train.log",
        benchmark:
            "<benchmarks>/nonlinear/{task}/g{g}/seed{seed}/train.tsv"
        conda:
            "../../envs/nonlinear.yaml"
        threads: 1
        resources:
            mem_mb=each_try(1500),
            runtime=each_try(60),
        params:
            task=lookup(dpath="nonlinear/networks/{task}/task", within=config),
            hold=lookup(
                dpath="nonlinear/networks/{task}/hold", within=config, default=""
            ),
            epochs=lookup(dpath="nonlinear/networks/{task}/epochs", within=config),
            N=lookup(dpath="nonlinear/N", within=config),
            dt=lookup(dpath="nonlinear/dt", within=config),
            batch=lookup(dpath="nonlinear/batch", within=config),
            learning_rate=lookup(dpath="nonlinear/learning_rate", within=config),
            code=task_code("train_network.py"),
        message:
            "Training {wildcards.task}, g = {wildcards.g}, seed {wildcards.seed}"
        script:
            "../scripts/train_network.py"


rule analyse_networks:
    """Measure spectrum, truncation, functional rank and shuffle of one task at one g."""
    input:
        networks=expand(
            "<results>/nonlinear/{{task}}/g{{g}}/seed{seed}/network.safetensors",
            seed=SEEDS,
        ),
        losses=expand(
            "<results>/nonlinear/{{task}}/g{{g}}/seed{seed}/loss.parquet",
            seed=SEEDS,
        ),
        records=expand(
            "<results>/nonlinear/{{task}}/g{{g}}/seed{seed}/record.json",
            seed=SEEDS,
        ),
    output:
        networks="<results>/nonlinear/{task}/g{g}/networks.csv",
        losses="<results>/nonlinear/{task}/g{g}/losses.parquet",
        spectrum="<results>/nonlinear/{task}/g{g}/spectrum.parquet",
        eigenvalues="<results>/nonlinear/{task}/g{g}/eigenvalues.parquet",
        truncation="<results>/nonlinear/{task}/g{g}/truncation.csv",
    log:
        "<logs>/nonlinear/{task}/g{g}/analyse.log",
    benchmark:
        "<benchmarks>/nonlinear/{task}/g{g}/analyse.tsv"
    conda:
        "../../envs/nonlinear.yaml"
    threads: 1
    resources:
        mem_mb=each_try(1500),
        runtime=each_try(30),
    params:
        test_trials=lookup(dpath="nonlinear/analysis/test_trials", within=config),
        largest_rank=lookup(dpath="nonlinear/analysis/largest_rank", within=config),
        threshold=lookup(dpath="nonlinear/analysis/threshold", within=config),
        code=task_code("analyse_networks.py"),
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
    log:
        "<logs>/nonlinear/{task}/g{g}/seed{seed}/trial.log",
    benchmark:
        "<benchmarks>/nonlinear/{task}/g{g}/seed{seed}/trial.tsv"
    conda:
        "../../envs/nonlinear.yaml"
    threads: 1
    resources:
        mem_mb=each_try(1000),
        runtime=each_try(10),
    params:
        code=task_code("example_trial.py"),
    message:
        "Running the example trial of {wildcards.task}"
    script:
        "../scripts/example_trial.py"


rule nonlinear_tables:
    """Gather what was found of every network into the tidy tables."""
    input:
        networks=expand(
            "<results>/nonlinear/{task}/g{g}/networks.csv", zip, task=TASKS, g=G
        ),
        losses=expand(
            "<results>/nonlinear/{task}/g{g}/losses.parquet", zip, task=TASKS, g=G
        ),
        spectrum=expand(
            "<results>/nonlinear/{task}/g{g}/spectrum.parquet", zip, task=TASKS, g=G
        ),
        eigenvalues=expand(
            "<results>/nonlinear/{task}/g{g}/eigenvalues.parquet", zip, task=TASKS, g=G
        ),
        truncation=expand(
            "<results>/nonlinear/{task}/g{g}/truncation.csv", zip, task=TASKS, g=G
        ),
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
        truncation=table("nonlinear_truncation"),
        trials="<results>/tables/nonlinear_trials.parquet",
    log:
        "<logs>/nonlinear/tables.log",
    benchmark:
        "<benchmarks>/nonlinear/tables.tsv"
    conda:
        "../../envs/nonlinear.yaml"
    threads: 1
    resources:
        mem_mb=each_try(2000),
        runtime=each_try(10),
    params:
        code=code("gather_tables.py"),
    message:
        "Gathering the tables of the nonlinear networks"
    script:
        "../scripts/gather_tables.py"


rule compress_networks:
    """Rebuild the networks of one task and g from a seed and a few factors of dW."""
    input:
        networks=rules.analyse_networks.input.networks,
        losses=rules.analyse_networks.input.losses,
        records=rules.analyse_networks.input.records,
    output:
        compression="<results>/nonlinear/{task}/g{g}/compression.csv",
    log:
        "<logs>/nonlinear/{task}/g{g}/compress.log",
    benchmark:
        "<benchmarks>/nonlinear/{task}/g{g}/compress.tsv"
    conda:
        "../../envs/nonlinear.yaml"
    threads: 1
    resources:
        mem_mb=each_try(1500),
        runtime=each_try(10),
    params:
        rank=lookup(dpath="compression/rank", within=config),
        test_trials=lookup(dpath="nonlinear/analysis/test_trials", within=config),
        code=task_code("compress_networks.py"),
    message:
        "Compressing {wildcards.task}, g = {wildcards.g}"
    script:
        "../scripts/compress_networks.py"
