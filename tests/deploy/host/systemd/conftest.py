"""A bare Debian that boots, and the host that its administrator makes of it over SSH.

What runs inside of Docker is other tests' business: here `docker` writes down how it was called.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from subprocess import PIPE

import pytest

from tests.deploy.host.machines import FILES
from tests.deploy.host.systemd.booted import ARGUMENTS, Booted, lacking_to_boot

DOCKER = """#!/bin/sh
printf '%s|' "$@" >>/var/log/docker.called
echo >>/var/log/docker.called
[ ! -e /run/docker.away ] || exit 1
[ "$1" != ps ] || echo c0ffee
"""
DOCKER_SERVICE = """[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
"""


@pytest.fixture(scope="module")
def new_booted(new_machine, part, tmp_path_factory):
    """`new_booted("bookworm", outside, key)` boots a bare Debian to which root may log in with a key.

    MEDCOST_DEBIAN names a folder with what debootstrap makes, by the names of releases, for who won't wait for it.
    """
    asked_for = "booted-host" in os.environ.get("MEDCOST_REQUIRE", "").split(",")
    part("booted-host", None if asked_for else "only `make test-host` boots one, for it takes minutes")
    part("booted-host", lacking_to_boot())
    made = []

    def make(release, outside, key):
        began = time.monotonic()
        disk = tmp_path_factory.mktemp("disk") / "debian"
        if prepared := os.environ.get("MEDCOST_DEBIAN"):
            subprocess.run(["cp", "-a", f"{prepared}/{release}", disk], check=True)
        else:
            # WireGuard's own program, for kernels that do not know it
            command = ["debootstrap", "--include=openssh-server,wireguard-go", release, disk]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-2000:]
        (disk / "etc" / "resolv.conf").write_text("nameserver 198.18.0.3\n", encoding="utf-8")
        (disk / "root" / ".ssh").mkdir(mode=0o700, exist_ok=True)
        shutil.copy(key.with_suffix(".pub"), disk / "root" / ".ssh" / "authorized_keys")
        shutil.copytree(FILES, disk / "root" / "host")
        made.append(Booted(disk, outside))
        print(f"{release}: made in {time.monotonic() - began:.0f} s, booted in {made[-1].boot():.1f} s")
        return made[-1]

    yield make
    for booted in made:
        booted.power_off()
        shutil.rmtree(booted.disk)


@pytest.fixture(scope="module")
def outside(new_machine):
    return new_machine()


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    key = tmp_path_factory.mktemp("key") / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    return key


@pytest.fixture(scope="module")
def ssh(outside, key):
    """`ssh("ann", 2222, "true")` as words of a command, for who is outside."""

    def words(user, port, *command):
        settings = ("BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR",
                    "IdentitiesOnly=yes", "ConnectTimeout=5")  # fmt: skip
        options = [word for setting in settings for word in ("-o", setting)]
        return ["ssh", "-i", key, *options, "-p", str(port), *command[:-1], f"{user}@192.0.2.1", command[-1]]

    return words


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def bare(request, new_booted, outside, key):
    booted = new_booted(request.param, outside, key)
    yield booted
    booted.power_off()


@pytest.fixture(scope="module")
def bootstrap(bare, outside, ssh):
    """`bootstrap(answer)` by root over SSH at a terminal; `answer()` is asked when the script asks, None hangs up."""

    def run(answer):
        began = time.monotonic()
        with bare.internet():
            script = outside.start(
                *ssh("root", 22, "-tt", " ".join(["./host/bootstrap.sh", *ARGUMENTS])), stdin=PIPE, stdout=PIPE
            )
            output = b""
            while b"Did that work?" not in output and (word := script.stdout.read1()):
                output += word
            if b"Did that work?" in output:
                if (word := answer()) is None:
                    script.kill()
                else:
                    script.stdin.write(word.encode() + b"\n")
                    script.stdin.flush()
            output += script.stdout.read()
            script.wait(timeout=120)
            script.stdin.close()
            status = script.returncode
        print(f"bootstrap.sh: {time.monotonic() - began:.0f} s")
        return status, output.decode()

    return run


@pytest.fixture(scope="module")
def host(bare, bootstrap, outside, ssh):
    """The same Debian, set up by somebody who has tried to log in and said yes."""

    def log_in():
        done = outside.try_(*ssh("ann", 2222, "sudo -n id -u"))
        return "yes" if done.stdout == "0\n" else "no"

    status, output = bootstrap(log_in)
    assert status == 0, output
    machine = bare.machine
    machine.write("/usr/bin/docker", DOCKER)
    machine.run("chmod", "+x", "/usr/bin/docker")
    machine.write("/etc/systemd/system/docker.service", DOCKER_SERVICE)
    # as docs/deploy.md says
    machine.run("systemctl", "enable", "--quiet", "--now", "medcost-monitor.timer", "medcost-retrain.timer")
    return bare
