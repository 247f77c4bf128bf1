"""Section 3: linear networks, their gradient descent and its theory."""

LINEAR_G = [float(g) for g in config["linear"]["g"]]


rule train_linear:
    """Train the linear networks of one g, all targets and seeds; measure each epoch."""
    output:
        weights="<results>/linear/g{g}/networks.safetensors",
        networks="<results>/linear/g{g}/networks.csv",
        curves="<results>/linear/g{g}/curves.parquet",
        record="<results>/linear/g{g}/record.json",
    log:
        "<logs>/linear/g{g}/train.log",
    benchmark:
        "<benchmarks>/linear/g{g}/train.tsv"
    conda:
        "../../envs/linear.yaml"
    resources:
        mem_mb=each_try(2000),
        runtime=each_try(30),
    params:
        N=lookup(dpath="linear/N", within=config),
        dt=lookup(dpath="linear/dt", within=config),
        trial=lookup(dpath="linear/trial", within=config),
        targets=lookup(dpath="linear/targets", within=config),
        epochs=lookup(dpath="linear/epochs", within=config),
        seeds=lookup(dpath="linear/seeds", within=config),
        threshold=lookup(dpath="linear/threshold", within=config),
        code=code("train_linear.py"),
    message:
        "Training the linear networks, g = {wildcards.g}"
    script:
        "../scripts/train_linear.py"


rule linear_trial:
    """Run the trained networks of one g through the trial that Fig. 3(a) shows."""
    localrule: True
    input:
        weights="<results>/linear/g{g}/networks.safetensors",
    output:
        trials="<results>/linear/g{g}/trials.parquet",
    log:
        "<logs>/linear/g{g}/trial.log",
    benchmark:
        "<benchmarks>/linear/g{g}/trial.tsv"
    conda:
        "../../envs/linear.yaml"
    resources:
        mem_mb=each_try(1000),
        runtime=each_try(10),
    params:
        N=lookup(dpath="linear/N", within=config),
        trial=lookup(dpath="linear/trial", within=config),
        zhat=lookup(dpath="linear/examples/zhat", within=config),
        seed=lookup(dpath="linear/examples/seed", within=config),
        dt=lookup(dpath="linear/examples/dt", within=config),
        code=code("linear_trial.py"),
    message:
        "Running the example trial of the linear networks, g = {wildcards.g}"
    script:
        "../scripts/linear_trial.py"


rule linear_theory:
    """Tabulate Eqs (14) and (15) over learning time, and the scalings of Fig. 4."""
    localrule: True
    output:
        theory="<results>/tables/linear_theory.parquet",
        scalings=table("linear_scalings"),
    log:
        "<logs>/linear/theory.log",
    benchmark:
        "<benchmarks>/linear/theory.tsv"
    conda:
        "../../envs/linear.yaml"
    resources:
        mem_mb=each_try(1000),
        runtime=each_try(10),
    params:
        targets=lookup(dpath="linear/targets", within=config),
        epochs=lookup(dpath="linear/epochs", within=config),
        g=lookup(dpath="linear/g", within=config),
        code=code("linear_theory.py"),
    message:
        "Tabulating the theory of the linear networks"
    script:
        "../scripts/linear_theory.py"


rule linear_tables:
    """Gather what was found of every linear network into the tidy tables."""
    localrule: True
    input:
        networks=expand("<results>/linear/g{g}/networks.csv", g=LINEAR_G),
        curves=expand("<results>/linear/g{g}/curves.parquet", g=LINEAR_G),
        trials=expand(
            "<results>/linear/g{g}/trials.parquet",
            g=[float(g) for g in lookup(dpath="linear/examples/g", within=config)],
        ),
    output:
        networks=table("linear"),
        curves="<results>/tables/linear_curves.parquet",
        trials="<results>/tables/linear_trials.parquet",
    log:
        "<logs>/linear/tables.log",
    benchmark:
        "<benchmarks>/linear/tables.tsv"
    conda:
        "../../envs/linear.yaml"
    resources:
        mem_mb=each_try(2000),
        runtime=each_try(10),
    params:
        code=code("gather_tables.py"),
    message:
        "Gathering the tables of the linear networks"
    script:
        "../scripts/gather_tables.py"


rule truncate_linear:
    """Measure the linear networks of one g with dW truncated at the lowest ranks."""
    localrule: True
    input:
        weights="<results>/linear/g{g}/networks.safetensors",
    output:
        truncation="<results>/linear/g{g}/truncation.csv",
    log:
        "<logs>/linear/g{g}/truncate.log",
    benchmark:
        "<benchmarks>/linear/g{g}/truncate.tsv"
    conda:
        "../../envs/linear.yaml"
    resources:
        mem_mb=each_try(1000),
        runtime=each_try(10),
    params:
        N=lookup(dpath="linear/N", within=config),
        dt=lookup(dpath="linear/dt", within=config),
        trial=lookup(dpath="linear/trial", within=config),
        targets=lookup(dpath="linear/targets", within=config),
        seeds=lookup(dpath="linear/seeds", within=config),
        code=code("truncate_linear.py"),
    message:
        "Truncating the linear networks, g = {wildcards.g}"
    script:
        "../scripts/truncate_linear.py"
