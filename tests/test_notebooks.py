"""The notebooks run, on few steps."""

from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
FOLDER = Path(__file__).parent.parent / "docs" / "notebooks"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["own_images", "train_step"])
def test_a_notebook_runs(name, monkeypatch, tmp_path):
    monkeypatch.setenv("KERASGAN_NOTEBOOK_STEPS", "2")
    monkeypatch.setenv("PYTHONPATH", str(FOLDER.parent.parent))
    # A folder of the tests has no docs above it.
    (tmp_path / "docs").symlink_to(FOLDER.parent)
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    assert all(cell.get("execution_count") for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize("name", ["own_images", "train_step"])
def test_a_committed_notebook_has_outputs_and_no_error(name):
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert outputs
    assert not [output for output in outputs if output.output_type == "error"]
    if name == "own_images":
        assert sum("image/png" in output.get("data", {}) for output in outputs) >= 3
