"""Describe a run in the terms of a Provenance Run Crate: files, software, jobs."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from interplay.provenance.causes import described_machine
from interplay.provenance.graph import Graph
from interplay.provenance.origin import CONFIGURATION
from interplay.provenance.receipts import RECEIPTS, Receipt
from interplay.storage.errors import InputError
from interplay.storage.files import read_json
from interplay.storage.hashes import file_hash

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/provenance/0.5": ("Provenance Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}

FORMAL_PARAMETER = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"
COMPLETED = "http://schema.org/CompletedActionStatus"

FORMATS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}
"""media types by suffix; other files are bytes"""

WORKFLOW_PARTS = (
    "*.yaml", "LICENSE", "README.md", "pyproject.toml", "envs/*", "paper/*", "workflow/**/*",
)  # fmt: skip
"""patterns of the files that a dry run and a verification need, relative to the workflow"""

NOT_PACKED = (".pyc", ".sif")
"""suffixes of files that are made, not written"""

DESCRIPTION = (
    "A reproduction of 'The interplay between randomness and structure during learning in "
    "RNNs' (Schuessler et al., NeurIPS 2020): every job of the workflow, with the hashes of "
    "its inputs, outputs and code."
)


class Builder:
    """Adds everything that receipts describe to a crate, each entity once."""

    def __init__(self, crate: ROCrate, graph: Graph):
        """Start with an empty crate."""
        self.crate, self.receipts, self.place = crate, graph.receipts, graph.place
        self.seal = graph.chain.seal
        # Jobs of a script import it.
        versions = (receipt.packages.get("snakemake") for receipt in graph.receipts)
        self.snakemake = next(filter(None, versions), None)
        self.hashes = {
            path: sha256
            for receipt in graph.receipts
            for path, sha256 in {**receipt.inputs, **receipt.outputs}.items()
        }

    def build(self) -> None:
        """Add everything."""
        crate = self.crate
        crate.name = "Interplay between randomness and structure: a reproduction"
        crate.description = DESCRIPTION
        crate.license = "https://spdx.org/licenses/MIT"
        crate.datePublished = _times(self.receipts)["endTime"]
        crate.root_dataset["conformsTo"] = [
            self.entity(uri, "CreativeWork", name=name, version=number)
            for uri, (name, number) in PROFILES.items()
        ]
        # Before the workflow, which adds the other files of its folder as mere files.
        packages = defaultdict(set)
        for receipt in self.receipts:
            packages[receipt.script] |= receipt.packages.items()
        tools = {path: self.tool(path, used) for path, used in packages.items()}
        workflow = self.workflow()
        for name in (RECEIPTS, CONFIGURATION):
            self.file(f"{self.place.results}/{name}")
        scripts = {receipt.rule: receipt.script for receipt in self.receipts}
        steps = {
            rule: self.entity(
                f"#step-{rule}", "HowToStep", name=rule, position=str(number),
                workExample=tools[script],
            )
            for number, (rule, script) in enumerate(scripts.items(), start=1)
        }  # fmt: skip
        workflow["hasPart"], workflow["step"] = list(tools.values()), list(steps.values())
        self.run(workflow, steps, tools)

    def workflow(self) -> Any:
        """Return the Snakefile, and add the other files of the workflow."""
        file, git = self.place.root / "Snakefile", self.seal.git
        workflow = self.crate.add_workflow(
            file,
            "Snakefile",
            main=True,
            lang="snakemake",
            lang_version=self.snakemake,
            properties={
                "name": "Snakefile",
                "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
                "sha256": file_hash(file),
                **({"version": git["commit"]} if git["commit"] else {}),
            },
        )
        for pattern in WORKFLOW_PARTS:
            for file in sorted(self.place.root.glob(pattern)):
                if file.is_file() and file.suffix not in NOT_PACKED:
                    self.file(file.relative_to(self.place.root).as_posix())
        configuration = read_json(self.place.folder / CONFIGURATION)
        for path in configuration["files"]:
            if not self.place.is_outside(path):
                self.file(path)
        return workflow

    def run(self, workflow: Any, steps: dict[str, Any], tools: dict[str, Any]) -> None:
        """Add the run of the workflow as a whole, and of each of its jobs."""
        agent = self.entity("#author", "Person", name="whoever ran the workflow")
        actions = [self.job(receipt, agent, tools) for receipt in self.receipts]
        controls = [
            self.entity(
                f"#control-{receipt.id}", "ControlAction", object=action,
                name=f"control of {receipt.rule}", instrument=steps[receipt.rule],
            )
            for receipt, action in zip(self.receipts, actions, strict=True)
        ]  # fmt: skip
        made = {path for receipt in self.receipts for path in receipt.outputs}
        read = {path for receipt in self.receipts for path in receipt.inputs}
        times = _times(self.receipts)
        whole = self.entity(
            "#run", "CreateAction", name="run of the workflow", agent=agent,
            instrument=workflow, actionStatus=COMPLETED, **times,
            object=[self.file(path) for path in sorted(read - made)],
            result=[self.file(path) for path in sorted(made)],
        )  # fmt: skip
        snakemake = self.entity(
            "#snakemake", "SoftwareApplication", name="Snakemake",
            url="https://snakemake.github.io",
            **({"softwareVersion": self.snakemake} if self.snakemake else {}),
        )  # fmt: skip
        self.entity(
            "#orchestration", "OrganizeAction", name="Snakemake", agent=agent,
            instrument=snakemake, object=controls, result=whole, **times,
        )  # fmt: skip
        self.crate.root_dataset["mentions"] = [whole, *actions]

    def job(self, receipt: Receipt, agent: Any, tools: dict[str, Any]) -> Any:
        """Return the run of one job."""
        return self.entity(
            f"#job-{receipt.id}",
            "CreateAction",
            name=" ".join([receipt.rule, *receipt.wildcards.values()]),
            description=description(receipt),
            agent=agent,
            instrument=tools[receipt.script],
            object=[*map(self.file, receipt.inputs), *self.parameters(receipt)],
            result=[self.file(path) for path in receipt.outputs],
            actionStatus=COMPLETED,
            **_times([receipt]),
        )

    def tool(self, path: str, packages: Iterable[tuple[str, str]]) -> Any:
        """Return a script, as the software of a job, and the packages that it imported."""
        python = self.entity(
            "#python", "ComputerLanguage", name="Python", url="https://www.python.org"
        )
        requirements = [
            self.entity(
                f"#package-{name}-{version}", "SoftwareApplication", name=name,
                url=f"https://pypi.org/project/{name}/", softwareVersion=version,
            )
            for name, version in sorted(packages)
        ]  # fmt: skip
        return self.file(
            path,
            **{"@type": ["File", "SoftwareSourceCode"]},
            programmingLanguage=python,
            softwareRequirements=requirements,
        )

    def parameters(self, receipt: Receipt) -> list[Any]:
        """Return the parameters of a job, a value of a parameter of its script each."""
        values = []
        for name, value in receipt.parameters.items():
            formal = self.entity(
                f"#parameter-{receipt.rule}-{name}", "FormalParameter", name=name,
                additionalType="Text", conformsTo={"@id": FORMAL_PARAMETER},
            )  # fmt: skip
            text = json.dumps(value, sort_keys=True)
            identifier = f"#value-{receipt.id}-{name}"
            values.append(
                self.entity(
                    identifier,
                    "PropertyValue",
                    name=name,
                    value=text,
                    exampleOfWork=formal,
                )
            )
        return values

    def file(self, path: str, **properties: Any) -> Any:
        """Return a file of the repository; a file from outside is named, not copied."""
        source = self.place.file(path)
        if self.place.is_outside(path):
            identifier = f"#{Path(path).name}"
            return self.entity(identifier, "CreativeWork", name=path)
        sha256 = self.hashes.get(path)  # from the receipts, if they name it
        if not path.startswith(f"{self.place.results}/"):
            # The crate's top is the workflow's folder.
            path = self.place.source(path) or path
        if found := self.crate.dereference(path):
            return found
        if not source.is_file():
            raise InputError(f"{path}: missing; the crate needs it")
        properties |= {
            "name": path,
            "contentSize": str(source.stat().st_size),
            "encodingFormat": FORMATS.get(source.suffix, "application/octet-stream"),
            "sha256": sha256 or file_hash(source),
        }
        return self.crate.add_file(source, path, properties=properties)

    def entity(self, identifier: str, kind: str, **properties: Any) -> Any:
        """Return the entity of an identifier that is no file; add it if there is none."""
        found = self.crate.dereference(identifier)
        return found or self.crate.add(
            ContextEntity(self.crate, identifier, {"@type": kind, **properties})
        )


def description(receipt: Receipt) -> str:
    """Return commit, code and machine of a job in words."""
    git = receipt.git
    state = {True: "without", False: "with", None: "perhaps with"}[git["clean"]]
    if receipt.commit:
        commit = f"commit {receipt.commit}, {state} uncommitted changes"
    else:
        commit = f"commit unknown: {git.get('unknown', 'no git repository')}"
    machine = (
        f"{name} {word}" for name, word in described_machine(receipt.machine).items()
    )
    return "; ".join([commit, f"code sha256 {receipt.code_hash}", *machine])


def _times(receipts: Sequence[Receipt]) -> dict[str, str]:
    """Return when the first of some jobs started, and when the last one ended."""
    seconds = {
        "startTime": min(receipt.started for receipt in receipts),
        "endTime": max(receipt.ended for receipt in receipts),
    }
    return {
        name: datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
        for name, moment in seconds.items()
    }
