"""The figures of the paper and its supplement, each drawn from tables alone."""

# Name of a figure: its tables, the options of its module's `draw`, and its title.
FIRST_READING = next(iter(READINGS.values()))
# The rate of a reading's rate networks, by its name.
RATES_OF_READINGS = {
    name: EXPERIMENTS[reading["flipflop"]].parameters["learning_rate"]
    for name, reading in READINGS.items()
}
FIGURES = {
    "fig3": (
        {
            "trials": f"{TABLES}/linear_trials.parquet",
            "curves": f"{TABLES}/linear_curves.parquet",
            "theory": f"{TABLES}/linear_theory.parquet",
        },
        settings("linear", "examples", keys="zhat g"),
        "Fig. 3: linear networks",
    ),
    "fig4": (
        {
            "networks": f"{TABLES}/first_order.csv",
            "scalings": f"{TABLES}/linear_scalings.csv",
        },
        {},
        "Fig. 4: linear networks, dependence on g",
    ),
    "figS_published": (
        {
            "networks": f"{TABLES}/nonlinear.csv",
            "published": source("paper/published.csv"),
        },
        {
            "experiments": {
                role: {name: reading[role] for name, reading in READINGS.items()}
                for role in PAPER_TASKS
            }
        },
        "Supplement: published values",
    ),
    "figS_rate": (
        {
            "rate": f"{TABLES}/rate.csv",
            "authors": f"{TABLES}/rate_authors.csv",
            "interpolated": f"{TABLES}/rate_interpolated.csv",
        },
        {"rates": RATES_OF_READINGS},
        "Supplement: identified learning rate",
    ),
    "figS_scaling": (
        {
            "scaling": f"{TABLES}/scaling.csv",
            "twice": f"{TABLES}/published_twice.csv",
            "published": source("paper/published.csv"),
        },
        {"rates": RATES_OF_READINGS},
        "Supplement: number of neurons",
    ),
    "figS_training": (
        {
            "training": f"{TABLES}/training.csv",
            "losses": f"{TABLES}/nonlinear_loss.parquet",
        },
        {
            "experiments": {
                role: {
                    way_of_training(EXPERIMENTS[name].parameters): name
                    for name in COMPARED["training"]
                    if EXPERIMENTS[name].task == role
                }
                for role in PAPER_TASKS
            },
            **settings("nonlinear", "examples", keys="g seed"),
        },
        "Supplement: what is trained, and how",
    ),
    "figS_spectra": (
        {
            "spectrum": f"{TABLES}/nonlinear_spectrum.parquet",
            "eigenvalues": f"{TABLES}/nonlinear_eigenvalues.parquet",
        },
        {
            "experiments": {role: FIRST_READING[role] for role in PAPER_TASKS},
            **settings("supplement", "spectra", keys="g seed"),
        },
        "Supplement: singular values and eigenvalues",
    ),
    "figS_weak": (
        {"weak": f"{TABLES}/weak.csv", "published": source("paper/published.csv")},
        {},
        "Supplement: weak initial connectivity",
    ),
    "figS_channels": (
        {
            "channels": f"{TABLES}/channels.csv",
            "spectrum": f"{TABLES}/nonlinear_spectrum.parquet",
            "alignment": f"{TABLES}/nonlinear_alignment.parquet",
        },
        channels_shown(),
        "Supplement: number of channels",
    ),
    "figS_transitions": (
        {
            "transitions": f"{TABLES}/transitions.parquet",
            "plateaus": f"{TABLES}/plateaus.csv",
        },
        {
            "experiments": {role: FIRST_READING[role] for role in PAPER_TASKS},
            **settings("nonlinear", "examples", keys="g"),
            "seed": config["supplement"]["transitions"]["seeds"][0],
            "readings": {
                name: [reading[role] for role in PAPER_TASKS]
                for name, reading in READINGS.items()
            },
        },
        "Supplement: plateaus and phase transitions",
    ),
    "figS_outbreaks": (
        {
            "interventions": f"{TABLES}/interventions.csv",
            "trials": f"{TABLES}/intervention_trials.parquet",
            "losses": f"{TABLES}/intervention_losses.parquet",
            "outbreaks": f"{TABLES}/outbreaks.csv",
        },
        {
            "readings": [
                {role: reading[role] for role in PAPER_TASKS}
                for reading in READINGS.values()
            ],
            "names": list(READINGS),
            "varied": sorted(
                {EXPERIMENTS[name].task for name in COMPARED["outbreaks"]}
            ),
        },
        "Supplement: outbreaks of the loss",
    ),
    "figS_directions": (
        {
            "directions": f"{TABLES}/nonlinear_directions.parquet",
            "gain": f"{TABLES}/nonlinear_gain.csv",
        },
        {
            "experiments": {role: FIRST_READING[role] for role in PAPER_TASKS},
            "example": float(max(EXAMPLES["g"])),
            **settings("supplement", "directions", keys="powers g"),
            **settings("nonlinear", "measurements", keys="threshold"),
        },
        "Supplement: directions of dW",
    ),
    "figS_first_order": (
        {
            "networks": f"{TABLES}/first_order.csv",
            "directions": f"{TABLES}/linear_directions.csv",
        },
        {
            "N": max(config["linear"]["small_targets"]["N"]),
            "small": sorted(
                float(target["zhat"])
                for target in config["linear"]["small_targets"]["targets"]
            ),
            "g": max(SMALL_TARGETS_GRID["g"]),
            "zhat": [float(zhat) for zhat in config["linear"]["examples"]["zhat"]],
        },
        "Supplement: linear networks against first order",
    ),
    "figS_linear_spectrum": (
        {
            "curves": f"{TABLES}/linear_curves.parquet",
            "theory": f"{TABLES}/linear_theory.parquet",
        },
        settings("linear", "examples", keys="zhat g"),
        "Supplement: spectrum of linear networks",
    ),
    "figS_cosine": (
        {
            "trials": f"{TABLES}/cosine_trials.parquet",
            "curves": f"{TABLES}/cosine_curves.parquet",
        },
        {
            "strengths": sorted(COSINE_RATES),
            **settings("linear", "cosine", "trial", keys="period dt"),
        },
        "Supplement: initial connectivity is necessary",
    ),
    "figS_divergence": (
        {"curves": f"{TABLES}/divergence_curves.parquet"},
        {
            "targets": [
                float(target["zhat"])
                for target in config["linear"]["divergence"]["targets"]
            ],
            "strengths": DIVERGENCE_GRID["g"],
        },
        "Supplement: divergence of linear networks",
    ),
    "figS_second_order": (
        {"eigenvalues": f"{TABLES}/second_order.parquet"},
        {},
        "Supplement: eigenvalues at second order",
    ),
}
for name, reading in READINGS.items():
    by_role = {role: reading[role] for role in PAPER_TASKS}
    FIGURES |= {
        f"fig1{suffix(name)}": (
            {
                "trials": f"{TABLES}/nonlinear_trials.parquet",
                "losses": f"{TABLES}/nonlinear_loss.parquet",
                "spectrum": f"{TABLES}/nonlinear_spectrum.parquet",
                "truncation": f"{TABLES}/nonlinear_truncation.csv",
            },
            {"experiments": by_role, **EXAMPLES},
            f"Fig. 1: three tasks, reading {name}",
        ),
        f"fig2{suffix(name)}": (
            {"networks": f"{TABLES}/nonlinear.csv"},
            {"experiments": by_role},
            f"Fig. 2: dependence on g, reading {name}",
        ),
        f"fig5{suffix(name)}": (
            {
                "spectrum": f"{TABLES}/sentiment_spectrum.parquet",
                "truncation": f"{TABLES}/sentiment_truncation.csv",
                "networks": f"{TABLES}/sentiment.csv",
            },
            {"experiment": reading["lstm"]},
            f"Fig. 5: LSTM, reading {name}",
        ),
        f"figS_sentiment{suffix(name)}": (
            {
                "curves": f"{TABLES}/sentiment_curves.csv",
                "truncation": f"{TABLES}/sentiment_truncation.csv",
                "spectrum": f"{TABLES}/sentiment_spectrum.parquet",
                "published": source("paper/published_lstm.csv"),
                "published_spectrum": source("paper/published_lstm_spectrum.csv"),
            },
            {
                "experiment": reading["lstm"],
                "others": {
                    lstm: LSTMS[lstm].parameters["learning_rate"]
                    for lstm in PAPER_LSTMS
                    if lstm != reading["lstm"]
                },
            },
            f"Supplement: training of the LSTM, reading {name}",
        ),
    }


def drawn_from(tables):
    """Return the rate networks whose losses or spectra a figure reads."""
    are_large = (
        re.search(r"nonlinear_\w+\.parquet", str(path)) for path in tables.values()
    )
    return PAPER_EXPERIMENTS if any(are_large) else []


for name, (tables, options, title) in FIGURES.items():

    rule:
        """Draw one figure."""
        name:
            name
        input:
            **tables,
        output:
            *figure_outputs(
                f"<results>/figures/{name}",
                f"../report/{module_of(name)}.rst",
                title,
            ),
        log:
            f"<logs>/figures/{name}.log",
        benchmark:
            f"<benchmarks>/figures/{name}.tsv"
        localrule: True
        conda:
            "../../envs/figures.yaml"
        resources:
            **each_try(mem_mb=memory.gathering(drawn_from(tables)), runtime=10),
        params:
            figure=module_of(name),
            options=options,
            preview=PREVIEW,
            code=code("draw_figure.py", f"interplay.figures.{module_of(name)}"),
        message:
            f"Drawing {title}"
        script:
            "../scripts/draw_figure.py"
