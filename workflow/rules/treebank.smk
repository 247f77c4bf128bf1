"""Section 4: the Stanford Sentiment Treebank and word vectors, fetched and prepared."""

from interplay.sentiment.tree_files import read_split_file
from interplay.sentiment.vector_text import check_first_lines

LOCAL_TREEBANK, LOCAL_VECTORS = config.get("treebank"), config.get("glove")
# Local copies of the real data come before the synthetic one that a preview asks for.
SYNTHETIC = "synthetic" in config["sentiment"] and not (LOCAL_TREEBANK or LOCAL_VECTORS)
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
            **each_try(mem_mb=1000, runtime=10),
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
            **each_try(mem_mb=500, runtime=30),
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
            **each_try(mem_mb=500, runtime=120),
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
        file=f"{SENTENCES}/vectors.json",
    log:
        "<logs>/sentiment/prepare_sentences.log",
    benchmark:
        "<benchmarks>/sentiment/prepare_sentences.tsv"
    priority: FIRST
    localrule: True
    conda:
        "../../envs/sentiment.yaml"
    resources:
        **each_try(mem_mb=2000, runtime=20),
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
        vectors_file=f"{SENTENCES}/vectors.json",
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
        **each_try(mem_mb=2000, runtime=10),
    params:
        treebank=TREEBANK,
        code=code("count_sentences.py"),
    message:
        "Counting sentences and words"
    script:
        "../scripts/count_sentences.py"
