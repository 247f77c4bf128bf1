"""The paper's claims, and what is computed for them alone."""

TABLES = "<results>/tables"


rule truncate_linear:
    """Measure the linear networks of one g with dW truncated at the lowest ranks."""
    input:
        weights="<results>/linear/g{g}/networks.safetensors",
    output:
        truncation="<results>/linear/g{g}/truncation.csv",
    params:
        N=lookup(dpath="linear/N", within=config),
        dt=lookup(dpath="linear/dt", within=config),
        trial=lookup(dpath="linear/trial", within=config),
        targets=lookup(dpath="linear/targets", within=config),
        seeds=lookup(dpath="linear/seeds", within=config),
        code=code("truncate_linear.py"),
    log:
        "<logs>/linear/g{g}/truncate.log",
    benchmark:
        "<benchmarks>/linear/g{g}/truncate.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    conda:
        "../../envs/interplay.yaml"
    message:
        "Truncating the linear networks, g = {wildcards.g}"
    script:
        "../scripts/truncate_linear.py"


rule compress_networks:
    """Rebuild the networks of one task and g from a seed and a few factors of dW."""
    input:
        networks=rules.analyse_networks.input.networks,
        losses=rules.analyse_networks.input.losses,
        records=rules.analyse_networks.input.records,
    output:
        compression="<results>/nonlinear/{task}/g{g}/compression.csv",
    params:
        rank=lookup(dpath="compression/rank", within=config),
        test_trials=lookup(dpath="nonlinear/analysis/test_trials", within=config),
        code=task_code("compress_networks.py"),
    log:
        "<logs>/nonlinear/{task}/g{g}/compress.log",
    benchmark:
        "<benchmarks>/nonlinear/{task}/g{g}/compress.tsv"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    conda:
        "../../envs/interplay.yaml"
    message:
        "Compressing {wildcards.task}, g = {wildcards.g}"
    script:
        "../scripts/compress_networks.py"


rule compress_lstm:
    """Rebuild one LSTM from a seed and a few factors of dW."""
    input:
        network="<results>/sentiment/seed{seed}/network.safetensors",
        record="<results>/sentiment/seed{seed}/record.json",
        train=f"{SENTENCES}/train.parquet",
        dev=f"{SENTENCES}/dev.parquet",
        vectors=f"{SENTENCES}/vectors.parquet",
    output:
        compression="<results>/sentiment/seed{seed}/compression.csv",
    params:
        rank=lookup(dpath="compression/rank", within=config),
        code=code("compress_lstm.py"),
    log:
        "<logs>/sentiment/seed{seed}/compress.log",
    benchmark:
        "<benchmarks>/sentiment/seed{seed}/compress.tsv"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    conda:
        "../../envs/interplay.yaml"
    message:
        "Compressing the LSTM, seed {wildcards.seed}"
    script:
        "../scripts/compress_lstm.py"


rule claims_tables:
    """Gather what was computed for the claims into tidy tables."""
    input:
        linear_truncation=expand("<results>/linear/g{g}/truncation.csv", g=LINEAR_G),
        compression=[
            *expand(
                "<results>/nonlinear/{task}/g{g}/compression.csv",
                task=NETWORKS,
                g=map(float, lookup(dpath="nonlinear/examples/g", within=config)),
            ),
            *of_every_lstm("compression.csv"),
        ],
    output:
        linear_truncation=f"{TABLES}/linear_truncation.csv",
        compression=table("compression"),
    params:
        code=code("gather_tables.py"),
    log:
        "<logs>/claims/tables.log",
    benchmark:
        "<benchmarks>/claims/tables.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    conda:
        "../../envs/interplay.yaml"
    message:
        "Gathering the tables for the claims"
    script:
        "../scripts/gather_tables.py"


rule evaluate_claims:
    """Measure every claim of the paper in the tables, and judge it."""
    input:
        claims="paper/claims.yaml",
        schema="workflow/schemas/claims.schema.yaml",
        published="paper/published.csv",
        nonlinear=f"{TABLES}/nonlinear.csv",
        nonlinear_loss=f"{TABLES}/nonlinear_loss.parquet",
        nonlinear_spectrum=f"{TABLES}/nonlinear_spectrum.parquet",
        nonlinear_eigenvalues=f"{TABLES}/nonlinear_eigenvalues.parquet",
        linear=f"{TABLES}/linear.csv",
        linear_curves=f"{TABLES}/linear_curves.parquet",
        linear_truncation=f"{TABLES}/linear_truncation.csv",
        sentiment=f"{TABLES}/sentiment.csv",
        sentiment_spectrum=f"{TABLES}/sentiment_spectrum.parquet",
        sentiment_truncation=f"{TABLES}/sentiment_truncation.csv",
        compression=f"{TABLES}/compression.csv",
    output:
        claims=table("claims"),
        measured=f"{TABLES}/claims_measured.csv",
    params:
        code=code("evaluate_claims.py"),
    log:
        "<logs>/claims/evaluate.log",
    benchmark:
        "<benchmarks>/claims/evaluate.tsv"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    conda:
        "../../envs/interplay.yaml"
    message:
        "Judging the paper's claims"
    script:
        "../scripts/evaluate_claims.py"


rule present_claims:
    """Show the claims as a page, for Snakemake's report."""
    input:
        claims=f"{TABLES}/claims.csv",
    output:
        page=report(
            "<results>/claims.html",
            caption="../report/claims.rst",
            category="Claims",
            labels={"claims": "every claim and its verdict"},
        ),
    params:
        code=code("present_claims.py"),
    log:
        "<logs>/claims/present.log",
    benchmark:
        "<benchmarks>/claims/present.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    conda:
        "../../envs/interplay.yaml"
    message:
        "Presenting the claims"
    script:
        "../scripts/present_claims.py"
