"""Section 4: a two-layer LSTM on the Stanford Sentiment Treebank."""

LSTMS = sentiment_experiments(config["sentiment"])
PAPER_LSTMS = list(
    dict.fromkeys([*used_by_readings("lstm"), *compared_lstms(config["sentiment"])])
)
# Results do not depend on the number. Training a small network takes less time than
# compiling its engine, which one thread does.
LSTM_THREADS = 2 if config["sentiment"]["N"] > 64 else 1


rule train_lstm:
    """Train one LSTM from its random weights; write weights, curves and a record."""
    input:
        train=f"{SENTENCES}/train.parquet",
        dev=f"{SENTENCES}/dev.parquet",
        vectors=f"{SENTENCES}/vectors.parquet",
    output:
        network=f"{LSTM}/network.safetensors",
        curves=f"{LSTM}/curves.csv",
        record=f"{LSTM}/record.json",
    log:
        "<logs>/sentiment/{experiment}/seed{seed}/train.log",
    benchmark:
        "<benchmarks>/sentiment/{experiment}/seed{seed}/train.tsv"
    priority: FIRST
    conda:
        "../../envs/sentiment.yaml"
    threads: LSTM_THREADS
    resources:
        **each_try(mem_mb=lambda wildcards: of_lstm(wildcards) + memory.CUDA),
        runtime=minutes("sentiment", "train", "train_lstm", 360, at_least=SHORTEST),
    params:
        treebank=TREEBANK,
        experiment=lambda wildcards: LSTMS[wildcards.experiment].parameters,
        code=code("train_lstm.py"),
    message:
        "Training {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/train_lstm.py"


rule lstm_singular_values:
    """Measure the singular values of one LSTM's weights."""
    input:
        network=f"{LSTM}/network.safetensors",
        record=f"{LSTM}/record.json",
    output:
        spectrum=f"{LSTM}/spectrum.parquet",
    log:
        "<logs>/sentiment/{experiment}/seed{seed}/singular_values.log",
    benchmark:
        "<benchmarks>/sentiment/{experiment}/seed{seed}/singular_values.tsv"
    localrule: True
    conda:
        "../../envs/sentiment.yaml"
    resources:
        **each_try(mem_mb=lambda wildcards: of_lstm(wildcards, tokens=0), runtime=10),
    params:
        code=code("lstm_singular_values.py"),
    message:
        "Finding singular values of {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/lstm_singular_values.py"


rule truncate_lstm:
    """Test one LSTM, whole and with truncated weights."""
    input:
        network=f"{LSTM}/network.safetensors",
        record=f"{LSTM}/record.json",
        curves=f"{LSTM}/curves.csv",
        train=f"{SENTENCES}/train.parquet",
        dev=f"{SENTENCES}/dev.parquet",
        test=f"{SENTENCES}/test.parquet",
        vectors=f"{SENTENCES}/vectors.parquet",
    output:
        truncation=f"{LSTM}/truncation.csv",
        networks=f"{LSTM}/networks.csv",
    log:
        "<logs>/sentiment/{experiment}/seed{seed}/truncate.log",
    benchmark:
        "<benchmarks>/sentiment/{experiment}/seed{seed}/truncate.tsv"
    conda:
        "../../envs/sentiment.yaml"
    threads: LSTM_THREADS
    resources:
        **each_try(mem_mb=of_lstm),
        runtime=minutes("sentiment", "truncate", "truncate_lstm", 60, at_least=SHORTEST),
    params:
        **settings("sentiment", "measurements", keys="within train_ranks"),
        code=code("truncate_lstm.py"),
    message:
        "Truncating {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/truncate_lstm.py"


rule compare_lstms:
    """Compare learning curves and singular values with the paper's supplement."""
    input:
        curves=f"{TABLES}/sentiment_curves.csv",
        spectrum=f"{TABLES}/sentiment_spectrum.parquet",
        published=source("paper/published_lstm.csv"),
        published_spectrum=source("paper/published_lstm_spectrum.csv"),
    output:
        curves=table("sentiment_distance"),
        values=table("sentiment_singular_values"),
    log:
        "<logs>/sentiment/compare.log",
    benchmark:
        "<benchmarks>/sentiment/compare.tsv"
    localrule: True
    conda:
        "../../envs/sentiment.yaml"
    resources:
        **each_try(mem_mb=500, runtime=10),
    params:
        treebank=TREEBANK,
        code=code("compare_lstms.py"),
    message:
        "Comparing the LSTMs with the published ones"
    script:
        "../scripts/compare_lstms.py"


rule compress_lstm:
    """Archive one LSTM as a seed and a few factors of dW; test it, rebuilt from them."""
    input:
        network=f"{LSTM}/network.safetensors",
        record=f"{LSTM}/record.json",
        train=f"{SENTENCES}/train.parquet",
        dev=f"{SENTENCES}/dev.parquet",
        vectors=f"{SENTENCES}/vectors.parquet",
    output:
        compression=f"{LSTM}/compression.csv",
        network=f"{ARCHIVED}/seed{{seed}}.safetensors",
    log:
        "<logs>/sentiment/{experiment}/seed{seed}/compress.log",
    benchmark:
        "<benchmarks>/sentiment/{experiment}/seed{seed}/compress.tsv"
    localrule: True
    conda:
        "../../envs/sentiment.yaml"
    resources:
        **each_try(mem_mb=of_lstm, runtime=10),
    params:
        rank=lookup(dpath="compression/rank", within=config),
        code=code("compress_lstm.py"),
    message:
        "Compressing {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/compress_lstm.py"
