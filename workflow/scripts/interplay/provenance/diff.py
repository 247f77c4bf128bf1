"""Compare two runs: the first job that differs, why, and by how much the results differ."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.image import imread

from interplay.provenance.graph import Graph
from interplay.provenance.receipts import Receipt
from interplay.storage.tables import read_table

VOLATILE = ("record.json",)
"""names of files that hold times, and differ between equal runs"""

UNIMPORTANT = ("slurm_job", "threads")
"""entries of a machine that cannot change a result"""

KEYS = (
    "id", "label", "reading", "part", "experiment", "role", "task", "quantity", "zhat", "g",
    "N", "seed", "split", "vectors", "matrix", "layer", "weight", "target", "index", "rank",
    "epoch", "tau", "kind", "channel", "time",
)  # fmt: skip
"""columns that say what a row of a table describes"""

SHOWN = 5


@dataclass(frozen=True)
class Cause:
    """One reason for which a job can give another result."""

    kind: str
    """code, parameters, input, lock or machine"""
    detail: str


def difference(a: Path, b: Path, work: Path) -> Iterator[str]:
    """Yield the lines of a comparison of two results folders, live or archived."""
    first, second = Graph.read(a, work), Graph.read(b, work)
    if first.chain.digest == second.chain.digest:
        yield f"{a} and {b} are the same run: digest {first.chain.digest}"
        return
    yield from _job_differences(first, second, str(a), str(b))
    yield from _table_differences(first, second)
    yield from _verdict_differences(first, second)
    yield from _figure_differences(first, second)


def _job_differences(first: Graph, second: Graph, a: str, b: str) -> Iterator[str]:
    ours, theirs = _jobs(first), _jobs(second)
    common = [name for name in theirs if name in ours]
    causes = {
        name: list(causes_of(ours[name], theirs[name], first, second)) for name in common
    }
    changed = {
        name
        for name in common
        if _hashes(ours[name], first) != _hashes(theirs[name], second)
    }
    with_cause = [name for name in common if causes[name]]
    unexplained = [
        name
        for name in common
        if name in changed
        and not causes[name]
        and ({*with_cause, *changed} - {name}).isdisjoint(_parents(theirs[name], second))
    ]
    origin = next((name for name in common if name in {*with_cause, *unexplained}), None)
    if origin is None:
        yield "no job that both runs have differs"
    else:
        yield f"first job that differs: {_title(theirs[origin])}, which makes {origin}"
        for cause in causes[origin][:SHOWN]:
            yield f"  {cause.kind}: {cause.detail}"
        if more := causes[origin][SHOWN:]:
            yield f"  … and {len(more)} more"
        if not causes[origin]:
            yield (
                "  not reproduced: code, parameters, inputs, lock and machine are equal, "
                "the output is not"
            )
        elif origin not in changed:
            yield "  its outputs are nevertheless identical"
    kinds = Counter(kind for name in common for kind in {c.kind for c in causes[name]})
    own = ", ".join(f"{count} in {kind}" for kind, count in kinds.items())
    yield (
        f"{len(common)} jobs in both: {len(with_cause)} differ themselves"
        + (f" ({own})" if own else "")
        + f", {len(changed)} have other outputs"
    )
    for name, only, others in ((a, ours, theirs), (b, theirs, ours)):
        missing = [job for path, job in only.items() if path not in others]
        if missing:
            rules = Counter(job.rule for job in missing)
            listed = ", ".join(f"{count} {rule}" for rule, count in rules.items())
            yield f"only in {name}: {len(missing)} jobs: {listed}"
            yield f"  the first is {_title(missing[0])}"


def _jobs(graph: Graph) -> dict[str, Receipt]:
    return {_name(job, graph): job for job in graph.receipts}


def _name(job: Receipt, graph: Graph) -> str:
    """Return the first output of a job, relative to the results folder."""
    return _inside(next(iter(job.outputs)), graph)


def _inside(path: str, graph: Graph) -> str:
    return path.removeprefix(f"{graph.results}/")


def _title(job: Receipt) -> str:
    wildcards = ", ".join(f"{key} = {value}" for key, value in job.wildcards.items())
    return f"{job.rule} ({wildcards})" if wildcards else job.rule


def _hashes(job: Receipt, graph: Graph) -> dict[str, str]:
    return {
        _inside(path, graph): sha256
        for path, sha256 in job.outputs.items()
        if Path(path).name not in VOLATILE
    }


def causes_of(
    ours: Receipt, theirs: Receipt, first: Graph, second: Graph
) -> Iterator[Cause]:
    """Yield the differences of one job that do not come from the outputs that it read."""
    if ours.code_hash != theirs.code_hash:
        for path in sorted({*ours.code, *theirs.code}):
            if ours.code.get(path) != theirs.code.get(path):
                word = "differs"
                if path not in theirs.code:
                    word = "is no longer used"
                elif path not in ours.code:
                    word = "is new"
                yield Cause("code", f"{path} {word}")
    yield from _mapping("parameters", ours.parameters, theirs.parameters)
    inputs = [
        {
            graph.place.source(path) or path: sha256[:12]
            for path, sha256 in job.inputs.items()
            if path not in graph.producers
        }
        for job, graph in ((ours, first), (theirs, second))
    ]
    yield from _mapping("input", inputs[0], inputs[1])
    parents = [_parents(ours, first), _parents(theirs, second)]
    yield from _only(parents[0], parents[1], "gone")
    yield from _only(parents[1], parents[0], "new")
    if ours.lock != theirs.lock:
        yield Cause("lock", f"{ours.lock[:12]} and {theirs.lock[:12]}")
    machines = [
        {key: value for key, value in job.machine.items() if key not in UNIMPORTANT}
        for job in (ours, theirs)
    ]
    yield from _mapping("machine", machines[0], machines[1])


def _parents(job: Receipt, graph: Graph) -> dict[str, Receipt]:
    """Return the jobs that a job read from, by their first output."""
    parents = [graph.by_id[parent] for parent in job.parents]
    return {_name(parent, graph): parent for parent in parents}


def _only(
    here: Mapping[str, Receipt], there: Mapping[str, Receipt], word: str
) -> Iterator[Cause]:
    """Yield a cause per rule for jobs that are only here, with their own wildcards."""
    only = [job for name, job in here.items() if name not in there]
    for rule in sorted({job.rule for job in only}):
        jobs, others = (
            [job.wildcards for job in several if job.rule == rule]
            for several in (only, there.values())
        )
        own = [
            f"{key} = {', '.join(sorted(values, key=lambda v: (len(v), v)))}"
            for key in jobs[0]
            if (values := {one[key] for one in jobs} - {one[key] for one in others})
        ]
        which = f": {'; '.join(own)}" if own else ""
        yield Cause("input", f"{len(jobs)} jobs of {rule} are {word}{which}")


def _mapping(
    kind: str, ours: Mapping[str, Any], theirs: Mapping[str, Any], prefix: str = ""
) -> Iterator[Cause]:
    for key in {**ours, **theirs}:
        mine, other = ours.get(key), theirs.get(key)
        if isinstance(mine, Mapping) and isinstance(other, Mapping):
            yield from _mapping(kind, mine, other, f"{prefix}{key}/")
        elif mine != other:
            yield Cause(kind, f"{prefix}{key}: {mine} and {other}")


def _table_differences(first: Graph, second: Graph) -> Iterator[str]:
    for name, ours, theirs in _both(first, second, "tables/"):
        if name != "tables/claims.csv":
            for line in table_difference(read_table(ours), read_table(theirs)):
                yield f"{name}: {line}"


def _both(first: Graph, second: Graph, start: str) -> Iterator[tuple[str, Path, Path]]:
    """Yield the files that both runs have on disk and whose hashes differ."""
    hashes = [
        {_inside(p, graph): h for job in graph.receipts for p, h in job.outputs.items()}
        for graph in (first, second)
    ]
    for name in sorted({*hashes[0]} & {*hashes[1]}):
        ours, theirs = first.place.folder / name, second.place.folder / name
        differs = hashes[0][name] != hashes[1][name]
        if name.startswith(start) and differs and ours.is_file() and theirs.is_file():
            yield name, ours, theirs


def table_difference(ours: pd.DataFrame, theirs: pd.DataFrame) -> Iterator[str]:
    """Yield the columns in which two tables differ, and by how much.

    Rows are paired by the columns in `KEYS`; if these do not tell rows apart, by position.
    """
    for column in ours.columns.symmetric_difference(theirs.columns):
        yield f"column {column} is in one of them only"
    keys = [key for key in KEYS if key in ours.columns and key in theirs.columns]
    if keys and not ours.duplicated(keys).any() and not theirs.duplicated(keys).any():
        ours, theirs = ours.set_index(keys), theirs.set_index(keys)
    paired = ours.index.intersection(theirs.index)
    if only := len(ours) - len(paired):
        yield f"{only} rows are in the first only"
    if only := len(theirs) - len(paired):
        yield f"{only} rows are in the second only"
    for column in ours.columns.intersection(theirs.columns):
        mine, other = ours.loc[paired, column], theirs.loc[paired, column]
        same = (mine == other) | (mine.isna() & other.isna())
        count = int((~same).sum())
        if count:
            yield f"{column} differs in {count} of {len(paired)} rows{_size(mine, other)}"


def _size(mine: pd.Series, other: pd.Series) -> str:
    """Return how large the difference of two columns of numbers is."""
    numbers = pd.api.types.is_numeric_dtype
    if not (numbers(mine) and numbers(other)) or mine.dtype == bool:
        return ""
    change = (mine.astype(float) - other.astype(float)).abs()
    relative = change / mine.astype(float).abs().replace(0, np.nan)
    share = "" if relative.isna().all() else f", {relative.max():.2g} of the value"
    return "" if change.isna().all() else f", by at most {change.max():.3g}{share}"


def _verdict_differences(first: Graph, second: Graph) -> Iterator[str]:
    found = []
    for name, *files in _both(first, second, "tables/claims.csv"):
        ours, theirs = (read_table(file).set_index(["id", "reading"]) for file in files)
        paired = ours.index.intersection(theirs.index)
        for key in paired:
            before, after = ours.verdict[key], theirs.verdict[key]
            if before != after:
                found.append(f"{' in reading '.join(key)}: {before}, then {after}")
        values = (table.loc[paired, ["measured"]] for table in (ours, theirs))
        yield from (f"{name}: {line}" for line in table_difference(*values))
    yield f"verdicts that differ: {len(found) or 'none'}"
    yield from (f"  {line}" for line in found)


def _figure_differences(first: Graph, second: Graph) -> Iterator[str]:
    found = [
        f"{name}: {drawing_difference(ours, theirs)}"
        for name, ours, theirs in _both(first, second, "")
        if name.endswith(".svg")
    ]
    yield f"figures that differ: {len(found) or 'none'}"
    yield from (f"  {line}" for line in found)


def drawing_difference(*drawings: Path) -> str:
    """Return how two SVG files differ: in pixels, if their PNG files are next to them."""
    pictures = [file.with_suffix(".png") for file in drawings]
    if all(file.is_file() for file in pictures):
        return pixel_difference(*pictures)
    # The title and the metadata, which name the job, come before the drawing.
    mine, other = (file.read_text().partition("</metadata>")[2] for file in drawings)
    return "the same picture" if mine == other else "another picture"


def pixel_difference(ours: Path, theirs: Path) -> str:
    """Return how many pixels of two PNG files differ."""
    mine, other = imread(ours), imread(theirs)
    if mine.shape != other.shape:
        sizes = [f"{one.shape[1]} × {one.shape[0]}" for one in (mine, other)]
        return f"{sizes[0]} pixels, then {sizes[1]}"
    share = (mine != other).any(axis=-1).mean()
    return f"{share:.2%} of the pixels differ" if share else "the same picture"
