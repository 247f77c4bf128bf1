"""The small project, and its archive under git."""

import pytest

from interplay.__main__ import main
from tests.provenance.repositories import git
from tests.provenance.small import (
    ARCHIVE,
    PART,
    Job,
    jobs,
    sealed,
    write,
    write_results,
    write_sources,
)


@pytest.fixture
def small(tmp_path):
    """A small project without git, with results and receipts."""
    write_sources(tmp_path)
    write_results(tmp_path)
    sealed(tmp_path, jobs(tmp_path))
    return tmp_path


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A small project under git, whose archived run is committed."""
    root = tmp_path / "repository"
    write_sources(root)
    write(root / ".gitignore", "/results\n")
    git(tmp_path, "init", "--quiet", str(root))
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "workflow")
    write_results(root)
    write(root / "results/benchmarks/measure.tsv", "s\tmax_rss\tcpu_time\n1\t2\t3\n")
    sealed(root, jobs(root))
    monkeypatch.chdir(root)
    assert main(["archive", ARCHIVE, "--results", "results"]) == 0
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "results")
    return root


@pytest.fixture
def archived_figure(repository):
    """The repository, with a figure in its archive in one of three formats."""
    outputs = [f"results/figures/fig2.{suffix}" for suffix in ("pdf", "png", "svg")]
    for path in outputs:
        write(repository / path, "drawn")
    sealed(repository, [*jobs(repository), Job("fig2", [PART], outputs, started=5.0)])
    assert main(["archive", ARCHIVE, "--results", "results"]) == 0
    return repository
