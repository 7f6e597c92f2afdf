"""`bentoml build` packs code and requirements, and no model."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def bento(tmp_path_factory):
    """The folder of a Bento that was just built."""
    home = tmp_path_factory.mktemp("bentoml")
    subprocess.run(
        [Path(sys.executable).with_name("bentoml"), "build", "--version", "tested"],
        cwd=ROOT,
        env={**os.environ, "BENTOML_HOME": str(home), "BENTOML_DO_NOT_TRACK": "True", "MEDCOST_HOME": str(home)},
        check=True,
        capture_output=True,
    )
    return home / "bentos" / "medcost" / "tested"


def test_it_holds_code_and_requirements_with_their_hashes(bento):
    assert (bento / "src" / "entrypoints" / "model_server" / "service.py").is_file()
    assert "--hash=sha256:" in (bento / "env" / "python" / "requirements.txt").read_text(encoding="utf-8")


def test_it_holds_no_model(bento):
    endings = {file.suffix for file in bento.rglob("*") if file.is_file()}
    assert endings <= {".py", ".yaml", ".txt", ".in", ".md", ".json", ".sh", ""}
    assert not list(bento.rglob("manifest.json"))


def test_its_code_serves_by_itself(bento, start_model_server, tmp_path):
    address, _ = start_model_server(tmp_path, python_path=str(bento / "src"))
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as http:
        assert http.get("/livez").status_code == 200
        assert "no model is published" in http.get("/v1/model").json()["detail"]
