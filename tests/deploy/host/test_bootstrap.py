"""The script that makes a bare Debian a host."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

FILES = Path(__file__).resolve().parents[3] / "docker" / "host"
ARGUMENTS = ("--endpoint", "vpn.example.org", "--admin", "ann")
CHOSEN = ("--ssh-port", "2200", "--reboot-at", "03:30")
DAEMON = "/etc/docker/daemon.json"
KEYS = str(Path("~root").expanduser() / ".ssh" / "authorized_keys")


@pytest.fixture
def bare(new_bare):
    return new_bare()


@pytest.fixture(scope="module")
def host(new_bare):
    """A host that was set up; whoever sets it up again changes nothing."""
    made = new_bare()
    done = made.bootstrap(*ARGUMENTS, *CHOSEN)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def left_alone(new_bare):
    """A bare machine for those who make sure that nothing has changed on it."""
    return new_bare()


def state(bare):
    """Every file of the layer, with what it holds and when it was changed."""
    return bare.machine.run(
        "sh", "-c", 'find "$0" -not -type d -printf "%P %m %s %T@ %l\n" | sort', bare.layer / "upper"
    )


def test_a_dry_run_names_everything_and_changes_nothing(bare):
    places = re.findall(r"^0\d{3} \S+ +(/\S+)$", (FILES / "bootstrap.sh").read_text(encoding="utf-8"), re.MULTILINE)
    # all but the script itself
    assert len(places) == len([file for file in FILES.rglob("*") if file.is_file()]) - 1
    # a package less, as dpkg has it
    bare.machine.run("sed", "-i", "/^Package: qrencode$/,/^$/s/^Status: .*/Status: deinstall ok config-files/",
                     "/var/lib/dpkg/status")  # fmt: skip
    before = state(bare)
    done = bare.bootstrap("--dry-run", *ARGUMENTS)
    assert (done.returncode, done.stderr) == (0, "")
    assert state(bare) == before
    assert bare.machine.try_("nft", "list", "table", "inet", "medcost").returncode == 1
    lines = done.stdout.splitlines()
    assert {line.removeprefix("would write ") for line in lines if "write" in line} == {
        *places,
        "/etc/medcost/host.env",
    }
    assert "would install qrencode" in lines
    assert "would make the user ann" in lines
    for what in (
        "medcost-vpn init",
        "reload ssh: port 2222",
        "load the firewall",
        "wg-quick@wg0",
        "fail2ban",
        "sysctl",
    ):
        assert any(what in line for line in lines), what
    assert all(line.startswith("would ") for line in lines)


def test_the_second_run_changes_nothing(host):
    before = state(host)
    second = host.bootstrap(*ARGUMENTS, *CHOSEN)
    assert second.returncode == 0, second.stderr
    assert not [line for line in second.stdout.splitlines() if line.startswith(("write", "make the user", "install"))]
    # the VPN's configuration is built anew each time, to the same words
    unlike = set(before.splitlines()) ^ set(state(host).splitlines())
    assert {line.split()[0] for line in unlike} <= {"etc/wireguard/wg0.conf"}
    assert len({" ".join(line.split()[:3]) for line in unlike}) <= 1


def test_what_was_said_once_need_not_be_said_again(host):
    again = host.bootstrap()
    assert again.returncode == 0, again.stderr
    assert "write" not in again.stdout
    assert "2200" in host.machine.run("cat", "/etc/medcost/firewall.nft")


def test_programs_take_what_was_written_as_it_was_meant(host):
    sshd = host.machine.run("sshd", "-T").splitlines()
    assert [line for line in sshd if line.startswith("port ")] == ["port 2200"]
    assert {
        "permitrootlogin no", "pubkeyauthentication yes", "passwordauthentication no",
        "kbdinteractiveauthentication no", "authenticationmethods publickey", "permitemptypasswords no",
        "x11forwarding no",
    } <= set(sshd)  # fmt: skip
    host.machine.run("nft", "--check", "-f", "/etc/medcost/firewall.nft")
    host.machine.run("fail2ban-client", "-t")
    host.machine.run("visudo", "-c")
    updates = host.machine.run("apt-config", "dump")
    assert 'APT::Periodic::Unattended-Upgrade "1"' in updates
    assert 'Unattended-Upgrade::Automatic-Reboot-Time "03:30"' in updates
    host.machine.run("logrotate", "--debug", "/etc/logrotate.d/medcost")
    ours = host.machine.run("sh", "-c", "grep -l '@[A-Z_]*@' $(find /etc/medcost /etc/fail2ban/*/medcost* "
                            "/etc/ssh/sshd_config.d /etc/apt/apt.conf.d/52medcost -type f) || true")  # fmt: skip
    assert {Path(file).parent.name for file in ours.split()} == {"wireguard"}  # those are filled in for each peer


def test_every_setting_of_the_kernel_is_one_that_it_knows():
    text = (FILES / "sysctl" / "medcost.conf").read_text(encoding="utf-8")
    names = [line.split(" = ")[0] for line in text.splitlines() if line and not line.startswith("#")]
    assert names
    missing = [name for name in names if not Path("/proc/sys", *name.split(".")).exists()]
    assert missing == []


def test_the_units_are_sound(part, tmp_path):
    part("systemd-analyze", None if shutil.which("systemd-analyze") else "not installed")
    units = []
    for unit in sorted((FILES / "systemd").iterdir()):
        # Docker's own unit and command are not here
        text = (
            unit.read_text(encoding="utf-8")
            .replace("Requires=docker.service\n", "")
            .replace("/usr/bin/docker", "/bin/true")
        )
        units.append(tmp_path / unit.name)
        units[-1].write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("keys", [None, "", "# nobody\n", "ssh-ed25519 nonsense\n"])
def test_it_locks_nobody_out_who_has_no_key(left_alone, keys):
    left_alone.machine.run("rm", "-f", KEYS)
    if keys is not None:
        left_alone.machine.write(KEYS, keys)
    before = state(left_alone)
    refused = left_alone.bootstrap(*ARGUMENTS)
    assert refused.returncode == 1
    assert refused.stderr.endswith("neither ann nor root has an authorised key: nobody could log in any more\n")
    assert state(left_alone) == before
    named = left_alone.bootstrap("--dry-run", *ARGUMENTS)
    assert named.returncode == 1
    assert "would refuse: neither ann nor root has an authorised key" in named.stdout
    assert "would write /etc/medcost/firewall.nft" in named.stdout


def test_what_sshd_would_not_take_is_not_put_there(bare):
    bare.machine.run("sh", "-c", "echo 'PasswordAuthentication perhaps' >>/etc/ssh/sshd_config")
    before = state(bare)
    refused = bare.bootstrap(*ARGUMENTS)
    assert refused.returncode == 1
    assert "sshd does not take its configuration" in refused.stderr
    assert state(bare) == before


def test_docker_is_told_that_nobody_gets_new_privileges(host):
    assert json.loads(host.machine.run("cat", DAEMON)) == {"no-new-privileges": True}


def test_what_an_administrator_told_docker_stays_if_it_says_the_same(bare):
    own = '{"no-new-privileges": true, "log-driver": "local"}'
    bare.machine.write(DAEMON, own)
    done = bare.bootstrap(*ARGUMENTS)
    assert done.returncode == 0, done.stderr
    assert f"keep {DAEMON}" in done.stdout
    assert bare.machine.run("cat", DAEMON) == own


def test_what_an_administrator_told_docker_is_never_written_over(bare):
    bare.machine.write(DAEMON, '{"log-driver": "local"}')
    before = state(bare)
    refused = bare.bootstrap(*ARGUMENTS)
    assert refused.returncode == 1
    assert f'{DAEMON} is not ours: put "no-new-privileges": true into it' in refused.stderr
    assert state(bare) == before
    named = bare.bootstrap("--dry-run", *ARGUMENTS)
    assert named.returncode == 1
    assert f"would refuse: {DAEMON} is not ours" in named.stdout
    assert f"would write {DAEMON}" not in named.stdout


def test_it_is_for_debian(bare):
    bare.machine.run("sh", "-c", "rm /etc/os-release; echo 'ID=debian\nVERSION_ID=\"11\"' >/etc/os-release")
    refused = bare.bootstrap(*ARGUMENTS)
    assert (refused.returncode, refused.stderr) == (1, "bootstrap.sh: this is not Debian 12 or 13\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--endpoint", "vpn.example.org"],
        ["--admin", "ann"],
        [*ARGUMENTS, "--admin"],
        [*ARGUMENTS, "--admin", "root"],
        [*ARGUMENTS, "--admin", "ann; reboot"],
        [*ARGUMENTS, "--endpoint", "x$(reboot)"],
        [*ARGUMENTS, "--ssh-port", "22"],
        [*ARGUMENTS, "--ssh-port", "443"],
        [*ARGUMENTS, "--ssh-port", "65536"],
        [*ARGUMENTS, "--vpn-port", "0"],
        [*ARGUMENTS, "--vpn-network", "10.13.13.0"],
        [*ARGUMENTS, "--vpn-network", "10.13.256.0/24"],
        [*ARGUMENTS, "--nodes", "10.0.0.2 10.0.0.3"],
        [*ARGUMENTS, "--cluster-interface", "eth0; }"],
        [*ARGUMENTS, "--reboot-at", "4"],
        [*ARGUMENTS, "--force"],
    ],
)
def test_wrong_usage_says_so(arguments):
    answer = subprocess.run([FILES / "bootstrap.sh", *arguments], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.endswith("see bootstrap.sh --help\n")


def test_help_names_every_flag():
    answer = subprocess.run([FILES / "bootstrap.sh", "--help"], capture_output=True, text=True, check=True)
    script = (FILES / "bootstrap.sh").read_text(encoding="utf-8")
    cases = re.findall(r"^ +(--[a-z |-]+)\)", script, re.MULTILINE)
    flags = {flag for case in cases for flag in re.findall(r"--[a-z-]+", case)}
    assert {"--dry-run", "--endpoint", "--reboot-at", "--help"} <= flags
    assert {flag for flag in flags if not re.search(rf"^  .*{flag}\b(?!-)", answer.stdout, re.MULTILINE)} == set()
