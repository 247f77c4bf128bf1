"""Section 4: a two-layer LSTM on the Stanford Sentiment Treebank."""

SENTENCES = "<results>/sentiment/data"
LOCAL_TREEBANK, LOCAL_VECTORS = config.get("treebank"), config.get("glove")
# Local copies of the real data come before the synthetic one that a preview asks for.
SYNTHETIC = "synthetic" in config["sentiment"] and not (LOCAL_TREEBANK or LOCAL_VECTORS)
LSTMS = config["sentiment"]["seeds"]
TREEBANK = "synthetic treebank" if SYNTHETIC else "Stanford Sentiment Treebank"

if LOCAL_TREEBANK and not Path(LOCAL_TREEBANK).is_dir():
    raise WorkflowError(
        f"config: treebank: expected a folder, found none: {LOCAL_TREEBANK}"
    )
if LOCAL_VECTORS and not Path(LOCAL_VECTORS).is_file():
    raise WorkflowError(f"config: glove: expected a file, found none: {LOCAL_VECTORS}")


localrules:
    compress_lstm,
    prepare_sentences,
    count_sentences,
    sentiment_tables,


if SYNTHETIC:

    localrules:
        write_synthetic_treebank,

    rule write_synthetic_treebank:
        """Write a small treebank by a seeded grammar, and vectors for its words."""
        output:
            train=f"{SENTENCES}/train.txt",
            dev=f"{SENTENCES}/dev.txt",
            test=f"{SENTENCES}/test.txt",
            vectors=f"{SENTENCES}/vectors.txt",
        log:
            "<logs>/sentiment/write_synthetic_treebank.log",
        benchmark:
            "<benchmarks>/sentiment/write_synthetic_treebank.tsv"
        conda:
            "../../envs/sentiment.yaml"
        threads: 1
        resources:
            mem_mb=each_try(1000),
            runtime=each_try(10),
        params:
            trees=lookup(dpath="sentiment/synthetic", within=config),
            dimension=lookup(dpath="sentiment/vectors/dimension", within=config),
            code=code("write_synthetic_treebank.py"),
        message:
            "Writing a synthetic treebank"
        script:
            "../scripts/write_synthetic_treebank.py"

else:

    localrules:
        fetch_treebank,
        fetch_vectors,

    rule fetch_treebank:
        """Get the three files of trees from their host, or from `--config treebank=DIR`."""
        output:
            train=f"{SENTENCES}/train.txt",
            dev=f"{SENTENCES}/dev.txt",
            test=f"{SENTENCES}/test.txt",
        log:
            "<logs>/sentiment/fetch_treebank.log",
        benchmark:
            "<benchmarks>/sentiment/fetch_treebank.tsv"
        conda:
            "../../envs/sentiment.yaml"
        threads: 1
        resources:
            mem_mb=each_try(500),
            runtime=each_try(30),
        params:
            url=lookup(dpath="sentiment/treebank/url", within=config),
            sha256=lookup(dpath="sentiment/treebank/sha256", within=config),
            files=lookup(dpath="sentiment/treebank/files", within=config),
            code=code("fetch_treebank.py"),
        message:
            "Getting the Stanford Sentiment Treebank"
        script:
            "../scripts/fetch_treebank.py"

    rule fetch_vectors:
        """Get GloVe's vectors from their host; not needed with `--config glove=FILE`."""
        output:
            vectors=f"{SENTENCES}/vectors.txt",
        log:
            "<logs>/sentiment/fetch_vectors.log",
        benchmark:
            "<benchmarks>/sentiment/fetch_vectors.tsv"
        conda:
            "../../envs/sentiment.yaml"
        threads: 1
        resources:
            mem_mb=each_try(500),
            runtime=each_try(120),
        params:
            url=lookup(dpath="sentiment/vectors/url", within=config),
            sha256=lookup(dpath="sentiment/vectors/sha256", within=config),
            file=lookup(dpath="sentiment/vectors/file", within=config),
            code=code("fetch_vectors.py"),
        message:
            "Downloading word vectors"
        script:
            "../scripts/fetch_vectors.py"


# A file that was fetched is known by its hash, not its date: fetching it once more, or
# otherwise, does not train the networks anew.
fetched = str if SYNTHETIC else ancient


rule prepare_sentences:
    """Turn trees into labelled sentences, and keep the vectors of their words."""
    input:
        train=fetched(f"{SENTENCES}/train.txt"),
        dev=fetched(f"{SENTENCES}/dev.txt"),
        test=fetched(f"{SENTENCES}/test.txt"),
        vectors=LOCAL_VECTORS or fetched(f"{SENTENCES}/vectors.txt"),
    output:
        train=f"{SENTENCES}/train.parquet",
        dev=f"{SENTENCES}/dev.parquet",
        test=f"{SENTENCES}/test.parquet",
        vectors=f"{SENTENCES}/vectors.parquet",
    log:
        "<logs>/sentiment/prepare_sentences.log",
    benchmark:
        "<benchmarks>/sentiment/prepare_sentences.tsv"
    conda:
        "../../envs/sentiment.yaml"
    threads: 1
    resources:
        mem_mb=each_try(2000),
        runtime=each_try(20),
    params:
        trees=lookup(dpath="sentiment/treebank/files", within=config),
        dimension=lookup(dpath="sentiment/vectors/dimension", within=config),
        archive=lookup(dpath="sentiment/vectors/sha256", within=config),
        code=code("prepare_sentences.py"),
    message:
        "Preparing sentences and word vectors"
    script:
        "../scripts/prepare_sentences.py"


rule count_sentences:
    """Write the table of data facts: trees, sentences, tokens, types, vectors."""
    input:
        train_trees=fetched(f"{SENTENCES}/train.txt"),
        dev_trees=fetched(f"{SENTENCES}/dev.txt"),
        test_trees=fetched(f"{SENTENCES}/test.txt"),
        train=f"{SENTENCES}/train.parquet",
        dev=f"{SENTENCES}/dev.parquet",
        test=f"{SENTENCES}/test.parquet",
        vectors=f"{SENTENCES}/vectors.parquet",
    output:
        facts=table("sentiment_data"),
    log:
        "<logs>/sentiment/count_sentences.log",
    benchmark:
        "<benchmarks>/sentiment/count_sentences.tsv"
    conda:
        "../../envs/sentiment.yaml"
    threads: 1
    resources:
        mem_mb=each_try(2000),
        runtime=each_try(10),
    params:
        treebank=TREEBANK,
        code=code("count_sentences.py"),
    message:
        "Counting sentences and words"
    script:
        "../scripts/count_sentences.py"


rule train_lstm:
    """Train one LSTM from its random weights; keep weights, curves and a record."""
    input:
        train=f"{SENTENCES}/train.parquet",
        dev=f"{SENTENCES}/dev.parquet",
        vectors=f"{SENTENCES}/vectors.parquet",
    output:
        network="<results>/sentiment/seed{seed}/network.safetensors",
        curves="<results>/sentiment/seed{seed}/curves.csv",
        record="<results>/sentiment/seed{seed}/record.json",
    log:
        "<logs>/sentiment/seed{seed}/train.log",
    benchmark:
        "<benchmarks>/sentiment/seed{seed}/train.tsv"
    conda:
        "../../envs/sentiment.yaml"
    threads: 2
    resources:
        mem_mb=each_try(2500),
        runtime=each_try(360),
    params:
        treebank=TREEBANK,
        N=lookup(dpath="sentiment/N", within=config),
        epochs=lookup(dpath="sentiment/epochs", within=config),
        batch=lookup(dpath="sentiment/batch", within=config),
        learning_rate=lookup(dpath="sentiment/learning_rate", within=config),
        dropout=lookup(dpath="sentiment/dropout", within=config),
        code=code("train_lstm.py"),
    message:
        "Training the LSTM, seed {wildcards.seed}"
    script:
        "../scripts/train_lstm.py"


rule analyse_lstm:
    """Measure spectra and truncations of one LSTM, and how good it is."""
    input:
        network="<results>/sentiment/seed{seed}/network.safetensors",
        record="<results>/sentiment/seed{seed}/record.json",
        train=f"{SENTENCES}/train.parquet",
        dev=f"{SENTENCES}/dev.parquet",
        test=f"{SENTENCES}/test.parquet",
        vectors=f"{SENTENCES}/vectors.parquet",
    output:
        spectrum="<results>/sentiment/seed{seed}/spectrum.parquet",
        truncation="<results>/sentiment/seed{seed}/truncation.csv",
        networks="<results>/sentiment/seed{seed}/networks.csv",
    log:
        "<logs>/sentiment/seed{seed}/analyse.log",
    benchmark:
        "<benchmarks>/sentiment/seed{seed}/analyse.tsv"
    conda:
        "../../envs/sentiment.yaml"
    threads: 2
    resources:
        mem_mb=each_try(2500),
        runtime=each_try(60),
    params:
        within=lookup(dpath="sentiment/analysis/within", within=config),
        code=code("analyse_lstm.py"),
    message:
        "Analysing the LSTM, seed {wildcards.seed}"
    script:
        "../scripts/analyse_lstm.py"


rule sentiment_tables:
    """Gather what was found of every LSTM into the tidy tables."""
    input:
        networks=expand("<results>/sentiment/seed{seed}/networks.csv", seed=LSTMS),
        curves=expand("<results>/sentiment/seed{seed}/curves.csv", seed=LSTMS),
        spectrum=expand("<results>/sentiment/seed{seed}/spectrum.parquet", seed=LSTMS),
        truncation=expand("<results>/sentiment/seed{seed}/truncation.csv", seed=LSTMS),
    output:
        networks=table("sentiment"),
        curves=table("sentiment_curves"),
        spectrum="<results>/tables/sentiment_spectrum.parquet",
        truncation=table("sentiment_truncation"),
    log:
        "<logs>/sentiment/tables.log",
    benchmark:
        "<benchmarks>/sentiment/tables.tsv"
    conda:
        "../../envs/sentiment.yaml"
    threads: 1
    resources:
        mem_mb=each_try(1000),
        runtime=each_try(10),
    params:
        code=code("gather_tables.py"),
    message:
        "Gathering the tables of the LSTMs"
    script:
        "../scripts/gather_tables.py"


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
    log:
        "<logs>/sentiment/seed{seed}/compress.log",
    benchmark:
        "<benchmarks>/sentiment/seed{seed}/compress.tsv"
    conda:
        "../../envs/sentiment.yaml"
    threads: 1
    resources:
        mem_mb=each_try(1500),
        runtime=each_try(10),
    params:
        rank=lookup(dpath="compression/rank", within=config),
        code=code("compress_lstm.py"),
    message:
        "Compressing the LSTM, seed {wildcards.seed}"
    script:
        "../scripts/compress_lstm.py"
