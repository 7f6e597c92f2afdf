"""The repository's own files for production, and the real programs that read them."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.authority import SCRIPT, Authority, Pki
from tests.support import isolation


@pytest.fixture(scope="session")
def pki() -> Pki:
    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [str(SCRIPT), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    return run


@pytest.fixture(scope="session")
def new_authority(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Authority]:
    def make() -> Authority:
        folder = tmp_path_factory.mktemp("authority")
        made = Authority(pki, folder / "ca", folder / "certificates")
        made.create()
        return made

    return make


@pytest.fixture(scope="session")
def secrets() -> Path:
    """What docker/secrets.sh makes for DOMAIN, made once a run; the authority lies beside it. Tests change copies."""

    def make(folder: Path) -> None:
        command = [DOCKER / "secrets.sh", "--ca", folder / "ca", "--out", folder / "out", "--domain", DOMAIN]
        subprocess.run(command, check=True, capture_output=True)

    return isolation.once("secrets", make) / "out"


DOCKER = Path(__file__).resolve().parents[2] / "docker"
IMAGES = DOCKER / "images"
DOMAIN = "medcost.test"


@pytest.fixture(scope="session")
def image() -> Callable[[str], dict[str, Any]]:
    """`image("api")` gives what a Dockerfile says of the finished image: ENV, USER, ENTRYPOINT, CMD, HEALTHCHECK.

    It is built as compose.yaml says, with the tag `tested`.
    """
    compose_file = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
    revision = compose_file["x-image"]["args"].get("REVISION", "")

    def read(target: str) -> dict[str, Any]:
        own = IMAGES / target / "Dockerfile"
        text = (own if own.exists() else IMAGES / "Dockerfile").read_text(encoding="utf-8")
        lines = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)).splitlines()
        stages: dict[str, dict[str, Any]] = {"": {}}
        stage = ""
        for word, rest in (line.split(maxsplit=1) for line in lines if line.strip()):
            if word == "FROM":
                base, _, stage = rest.partition(" AS ")
                stages[stage] = {**stages.get(base, {}), "FROM": base}
            elif word == "ENV":
                built_with = rest.replace("${REVISION}", revision.replace("${MEDCOST_TAG:-}", "tested"))
                named = dict(pair.split("=", 1) for pair in shlex.split(built_with))
                stages[stage]["ENV"] = {**stages[stage].get("ENV", {}), **named}
            elif word in {"ENTRYPOINT", "CMD"}:
                stages[stage][word] = json.loads(rest)
            elif word == "HEALTHCHECK":
                check = rest.partition("CMD ")[2]
                stages[stage][word] = ["CMD", *json.loads(check)] if check else []
            else:
                stages[stage].setdefault(word, rest)
        return stages[target] if target in stages else stages[""]

    return read
