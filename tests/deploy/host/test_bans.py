"""Who is banned, for what, and how they come back: fail2ban, Traefik and sshd as a host runs them."""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import suppress
from subprocess import DEVNULL, PIPE

import pytest

from tests.support.waiting import until

MLFLOW, API = "https://mlflow.medcost.test/", "https://medcost.test/api/v1/predictions"
SSH = "tcp 192.0.2.1 2222"

# what a machine without systemd lacks is its journal
HERE = """
[sshd]
backend = polling
logpath = /var/log/sshd.log
[medcost-traefik]
backend = polling
"""


@pytest.fixture(scope="module", autouse=True)
def fail2ban(net):
    """Fail2ban and sshd."""
    host = net.host
    host.write("/etc/fail2ban/jail.d/here.local", HERE)
    sshd = host.start("/usr/sbin/sshd", "-De", stderr=PIPE)
    syslog = 'while read -r line; do echo "$(date "+%b %d %T") host sshd[1]: $line"; done >/var/log/sshd.log'
    processes = [sshd, host.start("sh", "-c", syslog, stdin=sshd.stderr)]
    host.until("test", "-s", "/var/log/sshd.log")
    processes.append(host.start("fail2ban-server", "-xf", "start", stdout=DEVNULL, stderr=DEVNULL))
    host.until("fail2ban-client", "status", "medcost-traefik")
    yield
    for process in processes:
        process.kill()
        process.wait(timeout=20)


@pytest.fixture
def unbanned(net, fail2ban):
    yield
    net.host.run("fail2ban-client", "unban", "--all")


def banned(net, name):
    """What the firewall has in a set."""
    listed = json.loads(net.host.run("nft", "--json", "list", "set", "inet", "medcost", name))
    (held,) = [entry["set"] for entry in listed["nftables"] if "set" in entry]
    return held.get("elem", [])


def total_banned(net):
    """How many bans the jail of the web has seen."""
    return int(re.findall(r"Total banned:\s+(\d+)", net.host.run("fail2ban-client", "status", "medcost-traefik"))[0])


def until_banned(net, name):
    net.host.until("sh", "-c", f"nft list set inet medcost {name} | grep -q elements")
    return banned(net, name)


def test_who_is_refused_a_hundred_times_a_minute_is_blocked_and_released(net, traefik, unbanned):
    refused = traefik(net.outside, f"{MLFLOW}[1-99]")
    assert refused == ["403"] * 99
    net.outside.assert_open(SSH)
    traefik(net.outside, MLFLOW)
    assert until_banned(net, "traefik4") == ["192.0.2.10"]
    net.outside.assert_open(among=[SSH, "tcp 192.0.2.1 80"])
    assert traefik(net.admin, MLFLOW, at="198.51.100.1") == ["403"]  # others are not concerned


def test_who_was_banned_is_released_after_the_time_of_the_ban(net, traefik, unbanned):
    before = total_banned(net)
    net.host.run("fail2ban-client", "set", "medcost-traefik", "bantime", "5")  # and not ten minutes

    def was_banned():
        """A ban that is over by the time that fail2ban comes to it is none."""
        traefik(net.outside, f"{MLFLOW}[1-100]", at="2001:db8:a::1")
        with suppress(AssertionError):
            return until(lambda: total_banned(net) > before, within=10, pause=0.1)

    try:
        until(was_banned, within=120)
        net.host.until("sh", "-c", "! nft list set inet medcost traefik6 | grep -q elements")
    finally:
        net.host.run("fail2ban-client", "set", "medcost-traefik", "bantime", "10m")
    net.outside.assert_open("tcp 2001:db8:a::1 2222")


def read_by_fail2ban(net, log="/var/log/traefik/access.json"):
    """The addresses that our filter finds, one for each refusal."""
    rules = "/etc/fail2ban/filter.d/medcost-traefik.conf"
    done = net.host.try_("fail2ban-regex", "--out=ip", log, rules)
    return done.stdout.split()


def test_each_refusal_counts_and_nothing_else(net, traefik):
    before = Counter(read_by_fail2ban(net))
    here = {"at": "127.0.0.1"}  # which is never banned, and so may ask on
    statuses = traefik(net.container, f"{API}?[1-3]", **here) + traefik(net.container, f"{MLFLOW}[1-3]", **here)
    # 200 pages at once and 50 a second are nobody's fault: 600 go beyond that on a slow machine, too
    statuses += traefik(net.container, "https://medcost.test/[1-600]", **here)
    net.container.run("curl", "--silent", "http://127.0.0.1/")
    refused = [status for status in statuses if status in {"401", "403", "429"}]
    assert set(statuses) == {"200", "401", "403", "429"}
    assert Counter(read_by_fail2ban(net)) - before == {"127.0.0.1": len(refused)}
    assert banned(net, "traefik4") == []


def lines(net, status):
    log = net.host.run("cat", "/var/log/traefik/access.json").splitlines()
    return [line for line in log if json.loads(line)["DownstreamStatus"] == status]


def test_an_ipv6_address_stands_for_its_network(net, traefik, unbanned):
    traefik(net.outside, f"{MLFLOW}[1-100]", at="2001:db8:a::1")
    until_banned(net, "traefik6")
    net.outside.assert_open(among=["tcp 2001:db8:a::1 2222"], source="2001:db8:a::11")
    net.outside.assert_open(SSH)  # IPv4 is another matter


def test_the_vpn_is_never_banned(net, traefik, tunnel, unbanned):
    with tunnel("ann", net.admin):
        assert traefik(net.admin, f"{API}?[1-120]", at="10.13.13.1") == ["401"] * 120
        traefik(net.outside, f"{API}?[1-100]")  # as many as a ban takes: one more might wait for ever
        assert until_banned(net, "traefik4") == ["192.0.2.10"]  # so by then the other's were read, too


def test_an_administrator_who_was_banned_comes_back_by_the_tunnel(net, traefik, tunnel, unbanned):
    with tunnel("ann", net.outside):
        for jail in ("sshd", "medcost-traefik"):
            net.host.run("fail2ban-client", "set", jail, "banip", "192.0.2.10")
        until_banned(net, "sshd4")
        net.outside.assert_open(among=[SSH])
        assert traefik(net.outside, MLFLOW, at="10.13.13.1") == ["200"]


def test_a_jail_releases_nobody_whom_another_holds(net, unbanned):
    for jail in ("sshd", "medcost-traefik"):
        net.host.run("fail2ban-client", "set", jail, "banip", "192.0.2.10")
    net.host.run("fail2ban-client", "set", "medcost-traefik", "unbanip", "192.0.2.10")
    assert (banned(net, "traefik4"), banned(net, "sshd4")) == ([], ["192.0.2.10"])
    net.outside.assert_open(among=[SSH])
    net.host.run("fail2ban-client", "set", "sshd", "unbanip", "192.0.2.10")
    net.outside.assert_open(SSH)


def test_nobody_gets_another_banned_by_what_they_send(net, traefik):
    traefik(net.container, MLFLOW, at="127.0.0.1")
    line = json.loads(lines(net, 403)[-1])
    words = ',"ClientHost":"203.0.113.9","DownstreamContentSize":9,"DownstreamStatus":403,'
    for name in line:  # whatever of it Traefik would let through
        if isinstance(line[name], str) and name not in {"ClientHost", "StartUTC"}:
            line[name] = f'"{{{words[1:]}'
    net.host.write("/run/forged.json", json.dumps(line, separators=(",", ":")) + "\n")
    assert read_by_fail2ban(net, "/run/forged.json") == ["127.0.0.1"]
    sent = ["--header", f'Host: "{words}"', "--header", "X-Forwarded-For: 203.0.113.9", "http://127.0.0.1/"]
    net.container.run("curl", "--silent", *sent)
    net.container.run("curl", "--silent", "--insecure", *sent[2:-1], "--connect-to", "::127.0.0.1:", MLFLOW)
    assert "203.0.113.9" not in read_by_fail2ban(net)


def ssh(net, machine, address, *command, user="ann", within=60):
    return machine.try_(
        *("timeout", str(within), "ssh", "-p", "2222", "-i", net.bare.key, "-o", "BatchMode=yes"),
        *(
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "LogLevel=ERROR",
            "-o",
            "IdentitiesOnly=yes",
        ),
        *(f"{user}@{address}", *command),
    )


def test_the_administrator_logs_in_with_a_key_and_is_root_by_sudo(net):
    done = ssh(net, net.admin, "198.51.100.1", "sudo", "-n", "id", "-u")
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr


def test_root_does_not_log_in_though_the_key_is_hers(net):
    done = ssh(net, net.admin, "198.51.100.1", "true", user="root")
    assert done.returncode == 255
    assert "Permission denied (publickey)" in done.stderr


def test_passwords_are_not_asked_for(net):
    done = ssh(net, net.admin, "198.51.100.1", "-o", "PreferredAuthentications=password", "true", user="nobody")
    assert "Permission denied (publickey)." in done.stderr


def test_who_guesses_at_ssh_is_blocked(net, unbanned):
    guess = ssh(net, net.outside, "192.0.2.1", "true", user="root")
    assert (guess.returncode, "Permission denied (publickey)" in guess.stderr) == (255, True)

    def blocked():
        return banned(net, "sshd4") or not ssh(net, net.outside, "192.0.2.1", "true", user="admin", within=2).returncode

    assert until(blocked) == ["192.0.2.10"]
    net.outside.assert_open(among=[SSH])


def test_after_the_log_was_rotated_it_is_written_and_read_on(net, traefik, unbanned):
    traefik(net.admin, MLFLOW, at="198.51.100.1")
    net.host.run("logrotate", "--force", "--state", "/run/logrotate", "/etc/logrotate.d/medcost")
    assert lines(net, 403) == []
    assert net.host.run("ls", "/var/log/traefik").split() == ["access.json", "access.json.1.gz"]
    traefik(net.outside, f"{MLFLOW}[1-100]")
    assert len(lines(net, 403)) == 100
    assert until_banned(net, "traefik4") == ["192.0.2.10"]
