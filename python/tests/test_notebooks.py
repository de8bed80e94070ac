"""The notebooks run from beginning to end, and have no output in the repository."""

import pytest
from conftest import ROOT

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

NOTEBOOKS = sorted((ROOT / "examples/notebooks").glob("*.ipynb"))


def test_there_are_notebooks():
    assert len(NOTEBOOKS) == 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda it: it.stem)
def test_a_notebook_runs_from_beginning_to_end(path):
    notebook = nbformat.read(path, as_version=4)
    code = [it for it in notebook.cells if it.cell_type == "code"]
    assert not any(it.outputs or it.execution_count for it in code), "outputs are kept elsewhere"
    client = nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    )
    client.execute()
    assert code[-1].outputs
