"""A Debian that boots: a disk, and a machine while it is on."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.deploy.host.machines import Machine, wire
from tests.support.waiting import until

ARGUMENTS = ("--endpoint", "192.0.2.1", "--admin", "ann")
"""What bootstrap.sh is told of this host."""
BOOT = Path(__file__).with_name("boot.sh")


def _systemd_below(pid: int) -> int | None:
    with suppress(FileNotFoundError, ProcessLookupError):  # whoever has ended by now
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split():
            is_it = Path(f"/proc/{child}/comm").read_text(encoding="utf-8") == "systemd\n"
            if systemd := int(child) if is_it else _systemd_below(int(child)):
                return systemd
    return None


class Booted:
    """A Debian whose first process is systemd. What is on its disk, the folder, stays from one boot to the next.

    It is at 192.0.2.1, and whoever calls it ``outside`` at 192.0.2.10.
    """

    machine: Machine

    def __init__(self, disk: Path, outside: Machine) -> None:
        self.disk, self._outside = disk, outside
        self._process: subprocess.Popen[bytes] | None = None

    def boot(self) -> float:
        """Until all that starts by itself has started or failed; gives the seconds."""
        began = time.monotonic()
        self._process = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", BOOT, self.disk])
        self.machine = Machine(until(self._systemd, within=30))
        self._outside.try_("ip", "link", "delete", "eth0")
        wire(self.machine, "eth0", ["192.0.2.1/24"], self._outside, ["192.0.2.10/24"])
        self.machine.until("test", "-S", "/run/systemd/private")
        self.machine.try_("systemctl", "is-system-running", "--wait")
        return time.monotonic() - began

    def _systemd(self) -> int | None:
        assert self._process is not None
        assert self._process.poll() is None
        return _systemd_below(self._process.pid)

    def ended(self) -> None:
        """Waits for it to shut down by itself."""
        assert self._process is not None
        self._process.wait(timeout=60)

    def power_off(self) -> None:
        """As when somebody pulls the plug."""
        if self._process is not None:
            self._process.terminate()
            self.ended()

    @contextmanager
    def internet(self) -> Iterator[None]:
        """By this machine's own connections, and to nothing that listens on it."""
        process = subprocess.Popen(
            ["slirp4netns", "--configure", "--mtu=1400", "--disable-host-loopback", "--cidr=198.18.0.0/24",
             "--ready-fd=1", str(self.machine.pid), "tap0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            assert process.stdout.read(1) == b"1"
            yield
        finally:
            process.terminate()
            process.communicate(timeout=20)


def lacking_to_boot() -> str | None:
    if missing := [tool for tool in ("debootstrap", "slirp4netns") if not shutil.which(tool)]:
        return f"{', '.join(missing)} not installed"
    return None if Path("/dev/net/tun").exists() else "there is no /dev/net/tun"
