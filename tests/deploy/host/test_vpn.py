"""The tunnel, what it leads to, and who is let into it."""

from __future__ import annotations

import re
from subprocess import PIPE

import pytest

MLFLOW = "https://mlflow.medcost.test/"
SERVER = "10.13.13.1"


def vpn(net, *arguments):
    return net.host.try_("medcost-vpn", *arguments)


def peers(net):
    return {line.split()[0]: line.split()[1] for line in net.host.run("medcost-vpn", "list").splitlines()}


def handed_over(net, name):
    """Makes a peer, and gives the file as a dictionary."""
    net.host.run("medcost-vpn", "add", name, f"/run/{name}.conf")
    text = net.host.run("cat", f"/run/{name}.conf")
    return dict(re.findall(r"^(\w+) = (.*)$", text, re.MULTILINE))


@pytest.fixture
def nobody(net):
    yield
    for name in peers(net):
        net.host.run("medcost-vpn", "revoke", name)
    net.host.run("sh", "-c", "rm -f /run/*.conf")


def test_mlflow_is_reached_through_the_tunnel_only(net, traefik, tunnel):
    with tunnel("ann", net.admin):
        assert traefik(net.admin, MLFLOW, at=SERVER, say="body") == ["10.13.13.2"]
        # the same person beside the tunnel, somebody else, and whoever knows where MLflow listens
        assert traefik(net.admin, MLFLOW, at="198.51.100.1") == ["403"]
        assert traefik(net.outside, MLFLOW) == ["403"]
        assert traefik(net.outside, MLFLOW, at="2001:db8:a::1") == ["403"]
        for machine, address in ((net.outside, "192.0.2.1"), (net.admin, SERVER), (net.admin, "172.17.0.2")):
            machine.assert_open(among=[f"tcp {address} 5000"])


def test_without_a_key_the_servers_address_in_the_tunnel_is_none(net, traefik, tunnel):
    with tunnel("ann", net.admin):
        net.outside.run("ip", "route", "add", SERVER, "via", "192.0.2.1")
        try:  # it is an address of the same machine, but who calls it is who they are
            assert traefik(net.outside, MLFLOW, at=SERVER) == ["403"]
        finally:
            net.outside.run("ip", "route", "delete", SERVER)


def test_the_tunnel_leads_to_the_servers_open_ports_and_nowhere_else(net, tunnel):
    with tunnel("ann", net.admin), tunnel("bob", net.outside):
        listeners = [net.outside.listen("tcp 9999"), net.host.listen("tcp 2222", "tcp 3000")]
        net.admin.run("ip", "route", "add", "10.13.13.3", "dev", "ann")
        net.admin.run("wg", "set", "ann", "peer", net.admin.run("wg", "show", "ann", "peers").strip(),
                      "allowed-ips", "10.13.13.0/24,192.0.2.0/24")  # fmt: skip
        net.admin.run("ip", "route", "add", "192.0.2.0/24", "dev", "ann")
        try:
            closed = [f"tcp {SERVER} 3000", "tcp 10.13.13.3 9999", "tcp 192.0.2.10 9999"]
            net.admin.assert_open(f"tcp {SERVER} 2222", among=closed)
        finally:
            net.admin.run("ip", "route", "delete", "192.0.2.0/24", "dev", "ann")
            for process in listeners:
                process.kill()
                process.communicate()


def test_no_container_calls_an_administrators_machine(net, tunnel):
    with tunnel("ann", net.admin):
        listener = net.admin.listen("tcp 9999")
        try:
            net.container.assert_open(among=["tcp 10.13.13.2 9999"])
            net.host.assert_open("tcp 10.13.13.2 9999")
        finally:
            listener.kill()
            listener.communicate()


def test_who_is_revoked_is_out_at_once_and_others_connections_stay(net, tunnel, nobody):
    echo = (
        "import socket; s = socket.create_server(('', 2222)); print('up', flush=True);"
        "c, _ = s.accept(); [c.sendall(data) for data in iter(lambda: c.recv(9), b'')]"
    )
    talk = (
        f"import socket, sys; s = socket.create_connection(('{SERVER}', 2222), 10)\n"
        "for line in sys.stdin: s.sendall(b'still'); print(s.recv(9), flush=True)"
    )
    with tunnel("ann", net.admin), tunnel("bob", net.outside):
        server = net.host.start("python3", "-c", echo, stdout=PIPE, text=True)
        assert server.stdout.readline() == "up\n"
        stays = net.admin.start("python3", "-c", talk, stdin=PIPE, stdout=PIPE, text=True)
        try:
            answers = []
            for change in ("", "add cy /run/cy.conf", "revoke bob", "revoke cy"):
                if change:
                    net.host.run("medcost-vpn", *change.split())
                stays.stdin.write("\n")
                stays.stdin.flush()
                answers.append(stays.stdout.readline())
            assert answers == ["b'still'\n"] * 4
            gone = net.outside.try_("ping", "-c1", "-W2", SERVER)
            assert gone.returncode == 1, gone.stdout
            net.admin.run("ping", "-c1", "-W60", SERVER)
        finally:
            for process in (stays, server):
                process.kill()
                process.communicate()


def test_the_list_tells_who_was_heard(net, tunnel, nobody):
    with tunnel("ann", net.admin):
        net.admin.run("ping", "-c1", "-W60", SERVER)
        handed_over(net, "cy")
        ann, cy = net.host.run("medcost-vpn", "list").splitlines()
        assert re.fullmatch(r"ann +10\.13\.13\.2/32 +20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", ann)
        assert re.fullmatch(r"cy +10\.13\.13\.3/32 +never", cy)


def test_a_private_key_is_in_the_file_that_is_handed_over_and_nowhere_else(net, nobody):
    private = handed_over(net, "ann")["PrivateKey"]
    everything = net.bare.layer / "upper"
    files = net.host.run("grep", "-rlF", "--devices=skip", "--", private, everything, "/run")
    assert files.split() == ["/run/ann.conf"]
    public = net.host.run("grep", "-rlF", "--", handed_over(net, "bob")["PresharedKey"], everything)
    assert f"{everything}/etc/wireguard/wg0.conf" in public.split()  # what is kept would have been found
    assert (
        net.host.run("stat", "-c", "%a %U", "/run/ann.conf", "/etc/wireguard/wg0.conf").split("\n")[:2]
        == ["600 root"] * 2
    )
    assert private not in net.host.run("medcost-vpn", "show", "ann")


def test_those_who_add_at_once_give_out_different_addresses(net, nobody):
    names = [f"p{n}" for n in range(8)]
    at_work = [net.host.start("medcost-vpn", "add", name, f"/run/{name}.conf", stdout=PIPE) for name in names]
    assert [process.wait(timeout=60) for process in at_work] == [0] * 8
    for process in at_work:
        process.communicate()
    assert sorted(peers(net).values()) == sorted(f"10.13.13.{n}/32" for n in range(2, 10))


def test_an_address_that_became_free_is_given_out_again(net, nobody):
    for name in ("ann", "bob", "cy"):
        handed_over(net, name)
    net.host.run("medcost-vpn", "revoke", "bob")
    assert handed_over(net, "dan")["Address"] == "10.13.13.3/32"
    assert set(peers(net).values()) == {"10.13.13.2/32", "10.13.13.3/32", "10.13.13.4/32"}


def test_what_is_done_twice_changes_nothing_the_second_time(net, nobody):
    handed_over(net, "ann")
    before = net.host.run("sh", "-c", "cat /run/ann.conf /etc/wireguard/wg0.conf /etc/wireguard/medcost/peers/*")
    again = vpn(net, "add", "ann", "/run/ann.conf")
    assert (again.returncode, again.stdout) == (0, "ann: there already, at 10.13.13.2/32; nothing was changed\n")
    net.host.run("medcost-vpn", "init")
    after = net.host.run("sh", "-c", "cat /run/ann.conf /etc/wireguard/wg0.conf /etc/wireguard/medcost/peers/*")
    assert after == before


def test_a_key_is_not_made_twice_when_the_file_is_gone_nor_a_file_overwritten(net, nobody):
    handed_over(net, "ann")
    refused = vpn(net, "add", "ann", "/run/other.conf")
    assert (refused.returncode, "revoke and add" in refused.stderr) == (1, True)
    refused = vpn(net, "add", "bob", "/run/ann.conf")
    assert (refused.returncode, "there already" in refused.stderr) == (1, True)
    assert list(peers(net)) == ["ann"]


def test_a_name_that_is_none_is_not_revoked_in_silence(net, nobody):
    handed_over(net, "ann")
    refused = vpn(net, "revoke", "an")
    assert (refused.returncode, refused.stderr) == (1, "medcost-vpn: there is no an: nothing was changed\n")
    assert list(peers(net)) == ["ann"]


def test_a_telephone_reads_it(net, nobody):
    handed_over(net, "ann")
    assert "█" in net.host.run("medcost-vpn", "qr", "/run/ann.conf")


def test_a_network_that_is_full_says_so(new_bare):
    bare = new_bare()
    done = bare.bootstrap("--endpoint", "vpn.example.org", "--admin", "ann", "--vpn-network", "10.9.8.12/30")
    assert done.returncode == 0, done.stdout + done.stderr
    bare.machine.run("medcost-vpn", "add", "ann", "/run/ann.conf")
    assert "Address = 10.9.8.14/32" in bare.machine.run("cat", "/run/ann.conf")
    full = bare.machine.try_("medcost-vpn", "add", "bob", "/run/bob.conf")
    assert (full.returncode, full.stderr) == (1, "medcost-vpn: 10.9.8.12/30 has no address left\n")
    assert bare.machine.try_("ls", "/run/bob.conf").returncode == 2


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["open"],
        ["add"],
        ["add", "../ann"],
        ["add", "Ann"],
        ["add", "a", "b", "c"],
        ["revoke"],
        ["list", "x"],
        ["qr"],
    ],
)
def test_wrong_usage_says_so(net, arguments):
    answer = vpn(net, *arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.endswith("see medcost-vpn --help\n")


def test_help_names_every_command(net):
    answer = net.host.run("medcost-vpn", "--help")
    assert all(f"medcost-vpn {command} " in answer for command in ("init", "add", "revoke", "list", "show", "qr"))
