"""Write the receipts of a results folder from what its jobs recorded.

A job records itself when it ends (`interplay.provenance.recording`). Receipts can therefore
be written at any time: at the end of a run, whether it succeeded, failed or was stopped, and
at the start of the next one for a run that was killed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from os.path import relpath
from pathlib import Path
from typing import Any

from interplay.provenance.git import state_of
from interplay.provenance.origin import CONFIGURATION, configuration_files
from interplay.provenance.receipts import (
    RECEIPTS,
    Chain,
    Receipt,
    Seal,
    explaining,
    leaves,
    producers_of,
)
from interplay.provenance.recording import RECORD, RUN, plain
from interplay.storage.errors import InputError
from interplay.storage.files import read_json, write_json
from interplay.storage.hashes import file_hash, value_hash


def describe_run(
    root: Path,
    work: Path,
    values: Mapping[str, Any],
    files: Sequence[Path],
    command_line: Sequence[str],
    workflow: Mapping[str, str],
    code: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what jobs copy into their records of the run that they belong to.

    Args:
        root: the workflow's folder.
        work: the working directory of Snakemake.
        values: the configuration as it took effect.
        files: configuration files, in the order in which Snakemake merged them.
        command_line: options for Snakemake that chose the configuration.
        workflow: hash of each of the workflow's own files.
        code: the planned code, from `interplay.provenance.code.planned_code`.

    Returns:
        For JSON: root (relative to `work`), git, workflow (one hash), workflow_files,
        configuration (one hash), values, files (content by path), command_line, code.
    """
    values = plain(values)
    return {
        "root": relpath(root.resolve(), work.resolve()),
        "git": state_of(root),
        "workflow": value_hash(dict(workflow)),
        "workflow_files": dict(workflow),
        "configuration": value_hash(values),
        "values": values,
        "files": configuration_files(files, work),
        "command_line": list(command_line),
        "code": code,
    }


def write_receipts(results: str, work: Path) -> Chain:
    """Write configuration.json and the receipts of a results folder.

    A job has one receipt, of the last time that it ran. It stays until no output of the job
    exists, nor any that was made of them. An output has one receipt, of the job that made it
    last.

    Args:
        results: the folder, relative to `work`, with the file of its last run.
        work: the folder that paths of inputs and outputs are relative to.

    Returns:
        The receipts and their seal.

    Raises:
        InputError: receipts of an earlier run were altered, or a record is damaged.
    """
    folder = work / results
    run = read_json(folder / RUN)
    before = _earlier(folder)
    receipts = linked(_producers(before, folder, work))
    _write_configuration(folder, run, {receipt.configuration for receipt in receipts})
    lacking = {path for path in producers_of(receipts) if not (work / path).exists()}
    seal = Seal(
        results=results,
        root=run["root"],
        git=run["git"],
        workflow=run["workflow_files"],
        configuration_file=file_hash(folder / CONFIGURATION),
        leaves=leaves(receipts),
        restored={
            digest: sorted(lacking.intersection(absent))
            for digest, absent in (before.seal.restored if before else {}).items()
        },
    )
    chain = Chain(receipts, seal)
    chain.write(folder / RECEIPTS)
    return chain


def known_producers(folder: Path, work: Path) -> dict[str, Receipt]:
    """Return the receipt of each output of a results folder, as `latest` does.

    Args:
        folder: with receipts of earlier runs, or records of jobs, or neither.
        work: the folder that paths of outputs are relative to.

    Raises:
        InputError: receipts of an earlier run were altered, or a record is damaged.
    """
    return _producers(_earlier(folder), folder, work)


def _earlier(folder: Path) -> Chain | None:
    return Chain.read(folder / RECEIPTS) if (folder / RECEIPTS).exists() else None


def _producers(before: Chain | None, folder: Path, work: Path) -> dict[str, Receipt]:
    earlier = before.receipts if before else []
    return latest([*earlier, *map(receipt_of, read_records(folder))], work)


def read_records(folder: Path) -> list[dict[str, Any]]:
    """Return the records of the jobs of a results folder."""
    return [read_json(path) for path in sorted((folder / "logs").rglob(f"*{RECORD}"))]


def receipt_of(record: Mapping[str, Any]) -> Receipt:
    """Return the receipt of a job's record, without parents."""
    try:
        return Receipt(**record, parents=[])
    except TypeError as error:
        raise InputError(f"record of {record.get('rule')}: {error}") from None


def latest(receipts: Iterable[Receipt], work: Path) -> dict[str, Receipt]:
    """Return the receipt of each output of the last time that its job ran.

    Args:
        receipts: in any order.
        work: the folder that paths of outputs are relative to.

    Returns:
        By output, for receipts of which an output exists, or was read by a job whose receipt
        is one of these.
    """
    producers: dict[str, Receipt] = {}
    for receipt in sorted(receipts, key=lambda receipt: receipt.ended):
        since = {
            path: earlier.made_before.get(path, earlier.ended)
            for path, sha256 in receipt.outputs.items()
            if (earlier := producers.get(path)) and earlier.outputs[path] == sha256
        }
        # The receipt and the record of one run are both among `receipts`.
        before = {path: ended for path, ended in since.items() if ended < receipt.ended}
        one = replace(receipt, made_before={**receipt.made_before, **before})
        producers.update(dict.fromkeys(one.outputs, one))
    of_job = {
        id(receipt): _without_replaced(receipt, producers)
        for receipt in producers.values()
    }
    kept = explaining(list(of_job.values()), lambda path: (work / path).exists())
    return {path: receipt for receipt in kept for path in receipt.outputs}


def _without_replaced(receipt: Receipt, producers: Mapping[str, Receipt]) -> Receipt:
    """Return a receipt without the outputs that another job has made again since."""
    outputs = {p: h for p, h in receipt.outputs.items() if producers[p] is receipt}
    others = {p: h for p, h in receipt.outputs.items() if p not in outputs}
    return replace(receipt, outputs=outputs, replaced={**receipt.replaced, **others})


def linked(producers: Mapping[str, Receipt]) -> list[Receipt]:
    """Give each receipt the ids of its parents, and put it after them.

    Args:
        producers: the receipt of each output; parents that it has are replaced.
    """
    found: dict[str, Receipt] = {}

    def of(path: str) -> Receipt:
        if path not in found:
            receipt = producers[path]
            read = [source for source in receipt.inputs if source in producers]
            parents = sorted({of(source).id for source in read})
            receipt = replace(receipt, parents=parents)
            found.update(dict.fromkeys(receipt.outputs, receipt))
        return found[path]

    for path in producers:
        of(path)
    return list({receipt.id: receipt for receipt in found.values()}.values())


def _write_configuration(folder: Path, run: Mapping[str, Any], named: set[str]) -> None:
    """Write the configuration of the last run, and each earlier one that a receipt names."""
    path = folder / CONFIGURATION
    before = read_json(path) if path.exists() else {}
    earlier = before.pop("earlier", {})
    if "hash" in before:
        earlier[before.pop("hash")] = before
    last = run["configuration"]
    one = {key: run[key] for key in ("command_line", "files", "values")}
    others = {key: earlier[key] for key in sorted(named & set(earlier) - {last})}
    write_json({"hash": last, **one, "earlier": others}, path)
