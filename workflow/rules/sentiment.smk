"""Section 4: a two-layer LSTM on the Stanford Sentiment Treebank."""

from interplay.sentiment.tree_files import read_split_file
from interplay.sentiment.vector_text import check_first_lines

# In a container, where jobs read these files, `~` may be another folder.
config.update(
    {
        key: os.path.expanduser(config[key])
        for key in ("treebank", "glove")
        if key in config
    }
)
LOCAL_TREEBANK, LOCAL_VECTORS = config.get("treebank"), config.get("glove")
# Local copies of the real data come before the synthetic one that a preview asks for.
SYNTHETIC = "synthetic" in config["sentiment"] and not (LOCAL_TREEBANK or LOCAL_VECTORS)
LSTMS = sentiment_experiments(config["sentiment"])
# Results do not depend on the number. Training a small network takes less time than
# compiling its engine, which one thread does.
LSTM_THREADS = 2 if config["sentiment"]["N"] > 64 else 1
# No other job takes as long as training an LSTM, so it and its inputs start first.
FIRST = 1
TREEBANK = "synthetic treebank" if SYNTHETIC else "Stanford Sentiment Treebank"

# Local files of another kind are refused here, before any job starts.
try:
    if LOCAL_TREEBANK:
        for split, sha256 in config["sentiment"]["treebank"]["files"].items():
            read_split_file(Path(LOCAL_TREEBANK), split, sha256)
    if LOCAL_VECTORS:
        check_first_lines(
            LOCAL_VECTORS, **settings("sentiment", "vectors", keys="file dimension")
        )
except InputError as error:
    raise WorkflowError(str(error)) from None


# Downloads and what is prepared from them serve all results folders. The name of a folder
# is the hash of the vectors' file as it is given, which `sha256sum` confirms: the same file
# at another path changes nothing, and another file never replaces what was prepared from
# this one. A zip archive as downloaded has the hash of the download. The same vectors
# unpacked or compressed otherwise are another file, and are prepared again.
if SYNTHETIC:
    TREES = VECTORS = SENTENCES = "<results>/sentiment/data"
    VECTORS_SHA256 = ""
else:
    VECTORS_SHA256 = (
        file_hash(LOCAL_VECTORS)
        if LOCAL_VECTORS
        else config["sentiment"]["vectors"]["sha256"]
    )
    TREES = "<resources>/sentiment/trees"
    VECTORS = "<resources>/sentiment/vectors"
    SENTENCES = f"<resources>/sentiment/prepared-{VECTORS_SHA256[:12]}"


if SYNTHETIC:

    rule write_synthetic_treebank:
        """Write a small treebank by a seeded grammar, and vectors for its words."""
        output:
            train=f"{TREES}/train.txt",
            dev=f"{TREES}/dev.txt",
            test=f"{TREES}/test.txt",
            vectors=f"{VECTORS}/vectors.txt",
        log:
            "<logs>/sentiment/write_synthetic_treebank.log",
        benchmark:
            "<benchmarks>/sentiment/write_synthetic_treebank.tsv"
        priority: FIRST
        localrule: True
        conda:
            "../../envs/sentiment.yaml"
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

    rule fetch_treebank:
        """Get the three files of trees from their host, or from `--config treebank=PATH`."""
        output:
            train=f"{TREES}/train.txt",
            dev=f"{TREES}/dev.txt",
            test=f"{TREES}/test.txt",
        log:
            "<logs>/sentiment/fetch_treebank.log",
        benchmark:
            "<benchmarks>/sentiment/fetch_treebank.tsv"
        priority: FIRST
        localrule: True
        conda:
            "../../envs/sentiment.yaml"
        resources:
            mem_mb=each_try(500),
            runtime=each_try(30),
        params:
            **settings("sentiment", "treebank", keys="urls sha256 files"),
            code=code("fetch_treebank.py"),
        message:
            "Getting the Stanford Sentiment Treebank"
        script:
            "../scripts/fetch_treebank.py"

    rule fetch_vectors:
        """Get GloVe's vectors from their host; not needed with `--config glove=FILE`."""
        output:
            vectors=f"{VECTORS}/vectors.txt",
        log:
            "<logs>/sentiment/fetch_vectors.log",
        benchmark:
            "<benchmarks>/sentiment/fetch_vectors.tsv"
        priority: FIRST
        localrule: True
        conda:
            "../../envs/sentiment.yaml"
        resources:
            mem_mb=each_try(500),
            runtime=each_try(120),
        params:
            **settings("sentiment", "vectors", keys="urls sha256 file"),
            code=code("fetch_vectors.py"),
        message:
            "Downloading word vectors"
        script:
            "../scripts/fetch_vectors.py"


# The hash of a downloaded file identifies it, not its date: downloading it again does not
# retrain the networks.
fetched = str if SYNTHETIC else ancient


rule prepare_sentences:
    """Turn trees into labelled sentences, and keep the vectors of their words."""
    input:
        train=fetched(f"{TREES}/train.txt"),
        dev=fetched(f"{TREES}/dev.txt"),
        test=fetched(f"{TREES}/test.txt"),
        # The hash of a local file, a parameter, stands for it.
        vectors=[] if LOCAL_VECTORS else fetched(f"{VECTORS}/vectors.txt"),
    output:
        train=f"{SENTENCES}/train.parquet",
        dev=f"{SENTENCES}/dev.parquet",
        test=f"{SENTENCES}/test.parquet",
        vectors=f"{SENTENCES}/vectors.parquet",
    log:
        "<logs>/sentiment/prepare_sentences.log",
    benchmark:
        "<benchmarks>/sentiment/prepare_sentences.tsv"
    priority: FIRST
    localrule: True
    conda:
        "../../envs/sentiment.yaml"
    resources:
        mem_mb=each_try(2000),
        runtime=each_try(20),
    params:
        **settings("sentiment", "vectors", keys="file dimension"),
        trees=lookup(dpath="sentiment/treebank/files", within=config),
        # The file that is taken out of a zip archive, and the numbers per word in it.
        vectors_sha256=VECTORS_SHA256,
        code=code("prepare_sentences.py"),
    message:
        "Preparing sentences and word vectors"
    script:
        "../scripts/prepare_sentences.py"


rule count_sentences:
    """Write the table of data facts: trees, sentences, tokens, types, vectors."""
    input:
        train_trees=fetched(f"{TREES}/train.txt"),
        dev_trees=fetched(f"{TREES}/dev.txt"),
        test_trees=fetched(f"{TREES}/test.txt"),
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
    localrule: True
    conda:
        "../../envs/sentiment.yaml"
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
        mem_mb=each_try(2500),
        runtime=each_try(360),
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
        mem_mb=each_try(1000),
        runtime=each_try(10),
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
        mem_mb=each_try(2500),
        runtime=each_try(60),
    params:
        within=lookup(dpath="sentiment/measurements/within", within=config),
        code=code("truncate_lstm.py"),
    message:
        "Truncating {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/truncate_lstm.py"


rule sentiment_tables:
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
    conda:
        "../../envs/sentiment.yaml"
    resources:
        mem_mb=each_try(1000),
        runtime=each_try(10),
    params:
        code=code("gather_tables.py"),
    message:
        "Gathering the tables of the LSTMs"
    script:
        "../scripts/gather_tables.py"


rule compare_lstm_curves:
    """Compare learning curves with those that the paper's supplement shows."""
    input:
        curves=rules.sentiment_tables.output.curves,
        published=source("paper/published_lstm.csv"),
    output:
        table=table("sentiment_distance"),
    log:
        "<logs>/sentiment/compare_curves.log",
    benchmark:
        "<benchmarks>/sentiment/compare_curves.tsv"
    localrule: True
    conda:
        "../../envs/sentiment.yaml"
    resources:
        mem_mb=each_try(500),
        runtime=each_try(10),
    params:
        treebank=TREEBANK,
        code=code("compare_lstm_curves.py"),
    message:
        "Comparing the LSTMs' learning curves with the published ones"
    script:
        "../scripts/compare_lstm_curves.py"


rule compress_lstm:
    """Rebuild one LSTM from a seed and a few factors of dW."""
    input:
        network=f"{LSTM}/network.safetensors",
        record=f"{LSTM}/record.json",
        train=f"{SENTENCES}/train.parquet",
        dev=f"{SENTENCES}/dev.parquet",
        vectors=f"{SENTENCES}/vectors.parquet",
    output:
        compression=f"{LSTM}/compression.csv",
    log:
        "<logs>/sentiment/{experiment}/seed{seed}/compress.log",
    benchmark:
        "<benchmarks>/sentiment/{experiment}/seed{seed}/compress.tsv"
    localrule: True
    conda:
        "../../envs/sentiment.yaml"
    resources:
        mem_mb=each_try(1500),
        runtime=each_try(10),
    params:
        rank=lookup(dpath="compression/rank", within=config),
        code=code("compress_lstm.py"),
    message:
        "Compressing {wildcards.experiment}, seed {wildcards.seed}"
    script:
        "../scripts/compress_lstm.py"
