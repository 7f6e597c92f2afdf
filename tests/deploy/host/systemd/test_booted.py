"""A bare Debian that boots, is made a host, and boots again: `make test-host`."""

from __future__ import annotations

import json
import shutil
import subprocess
import time

import pytest

from tests.deploy.host.systemd.booted import ARGUMENTS

OURS = ("medcost-firewall", "ssh", "fail2ban", "wg-quick@wg0", "unattended-upgrades")
SOON = """[Timer]
OnCalendar=
OnCalendar=*:*:0/2
RandomizedDelaySec=0
AccuracySec=1ms
"""


def properties(machine, unit, *names):
    output = machine.run("systemctl", "show", unit, *(f"--property={name}" for name in names))
    return dict(line.split("=", 1) for line in output.splitlines())


def timers(machine):
    """Seconds since 1970 at which each will elapse, by its name."""
    listed = json.loads(machine.run("systemctl", "list-timers", "--output=json"))
    return {timer["unit"]: timer["next"] / 1e6 for timer in listed}


def ruleset(machine):
    return machine.try_("nft", "list", "table", "inet", "medcost")


def assert_all_is_up(host, outside, ssh):
    machine = host.machine
    states = {unit: properties(machine, unit, "ActiveState", "UnitFileState") for unit in OURS}
    assert states == {unit: {"ActiveState": "active", "UnitFileState": "enabled"} for unit in OURS}
    assert machine.run("systemctl", "list-units", "--failed", "--no-legend") == ""
    assert "tcp dport { 80, 443, 2222 } accept" in ruleset(machine).stdout
    machine.until("fail2ban-client", "status", "medcost-traefik")
    machine.until("fail2ban-client", "status", "sshd")
    assert machine.run("wg", "show", "wg0", "listen-port") == "51820\n"
    settings = ("net.ipv4.conf.all.send_redirects", "kernel.kptr_restrict", "net.core.bpf_jit_harden")
    assert machine.run("sysctl", "-n", *settings).split() == ["0", "2", "2"]
    outside.assert_open("tcp 192.0.2.1 2222", among=["tcp 192.0.2.1 22"])
    assert outside.run(*ssh("ann", 2222, "sudo -n id -u")) == "0\n"
    assert {"medcost-monitor.timer", "medcost-retrain.timer", "logrotate.timer", "apt-daily.timer",
            "apt-daily-upgrade.timer"} <= set(timers(machine))  # fmt: skip


@pytest.mark.parametrize(
    ("first", "then", "words"),
    [
        (
            "systemctl enable nftables",
            "systemctl disable nftables",
            "nftables.service is on, and flushes all tables",
        ),
        (
            "systemctl stop ssh && systemctl start ssh.socket",
            "systemctl stop ssh.socket && systemctl start ssh",
            "ssh.socket listens, whatever sshd's Port says",
        ),
    ],
)
def test_what_would_undo_it_is_refused(bare, first, then, words):
    machine = bare.machine
    machine.run("sh", "-c", first)
    try:
        refused = machine.try_("/root/host/bootstrap.sh", *ARGUMENTS)
    finally:
        machine.run("sh", "-c", then)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"bootstrap.sh: {words}")


@pytest.mark.parametrize("answer", ["no", None])
def test_what_nobody_confirms_is_taken_back(bare, bootstrap, outside, ssh, answer):
    status, output = bootstrap(lambda: answer)
    assert status != 0, output
    bare.machine.until("sh", "-c", "! nft list table inet medcost && test ! -e /etc/ssh/sshd_config.d/10-medcost.conf")
    bare.machine.until("sh", "-c", "ss -tln | grep -q ':22 '")
    assert properties(bare.machine, "medcost-firewall", "ActiveState", "UnitFileState") == {
        "ActiveState": "inactive",
        "UnitFileState": "disabled",
    }
    assert outside.run(*ssh("root", 22, "echo in")) == "in\n"
    assert outside.try_(*ssh("ann", 2222, "true")).returncode == 255
    if answer:
        assert output.endswith("bootstrap.sh: taken back: the firewall is off, and sshd is as it was\r\n")


def test_everything_runs_after_it_was_confirmed(host, outside, ssh):
    assert_all_is_up(host, outside, ssh)


def test_a_second_run_changes_nothing_and_restarts_nothing(host):
    machine = host.machine
    units = (*OURS, "dbus", "medcost-monitor.timer")
    # the VPN's configuration is built anew each time, to the same words
    files = (
        "find /etc /usr /root /home -type f ! -name wg0.conf -printf '%p %m %s %T@\n' | sort;"
        "md5sum /etc/wireguard/wg0.conf"
    )

    def state():
        invocations = {unit: properties(machine, unit, "InvocationID", "MainPID") for unit in units}
        return machine.run("sh", "-c", files), ruleset(machine).stdout, invocations

    before = state()
    done = machine.try_("/root/host/bootstrap.sh")  # without internet, and with nobody to ask
    assert done.returncode == 0, done.stdout + done.stderr
    assert state() == before


def test_docker_starts_anew_once_it_is_told_something_new(host):
    machine = host.machine
    machine.run("systemctl", "start", "docker")
    before = properties(machine, "docker", "InvocationID")
    assert machine.try_("/root/host/bootstrap.sh").returncode == 0
    assert properties(machine, "docker", "InvocationID") == before
    machine.run("rm", "/etc/docker/daemon.json")
    assert machine.try_("/root/host/bootstrap.sh").returncode == 0
    assert properties(machine, "docker", "InvocationID") != before


def test_only_keys_are_taken_and_not_roots(host, outside, ssh):
    for user, options in (("root", ()), ("ann", ("-o", "PreferredAuthentications=password,keyboard-interactive"))):
        refused = outside.try_(*ssh(user, 2222, *options, "true"))
        assert (refused.returncode, refused.stderr) == (255, f"{user}@192.0.2.1: Permission denied (publickey).\n")


def test_the_firewall_stands_before_there_is_a_network(host):
    host.machine.run("systemctl", "reboot")
    host.ended()
    print(f"rebooted in {host.boot():.1f} s")
    times = [
        int(properties(host.machine, unit, "ActiveEnterTimestampMonotonic")["ActiveEnterTimestampMonotonic"])
        for unit in ("medcost-firewall.service", "network-pre.target", "networking.service", "ssh.service")
    ]
    assert 0 < times[0] <= times[1] <= times[2] <= times[3]


def test_who_guesses_is_found_in_the_journal_and_banned(host, outside, ssh):
    try:
        for name in ("root", "admin", "test", "oracle", "pi"):
            if "Permission denied" not in outside.try_("timeout", "5", *ssh(name, 2222, "true")).stderr:
                break
        host.machine.until("sh", "-c", "nft list set inet medcost sshd4 | grep -q 192.0.2.10")
        outside.assert_open(among=["tcp 192.0.2.1 2222"])
    finally:
        host.machine.run("fail2ban-client", "unban", "--all")
    outside.assert_open("tcp 192.0.2.1 2222")


def test_timers_wait_for_their_hour(host):
    elapses = timers(host.machine)
    hours = {
        name: time.strftime("%H:%M", time.gmtime(elapses[f"medcost-{name}.timer"])) for name in ("monitor", "retrain")
    }
    assert "01:30" <= hours["monitor"] <= "01:45"
    assert "02:30" <= hours["retrain"] <= "02:45"


def test_a_timer_runs_its_service_and_a_failed_run_does_not_stop_the_next(host):
    machine = host.machine
    machine.write("/run/systemd/system/medcost-monitor.timer.d/soon.conf", SOON)
    machine.run("touch", "/run/docker.away")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", "medcost-monitor.timer")
    try:
        machine.until("sh", "-c", "systemctl list-units --failed --no-legend | grep -q medcost-monitor.service")
        machine.until("sh", "-c", 'test "$(systemctl is-system-running)" = degraded')
        assert "exited, status=1/FAILURE" in machine.run("journalctl", "--boot", "--unit=medcost-monitor.service")
        machine.run("rm", "/run/docker.away", "/var/log/docker.called")
        machine.until("grep", "-q", "exec", "/var/log/docker.called")
        machine.until("sh", "-c", "! systemctl is-failed --quiet medcost-monitor.service")
    finally:
        machine.run("rm", "-r", "/run/systemd/system/medcost-monitor.timer.d")
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "restart", "medcost-monitor.timer")
    called = machine.run("cat", "/var/log/docker.called").splitlines()
    assert called[:2] == ["ps|--quiet|--filter|name=medcost_dashboard|", "exec|c0ffee|medcost|monitor|run|"]


def test_retraining_is_told_to_docker_word_for_word(host):
    host.machine.run("rm", "-f", "/var/log/docker.called")
    host.machine.run("systemctl", "start", "medcost-retrain.service")
    assert host.machine.run("cat", "/var/log/docker.called") == (
        "service|update|--detach=false|--force|--args|"
        "retrain dataset=csv dataset.path=/data/claims.csv|medcost_trainer|\n"
    )


def test_a_restart_is_planned_where_an_update_wants_one(host):
    machine = host.machine
    machine.run("touch", "/run/reboot-required")
    try:
        machine.run("unattended-upgrade")
        planned = machine.run("cat", "/run/systemd/shutdown/scheduled")
    finally:
        machine.run("rm", "/run/reboot-required")
        machine.run("shutdown", "-c")
    fields = dict(line.split("=") for line in planned.splitlines())
    assert fields["MODE"] == "reboot"
    assert time.strftime("%H:%M", time.gmtime(int(fields["USEC"]) / 1e6)) == "04:00"


def test_the_access_log_is_rotated_when_it_is_too_large(host):
    machine = host.machine
    machine.run("truncate", "--size=201M", "/var/log/traefik/access.json")
    machine.run("systemctl", "start", "logrotate.service")
    assert set(machine.run("ls", "/var/log/traefik").split()) == {"access.json", "access.json.1.gz"}
    assert machine.run("stat", "--format=%s", "/var/log/traefik/access.json") == "0\n"


def test_a_ban_outlives_a_firewall_that_was_taken_away_and_brought_back(host):
    machine = host.machine
    machine.run("fail2ban-client", "set", "sshd", "banip", "203.0.113.9")
    try:
        machine.run("nft", "delete", "table", "inet", "medcost")
        machine.run("systemctl", "restart", "medcost-firewall")
        machine.until("sh", "-c", "nft list set inet medcost sshd4 | grep -q 203.0.113.9")
    finally:
        machine.until("fail2ban-client", "unban", "--all")


def test_another_port_is_taken_to_the_end_though_the_line_is_cut_on_the_way(host, outside):
    for port, before in ((2200, 2222), (2222, 2200)):
        script = f"/root/host/bootstrap.sh --yes --ssh-port {port} | sed '/read units anew/q'"
        assert host.machine.run("sh", "-c", script).endswith("read units anew\n")
        endpoints = {number: f"tcp 192.0.2.1 {number}" for number in (port, before)}
        outside.assert_open(endpoints[port], among=endpoints.values())


def test_everything_is_there_again_after_the_plug_was_pulled(host, outside, ssh):
    host.machine.run("fail2ban-client", "set", "sshd", "banip", "203.0.113.9")
    host.power_off()
    print(f"booted after a power cut in {host.boot():.1f} s")
    assert_all_is_up(host, outside, ssh)
    host.machine.until("sh", "-c", "nft list set inet medcost sshd4 | grep -q 203.0.113.9")


def test_the_tunnel_is_there_again_with_its_peers(host, outside, part):
    kernel = outside.try_("ip", "link", "add", "tried", "type", "wireguard").returncode == 0
    part("WireGuard", None if kernel or shutil.which("wireguard-go") else "neither this kernel has it nor wireguard-go")
    host.machine.run("medcost-vpn", "add", "ann", "/run/ann.conf")
    outside.write("/run/ann.conf", host.machine.run("cat", "/run/ann.conf"))
    outside.run("wg-quick", "up", "/run/ann.conf")
    try:
        outside.run("ping", "-c1", "-w30", "10.13.13.1")
        host.power_off()
        host.boot()
        outside.run("ping", "-c1", "-w30", "10.13.13.1")
    finally:
        outside.run("wg-quick", "down", "/run/ann.conf")


def test_a_night_that_was_missed_is_made_up_for_after_the_next_boot(host):
    machine = host.machine
    machine.run("systemctl", "poweroff")
    host.ended()
    stamp = host.disk / "var/lib/systemd/timers/stamp-medcost-monitor.timer"
    subprocess.run(["touch", "--date=2 days ago", stamp], check=True)
    host.boot()
    assert timers(host.machine)["medcost-monitor.timer"] < time.time() + 15 * 60
