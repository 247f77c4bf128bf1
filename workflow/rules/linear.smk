"""Section 3: linear networks, their gradient descent and theory, and four supplements."""

SMALL = config["linear"]["small_targets"]
LINEAR_G = [float(g) for g in config["linear"]["g"]]
COSINE_RATES = {
    float(network["g"]): network["learning_rate"]
    for network in config["linear"]["cosine"]["networks"]
}


rule train_linear:
    """Train one linear network to each target; measure each epoch."""
    output:
        network=f"{LINEAR}/network.safetensors",
        measurements=f"{LINEAR}/measurements.csv",
        directions=f"{LINEAR}/directions.csv",
        curves=f"{LINEAR}/curves.parquet",
        record=f"{LINEAR}/record.json",
    log:
        "<logs>/linear/g{g}/seed{seed}/train.log",
    benchmark:
        "<benchmarks>/linear/g{g}/seed{seed}/train.tsv"
    group:
        "linear"
    conda:
        "../../envs/linear.yaml"
    resources:
        **each_try(mem_mb=of_linear({})),
        runtime=minutes("linear", "train", "train_linear", otherwise=30),
        turn=1,
    params:
        **settings("linear", keys="N dt trial targets epochs threshold shuffles"),
        code=code("train_linear.py"),
    message:
        "Training a linear network, g = {wildcards.g}, seed {wildcards.seed}"
    script:
        "../scripts/train_linear.py"


rule linear_trial:
    """Run the trained network of one g through the trial that Fig. 3(a) shows."""
    input:
        network=f"{LINEAR}/network.safetensors",
    output:
        trials=f"{LINEAR}/trials.parquet",
    log:
        "<logs>/linear/g{g}/seed{seed}/trial.log",
    benchmark:
        "<benchmarks>/linear/g{g}/seed{seed}/trial.tsv"
    localrule: True
    conda:
        "../../envs/linear.yaml"
    resources:
        **each_try(mem_mb=memory.linear(config["linear"]["N"]), runtime=10),
    params:
        **settings("linear", keys="N trial"),
        **settings("linear", "examples", keys="zhat dt"),
        code=code("linear_trial.py"),
    message:
        "Running the example trial of the linear network, g = {wildcards.g}"
    script:
        "../scripts/linear_trial.py"


rule linear_theory:
    """Tabulate Eqs (14) and (15) over learning time, and the scalings of Fig. 4."""
    output:
        theory="<results>/tables/linear_theory.parquet",
        scalings=table("linear_scalings"),
    log:
        "<logs>/linear/theory.log",
    benchmark:
        "<benchmarks>/linear/theory.tsv"
    localrule: True
    conda:
        "../../envs/linear.yaml"
    resources:
        **each_try(mem_mb=1000, runtime=10),
    params:
        **settings("linear", keys="targets epochs g"),
        code=code("linear_theory.py"),
    message:
        "Tabulating the theory of the linear networks"
    script:
        "../scripts/linear_theory.py"


rule train_small_targets:
    """Train linear networks with w orthogonal to Bm to small targets, for each N."""
    output:
        measurements=f"{SMALL_TARGETS}/measurements.csv",
        directions=f"{SMALL_TARGETS}/directions.csv",
        record=f"{SMALL_TARGETS}/record.json",
    log:
        "<logs>/linear/small_targets/g{g}/seed{seed}/train.log",
    benchmark:
        "<benchmarks>/linear/small_targets/g{g}/seed{seed}/train.tsv"
    group:
        "linear"
    conda:
        "../../envs/linear.yaml"
    resources:
        **each_try(mem_mb=of_linear(SMALL | {"N": max(SMALL["N"])})),
        runtime=minutes("linear", "train", "train_small_targets", otherwise=60),
        turn=1,
    params:
        **settings("linear", "small_targets", keys="N targets epochs"),
        **settings("linear", keys="dt trial threshold shuffles"),
        code=code("train_small_targets.py"),
    message:
        "Training linear networks to small targets, g = {wildcards.g}, seed {wildcards.seed}"
    script:
        "../scripts/train_small_targets.py"


rule compare_first_order:
    """Compare all linear networks with the first order of the learning time."""
    input:
        linear=f"{TABLES}/linear.csv",
        small_targets=f"{TABLES}/small_targets.csv",
    output:
        comparison=table("first_order"),
    log:
        "<logs>/linear/first_order.log",
    benchmark:
        "<benchmarks>/linear/first_order.tsv"
    localrule: True
    conda:
        "../../envs/linear.yaml"
    resources:
        **each_try(mem_mb=1000, runtime=10),
    params:
        **settings("linear", keys="threshold"),
        code=code("compare_first_order.py"),
    message:
        "Comparing linear networks with first order"
    script:
        "../scripts/compare_first_order.py"


rule train_cosine:
    """Train one linear network to produce a cosine without input; record eigenvalues."""
    output:
        measurements=f"{COSINE}/measurements.csv",
        curves=f"{COSINE}/curves.parquet",
        trial=f"{COSINE}/trial.parquet",
        record=f"{COSINE}/record.json",
    log:
        "<logs>/linear/cosine/g{g}/seed{seed}/train.log",
    benchmark:
        "<benchmarks>/linear/cosine/g{g}/seed{seed}/train.tsv"
    group:
        "linear"
    conda:
        "../../envs/linear.yaml"
    resources:
        **each_try(mem_mb=of_linear(config["linear"]["cosine"])),
        runtime=minutes("linear", "train", "train_cosine", otherwise=30),
        turn=1,
    params:
        **settings("linear", "cosine", keys="N trial epochs eigenvalue_interval"),
        **settings("linear", keys="threshold"),
        learning_rate=lambda wildcards: COSINE_RATES[float(wildcards.g)],
        code=code("train_cosine.py"),
    message:
        "Training a linear network on the cosine, g = {wildcards.g}, seed {wildcards.seed}"
    script:
        "../scripts/train_cosine.py"


rule train_divergence:
    """Train one linear network to targets at which it may diverge; record eigenvalues."""
    output:
        measurements=f"{DIVERGENCE}/measurements.csv",
        curves=f"{DIVERGENCE}/curves.parquet",
        record=f"{DIVERGENCE}/record.json",
    log:
        "<logs>/linear/divergence/g{g}/seed{seed}/train.log",
    benchmark:
        "<benchmarks>/linear/divergence/g{g}/seed{seed}/train.tsv"
    group:
        "linear"
    conda:
        "../../envs/linear.yaml"
    resources:
        **each_try(mem_mb=of_linear(config["linear"]["divergence"])),
        runtime=minutes("linear", "train", "train_divergence", otherwise=30),
        turn=1,
    params:
        **settings("linear", "divergence", keys="N trial targets epochs"),
        **settings("linear", keys="dt"),
        code=code("train_divergence.py"),
    message:
        "Training a linear network to large targets, g = {wildcards.g}, seed {wildcards.seed}"
    script:
        "../scripts/train_divergence.py"


rule second_order:
    """Train linear networks at g = 0; record the eigenvalues of dW at each epoch."""
    output:
        eigenvalues="<results>/tables/second_order.parquet",
        record="<results>/linear/second_order/record.json",
    log:
        "<logs>/linear/second_order.log",
    benchmark:
        "<benchmarks>/linear/second_order.tsv"
    group:
        "linear"
    conda:
        "../../envs/linear.yaml"
    resources:
        **each_try(mem_mb=of_linear(config["linear"]["second_order"])),
        runtime=minutes("linear", "second_order", "second_order", otherwise=30),
        turn=1,
    params:
        **settings("linear", "second_order", keys="N learning_rate epochs seeds"),
        **settings("linear", keys="dt trial targets"),
        code=code("second_order.py"),
    message:
        "Training linear networks at g = 0 for the eigenvalues of dW"
    script:
        "../scripts/second_order.py"


rule initial_readout:
    """Tabulate the readout of linear networks before training against N."""
    output:
        readouts=table("initial_readout"),
    log:
        "<logs>/linear/initial_readout.log",
    benchmark:
        "<benchmarks>/linear/initial_readout.tsv"
    localrule: True
    conda:
        "../../envs/linear.yaml"
    resources:
        **each_try(
            mem_mb=memory.linear(max(config["linear"]["readout"]["N"])), runtime=10
        ),
    params:
        **settings("linear", "readout", keys="N networks"),
        code=code("initial_readout.py"),
    message:
        "Drawing linear networks of several sizes"
    script:
        "../scripts/initial_readout.py"


LINEAR_GRID = {"g": LINEAR_G, "seed": config["linear"]["seeds"]}
EXAMPLE_GRID = {
    "g": [float(g) for g in config["linear"]["examples"]["g"]],
    "seed": config["linear"]["examples"]["seed"],
}
SMALL_TARGETS_GRID = {"g": [float(g) for g in SMALL["g"]], "seed": SMALL["seeds"]}
COSINE_GRID = {"g": list(COSINE_RATES), "seed": config["linear"]["cosine"]["seeds"]}
DIVERGENCE_GRID = {
    "g": [float(g) for g in config["linear"]["divergence"]["g"]],
    "seed": config["linear"]["divergence"]["seeds"],
}


rule truncate_linear:
    """Truncate dW of the linear networks of one g at the lowest ranks; Eq. (4)."""
    input:
        networks=expand(
            f"{LINEAR}/network.safetensors",
            seed=config["linear"]["seeds"],
            allow_missing=True,
        ),
    output:
        truncation="<results>/linear/g{g}/truncation.csv",
    log:
        "<logs>/linear/g{g}/truncate.log",
    benchmark:
        "<benchmarks>/linear/g{g}/truncate.tsv"
    localrule: True
    conda:
        "../../envs/linear.yaml"
    resources:
        **each_try(mem_mb=memory.linear(config["linear"]["N"]), runtime=10),
    params:
        **settings("linear", keys="N dt trial seeds"),
        code=code("truncate_linear.py"),
    message:
        "Truncating the linear networks, g = {wildcards.g}"
    script:
        "../scripts/truncate_linear.py"
