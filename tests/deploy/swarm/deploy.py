"""Deploy what the real client renders: a service that is not as it was gets a new version."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml


def render(arguments: list[str]) -> dict[str, Any]:
    """Return the stack of the compose files that are named in arguments of `docker stack deploy`."""
    files = [file for option, file in pairwise(arguments) if option == "--compose-file"]
    options = [word for file in files for word in ("--compose-file", file)]
    command = [os.environ["REAL_DOCKER"], "stack", "config", *options]
    return yaml.safe_load(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def deploy(stack: dict[str, Any], swarm: Path, breaks: str | None) -> None:
    """Write each secret, config and service; the service ``breaks`` goes back to what it was by itself."""
    for kind in ("secrets", "configs"):
        for entry in stack[kind].values():
            (swarm / kind / entry["name"]).touch()
    for name, service in stack["services"].items():
        uses = [
            stack[kind][used["source"]]["name"] for kind in ("secrets", "configs") for used in service.get(kind, ())
        ]
        new = " ".join([service["image"], *uses]) + "\n"
        folder = swarm / "services" / f"medcost_{name}"
        old = (folder / "now").read_text(encoding="utf-8") if folder.exists() else ""
        if new == old:
            continue
        version = int((folder / "version").read_text(encoding="utf-8")) if folder.exists() else 0
        state = "completed" if old else ""
        if name == breaks:
            new, state = old, "rollback_completed"
        folder.mkdir(exist_ok=True)
        for file, text in {"before": old, "now": new, "version": f"{version + 1}\n", "state": f"{state}\n"}.items():
            (folder / file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    deploy(render(sys.argv[1:]), Path(os.environ["SWARM"]), os.environ.get("BREAKS"))
