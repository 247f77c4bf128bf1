"""neurogym next to the lock, in an environment of its own: docs/neurogym.md, literally."""

import re
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from interplay.provenance.receipts import Chain
from tests.deployment.tools import python_with, run_in

pytestmark = [pytest.mark.slow, pytest.mark.system]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/neurogym.md").read_text()
(EXPERIMENT,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
SNIPPET, OWN = re.findall(r"```python\n(.*?)```", PAGE, re.S)
RUN, *_ = re.findall(r"^    (interplay run .*)$", PAGE, re.M)
(INSTALL,) = re.findall(r"^    \.venv/bin/pip install (.*)$", PAGE, re.M)


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Return the Python of an environment with neurogym, installed as the page says."""
    packages = INSTALL.replace("envs/", f"{ROOT}/envs/").split()
    return python_with(tmp_path_factory.mktemp("neurogym"), *packages)


def test_the_tests_of_the_task_pass_with_the_real_package(python):
    test = "tests/tasks/test_neurogym.py"
    assert re.search(r"^\d+ passed", run_in(ROOT, python, "pytest", "-q", test), re.M)


def test_the_list_of_environments_is_that_of_the_page(python):
    found = run_in(ROOT, python, "tests.docs.neurogym_list")
    assert PAGE.endswith(f"\n\n{found}")


def test_the_page_literally(python, copies, tmp_path):
    folder = copies()
    assert "context.yaml" in PAGE
    (folder / "context.yaml").write_text(EXPERIMENT.replace("epochs: 300", "epochs: 20"))
    run = partial(run_in, folder, python, *RUN.split())
    run()
    of_network = folder / "results/nonlinear/context"
    assert pd.read_csv(of_network / "networks.csv").epochs.tolist() == [20]
    assert (of_network / "overview.pdf").stat().st_size > 10_000
    receipts = Chain.read(folder / "results/receipts.jsonl").receipts
    (training,) = (one for one in receipts if one.rule == "train_network")
    pins = dict(
        re.findall(r"^(\S+)==(\S+)", (ROOT / "envs/neurogym.txt").read_text(), re.M)
    )
    versions = {name: pins[name] for name in ("gymnasium", "neurogym")}
    assert training.parameters["experiment"]["packages"] == versions

    (folder / "snippet.py").write_text(SNIPPET.replace("epochs=100", "epochs=5"))
    assert re.search(r"^epochs +5$", run_in(folder, python, "snippet"), re.M)

    (folder / "own").mkdir()
    (folder / "own/echo.py").write_text(OWN)
    own = EXPERIMENT.replace("epochs: 300", "epochs: 20").replace("neurogym", "echo")
    own = re.sub(r"      options:\n(        .*\n)+", "", own)
    (folder / "context.yaml").write_text(f"tasks: own\n{own.replace('context', 'echo')}")
    run()
    receipts = Chain.read(folder / "results/receipts.jsonl").receipts
    (training,) = (one for one in receipts if one.wildcards.get("experiment") == "echo"
                   and one.rule == "train_network")  # fmt: skip
    assert "tasks/echo.py" in training.code
    assert training.parameters["experiment"]["packages"] == versions
