"""The small project, with and without git."""

import pytest

from tests.provenance.small import jobs, sealed, write_results, write_sources


@pytest.fixture
def small(tmp_path):
    """A small project without git, with results and receipts."""
    write_sources(tmp_path)
    write_results(tmp_path)
    sealed(tmp_path, jobs(tmp_path))
    return tmp_path
