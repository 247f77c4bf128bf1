"""The paper's tables, each gathered from one file per experiment or network."""


rule nonlinear_tables:
    """Gather the measurements of the paper's experiments into tables."""
    input:
        networks=expand(f"{MEASURED}/networks.csv", experiment=PAPER_NETWORKS),
        losses=expand(f"{MEASURED}/losses.parquet", experiment=PAPER_NETWORKS),
        spectrum=expand(f"{MEASURED}/spectrum.parquet", experiment=PAPER_NETWORKS),
        eigenvalues=expand(f"{MEASURED}/eigenvalues.parquet", experiment=PAPER_NETWORKS),
        truncation=expand(f"{MEASURED}/truncation.csv", experiment=PAPER_NETWORKS),
        trials=expand(
            f"{NETWORK}/trial.parquet",
            experiment=used_by_readings(*PAPER_TASKS),
            g=float(EXAMPLES["trial_g"]),
            seed=EXAMPLES["seed"],
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
    localrule: True
    conda:
        "../../envs/nonlinear.yaml"
    resources:
        **each_try(mem_mb=memory.gathering(PAPER_EXPERIMENTS), runtime=10),
    params:
        code=code("gather_tables.py"),
    message:
        "Gathering the tables of the rate networks"
    script:
        "../scripts/gather_tables.py"


use rule nonlinear_tables as transitions_table with:
    """Concatenate the tables of the networks that were followed."""
    input:
        transitions=expand(
            f"{MEASURED}/transitions.parquet",
            experiment=used_by_readings(*PAPER_TASKS),
        ),
    output:
        transitions="<results>/tables/transitions.parquet",
    log:
        "<logs>/nonlinear/transitions.log",
    benchmark:
        "<benchmarks>/nonlinear/transitions.tsv"
    # Snakemake does not inherit it.
    localrule: True
    message:
        "Gathering the networks that were followed"


use rule nonlinear_tables as linear_tables with:
    """Concatenate the tables of the linear networks of Figs 3 and 4, and of small targets."""
    input:
        networks=each_network("measurements.csv", **LINEAR_GRID),
        small_targets=each_network(
            "measurements.csv", SMALL_TARGETS, **SMALL_TARGETS_GRID
        ),
        directions=[
            *each_network("directions.csv", **LINEAR_GRID),
            *each_network("directions.csv", SMALL_TARGETS, **SMALL_TARGETS_GRID),
        ],
        curves=each_network("curves.parquet", **LINEAR_GRID),
        trials=each_network("trials.parquet", **EXAMPLE_GRID),
    output:
        networks=table("linear"),
        small_targets=table("small_targets"),
        directions=table("linear_directions"),
        curves="<results>/tables/linear_curves.parquet",
        trials="<results>/tables/linear_trials.parquet",
    log:
        "<logs>/linear/tables.log",
    benchmark:
        "<benchmarks>/linear/tables.tsv"
    localrule: True
    message:
        "Gathering the tables of the linear networks"


use rule nonlinear_tables as cosine_tables with:
    """Concatenate the tables of the linear networks that learn a cosine."""
    input:
        networks=each_network("measurements.csv", COSINE, **COSINE_GRID),
        curves=each_network("curves.parquet", COSINE, **COSINE_GRID),
        trials=each_network("trial.parquet", COSINE, **COSINE_GRID),
    output:
        networks=table("cosine"),
        curves="<results>/tables/cosine_curves.parquet",
        trials="<results>/tables/cosine_trials.parquet",
    log:
        "<logs>/linear/cosine/tables.log",
    benchmark:
        "<benchmarks>/linear/cosine/tables.tsv"
    localrule: True
    message:
        "Gathering the tables of the cosine task"


use rule nonlinear_tables as divergence_tables with:
    """Concatenate the tables of the linear networks that may diverge."""
    input:
        networks=each_network("measurements.csv", DIVERGENCE, **DIVERGENCE_GRID),
        curves=each_network("curves.parquet", DIVERGENCE, **DIVERGENCE_GRID),
    output:
        networks=table("divergence"),
        curves="<results>/tables/divergence_curves.parquet",
    log:
        "<logs>/linear/divergence/tables.log",
    benchmark:
        "<benchmarks>/linear/divergence/tables.tsv"
    localrule: True
    message:
        "Gathering the tables of the divergence"


use rule nonlinear_tables as sentiment_tables with:
    """Join the tables of all LSTMs."""
    input:
        networks=of_lstms("networks.csv", used_by_readings("lstm")),
        curves=of_lstms("curves.csv", used_by_readings("lstm")),
        spectrum=of_lstms("spectrum.parquet", used_by_readings("lstm")),
        truncation=of_lstms("truncation.csv", used_by_readings("lstm")),
    output:
        networks=table("sentiment"),
        curves=table("sentiment_curves"),
        spectrum="<results>/tables/sentiment_spectrum.parquet",
        truncation=table("sentiment_truncation"),
    log:
        "<logs>/sentiment/tables.log",
    benchmark:
        "<benchmarks>/sentiment/tables.tsv"
    localrule: True
    message:
        "Gathering the tables of the LSTMs"


use rule nonlinear_tables as claims_tables with:
    """Gather what was computed for the claims into tidy tables."""
    input:
        linear_truncation=expand("<results>/linear/g{g}/truncation.csv", g=LINEAR_G),
        compression=[
            *expand(
                f"{MEASURED}/compression.csv",
                experiment=used_by_readings(*PAPER_TASKS),
            ),
            *of_lstms("compression.csv", used_by_readings("lstm")),
        ],
    output:
        linear_truncation=table("linear_truncation"),
        compression=table("compression"),
    log:
        "<logs>/claims/tables.log",
    benchmark:
        "<benchmarks>/claims/tables.tsv"
    localrule: True
    message:
        "Gathering the tables for the claims"
