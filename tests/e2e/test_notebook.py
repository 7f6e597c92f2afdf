"""The notebook of the documentation runs from the first cell to the last."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home, which the kernel and its commands inherit, as from a shell with the environment of ours."""
    monkeypatch.setenv("MEDCOST_HOME", str(tmp_path / "home"))
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):  # MLflow leaves its last store in the environment
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "home"


def printed(notebook: Any) -> list[str]:
    return [
        output.get("text", "") + str(output.get("data", {}).get("text/plain", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    ]


def test_it_trains_compares_predicts_explains_and_reports(home: Path):
    notebook: Any = nbformat.read(NOTEBOOK, as_version=4)
    try:
        NotebookClient(notebook, timeout=280, kernel_name="python3").execute()
    except CellExecutionError as error:
        error.add_note("\n".join(["What the cells printed:", *printed(notebook)]))
        raise
    texts = printed(notebook)
    assert any("expected" in text and "Ann" in text and "Bob" in text for text in texts)
    assert any("baseline" in text for text in texts)
    assert (home / "report.html").stat().st_size > 10_000


def test_it_holds_no_output_and_no_place_of_a_machine():
    notebook: Any = nbformat.read(NOTEBOOK, as_version=4)
    assert not [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")]
