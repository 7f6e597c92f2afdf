"""Generate the types of answers and the functions of all operations from an OpenAPI document.

``python clients/python/generate.py http://127.0.0.1:8000`` asks a running Medcost for its document, and writes the
package ``api`` into ``medcost_client``. A file in place of the address is read.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

_PACKAGE = Path(__file__).parent / "src" / "medcost_client"
_SETTINGS = {
    "package_name_override": "api",
    # bodies that are files: sent as they are
    "content_type_overrides": {
        "text/csv": "application/octet-stream",
        "text/jsonl": "application/octet-stream",
        "application/x-ndjson": "application/octet-stream",
        "application/vnd.apache.parquet": "application/octet-stream",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "application/octet-stream",
    },
    "post_hooks": [],
}


def generate(document: str, package: Path) -> None:
    """Write the package ``api`` below a package.

    Facts are those of one installation: a client for all takes people as they come.
    """
    described = json.loads(document)
    for name in ("BeneficiaryIn", "BeneficiaryOut"):
        described["components"]["schemas"][name] = {"type": "object", "title": name, "additionalProperties": True}
    with tempfile.TemporaryDirectory() as folder:
        general, settings = Path(folder, "openapi.json"), Path(folder, "settings.json")
        general.write_text(json.dumps(described), encoding="utf-8")
        settings.write_text(json.dumps(_SETTINGS), encoding="utf-8")
        options = ["--path", str(general), "--config", str(settings), "--output-path", str(package / "api")]
        command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--overwrite", *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own arguments


if __name__ == "__main__":
    source = sys.argv[1]
    if source.startswith("http"):
        answer = httpx.get(f"{source.rstrip('/')}/api/v1/schema/openapi.json")
        generate(answer.raise_for_status().text, _PACKAGE)
    else:
        generate(Path(source).read_text(encoding="utf-8"), _PACKAGE)
