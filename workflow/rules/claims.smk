"""The paper's claims, and what is computed for them alone."""

for name in COMPARED:

    rule:
        """Compare experiments that differ in one thing."""
        name:
            "identify_rate" if name == "rate" else f"compare_{name}"
        input:
            **compared_tables(name),
        output:
            comparison=table(name),
        log:
            f"<logs>/claims/{name}.log",
        benchmark:
            f"<benchmarks>/claims/{name}.tsv"
        localrule: True
        conda:
            "../../envs/claims.yaml"
        resources:
            **each_try(
                mem_mb=(
                    memory.gathering(PAPER_EXPERIMENTS)
                    if name in ("scaling", "outbreaks")
                    else 500
                ),
                runtime=10,
            ),
        params:
            comparison=name,
            experiments={one: EXPERIMENTS[one].parameters for one in compared_by(name)},
            measured=(
                settings("nonlinear", "measurements", keys="threshold")
                if name == "outbreaks"
                else {}
            ),
            code=code("compare_experiments.py"),
        message:
            f"Comparing experiments: {name}"
        script:
            "../scripts/compare_experiments.py"


# Experiments that differ from those of the first reading in the learning rate alone.
RATES = {
    one.name: one.parameters
    for one in PAPER_EXPERIMENTS
    for first in [EXPERIMENTS[FIRST_READING[one.task]].parameters]
    if one.parameters == first | {"learning_rate": one.parameters["learning_rate"]}
}


rule interpolate_rate:
    """Interpolate the learning rate of the published figures, task by task."""
    input:
        networks=f"{TABLES}/nonlinear.csv",
        authors=source("paper/authors_code.csv"),
        published=source("paper/published.csv"),
    output:
        authors=table("rate_authors"),
        interpolated=table("rate_interpolated"),
        twice=table("published_twice"),
    log:
        "<logs>/claims/rate_interpolated.log",
    benchmark:
        "<benchmarks>/claims/rate_interpolated.tsv"
    localrule: True
    conda:
        "../../envs/claims.yaml"
    resources:
        **each_try(mem_mb=500, runtime=10),
    params:
        experiments=RATES,
        code=code("interpolate_rate.py"),
    message:
        "Interpolating the learning rate of the published figures"
    script:
        "../scripts/interpolate_rate.py"


rule evaluate_claims:
    """Measure every claim of the paper, compare it with the published values, judge it."""
    input:
        **{name: f"{TABLES}/{name}.csv" for name in COMPARED},
        claims=source("paper/claims.yaml"),
        schema=source("workflow/schemas/claims.schema.yaml"),
        explanations=source("paper/explanations.yaml"),
        explanation_schema=source("workflow/schemas/explanations.schema.yaml"),
        published=source("paper/published.csv"),
        nonlinear=f"{TABLES}/nonlinear.csv",
        nonlinear_loss=f"{TABLES}/nonlinear_loss.parquet",
        nonlinear_spectrum=f"{TABLES}/nonlinear_spectrum.parquet",
        nonlinear_truncation=f"{TABLES}/nonlinear_truncation.csv",
        nonlinear_eigenvalues=f"{TABLES}/nonlinear_eigenvalues.parquet",
        interventions=f"{TABLES}/interventions.csv",
        plateaus=f"{TABLES}/plateaus.csv",
        linear=f"{TABLES}/linear.csv",
        linear_curves=f"{TABLES}/linear_curves.parquet",
        nonlinear_directions=f"{TABLES}/nonlinear_directions.parquet",
        linear_truncation=f"{TABLES}/linear_truncation.csv",
        first_order=f"{TABLES}/first_order.csv",
        linear_directions=f"{TABLES}/linear_directions.csv",
        cosine=f"{TABLES}/cosine.csv",
        divergence=f"{TABLES}/divergence.csv",
        second_order=f"{TABLES}/second_order.parquet",
        initial_readout=f"{TABLES}/initial_readout.csv",
        sentiment=f"{TABLES}/sentiment.csv",
        sentiment_spectrum=f"{TABLES}/sentiment_spectrum.parquet",
        sentiment_truncation=f"{TABLES}/sentiment_truncation.csv",
        compression=f"{TABLES}/compression.csv",
    output:
        claims=table("claims"),
        measured=table("claims_measured"),
        agreement=table("agreement"),
        explanations=table("explanations"),
    log:
        "<logs>/claims/evaluate.log",
    benchmark:
        "<benchmarks>/claims/evaluate.tsv"
    localrule: True
    conda:
        "../../envs/claims.yaml"
    resources:
        **each_try(mem_mb=memory.gathering(PAPER_EXPERIMENTS), runtime=10),
    params:
        readings=READINGS,
        code=code("evaluate_claims.py"),
    message:
        "Judging the paper's claims"
    script:
        "../scripts/evaluate_claims.py"
