"""Section 2 and its supplement: single networks in detail."""


rule example_trial:
    """Run one trained network on the trial that Fig. 1 (a-c) shows."""
    input:
        **{name: f"{NETWORK}/{file}" for name, file in TRAINED.items()},
    output:
        trial=f"{NETWORK}/trial.parquet",
    log:
        "<logs>/nonlinear/{experiment}/g{g}/seed{seed}/trial.log",
    benchmark:
        "<benchmarks>/nonlinear/{experiment}/g{g}/seed{seed}/trial.tsv"
    localrule: True
    conda:
        "../../envs/nonlinear.yaml"
    resources:
        **each_try(mem_mb=of_experiment(memory.measuring), runtime=10),
    params:
        code=task_code("example_trial.py"),
    message:
        "Running the example trial of {wildcards.experiment}"
    script:
        "../scripts/example_trial.py"


rule compress_networks:
    """Rebuild networks from the seed of W0 and a few factors of dW."""
    input:
        **{
            name: of_networks(file, g=list(map(float, EXAMPLES["g"])))
            for name, file in TRAINED.items()
        },
    output:
        compression=f"{MEASURED}/compression.csv",
    log:
        "<logs>/nonlinear/{experiment}/compress.log",
    benchmark:
        "<benchmarks>/nonlinear/{experiment}/compress.tsv"
    localrule: True
    conda:
        "../../envs/nonlinear.yaml"
    resources:
        **each_try(mem_mb=of_experiment(memory.measuring, **TESTED), runtime=10),
    params:
        **settings("compression", keys="rank"),
        **settings("nonlinear", "measurements", keys="test_trials"),
        code=task_code("compress_networks.py"),
    message:
        "Compressing {wildcards.experiment}"
    script:
        "../scripts/compress_networks.py"


rule measure_directions:
    """Measure directions of dW, and the loss with a larger dW, in the readings' networks."""
    input:
        **{
            part: [
                path
                for name in used_by_readings(*PAPER_TASKS)
                for path in networks_of(EXPERIMENTS[name], file)
            ]
            for part, file in TRAINED.items()
        },
        measured=expand(
            f"{MEASURED}/networks.csv", experiment=used_by_readings(*PAPER_TASKS)
        ),
    output:
        directions="<results>/tables/nonlinear_directions.parquet",
        gain=table("nonlinear_gain"),
    log:
        "<logs>/nonlinear/directions.log",
    benchmark:
        "<benchmarks>/nonlinear/directions.tsv"
    conda:
        "../../envs/nonlinear.yaml"
    resources:
        **each_try(mem_mb=multiplying(used_by_readings(*PAPER_TASKS)), runtime=120),
    params:
        **settings("supplement", "directions", keys="powers permutations gains"),
        **settings("nonlinear", "measurements", keys="test_trials"),
        experiments={
            name: len(EXPERIMENTS[name].g) * len(EXPERIMENTS[name].seeds)
            for name in used_by_readings(*PAPER_TASKS)
        },
        code=code(
            "measure_directions.py",
            *(f"interplay.tasks.{role}" for role in PAPER_TASKS),
        ),
    message:
        "Measuring directions of dW"
    script:
        "../scripts/measure_directions.py"


rule follow_networks:
    """Train networks of Fig. 1 (d-f) again, and record eigenvalues of W meanwhile."""
    input:
        losses=f"{MEASURED}/losses.parquet",
    output:
        transitions=f"{MEASURED}/transitions.parquet",
        plateaus=f"{MEASURED}/plateaus.csv",
    log:
        "<logs>/nonlinear/{experiment}/follow.log",
    benchmark:
        "<benchmarks>/nonlinear/{experiment}/follow.tsv"
    group:
        "measure"
    conda:
        "../../envs/nonlinear.yaml"
    resources:
        **each_try(mem_mb=of_experiment(memory.training)),
        runtime=minutes("nonlinear", "follow", "follow_networks", otherwise=60),
        turn=1,
    params:
        **settings("supplement", "transitions", keys="seeds steps"),
        **settings("nonlinear", "measurements", keys="threshold"),
        experiment=lambda wildcards: network_parameters(wildcards.experiment),
        g=list(map(float, EXAMPLES["g"])),
        code=task_code("follow_networks.py"),
    message:
        "Following {wildcards.experiment} while it trains"
    script:
        "../scripts/follow_networks.py"
