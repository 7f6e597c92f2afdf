"""Images build from this tree, and hold nothing that a process does not need."""

from __future__ import annotations

import json


def test_images_build_and_say_their_size(docker, images):
    for name, image in images.items():
        size = int(docker("image", "inspect", "--format", "{{.Size}}", image))
        print(f"{name}: {size / 1e6:.0f} MB")
        assert size > 0


def test_no_process_is_root_or_waits_for_a_shell(docker, images):
    for image in images.values():
        told = json.loads(docker("image", "inspect", "--format", "{{json .Config}}", image))
        assert told["User"].split(":")[0] not in {"", "0", "root"}, image
        assert told["Entrypoint"][0] not in {"sh", "/bin/sh"}, image


def test_no_image_of_ours_can_compile_or_fetch(docker, images):
    for name in set(images) - {"pgadmin"}:
        looked = "for tool in gcc cc make git curl wget; do command -v $tool || true; done"
        found = docker("run", "--rm", "--network=none", "--entrypoint=sh", images[name], "-c", looked)
        assert found == "", name
