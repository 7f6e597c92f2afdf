"""Which ports of a host and its containers are open, and to whom."""

from __future__ import annotations

import json
import re
from subprocess import PIPE

import pytest

HOST = ["tcp 22", "tcp 2222", "tcp 2377", "tcp 3000", "tcp 7946", "udp 4789", "udp 5353", "udp 7946", "udp 51820"]
CONTAINER = ["tcp 80", "tcp 443", "tcp 5432"]
PUBLISHED = ["tcp 80", "tcp 443", "tcp 8080", "tcp 5432"]


@pytest.fixture(scope="module", autouse=True)
def listeners(net):
    processes = [net.host.listen(*HOST), net.container.listen(*CONTAINER), net.admin.listen("tcp 22")]
    yield
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def without_firewall(net):
    net.unload()
    yield
    net.load()


def at(address, ports):
    return {f"{kind} {address} {port}" for kind, port in (written.split() for written in ports)}


OPEN = ["tcp 80", "tcp 443", "tcp 2222", "udp 51820"]


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8:a::1"])
def test_web_ssh_and_wireguard_are_open_and_nothing_else_whatever_docker_publishes(net, address):
    net.outside.assert_open(*at(address, OPEN), among=at(address, HOST + PUBLISHED))


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8:a::1"])
def test_it_is_the_firewall_that_closes_them(net, without_firewall, address):
    net.outside.assert_open(*at(address, HOST + PUBLISHED))


@pytest.mark.parametrize("address", ["172.17.0.2", "fd17::2"])
def test_nobody_calls_a_container_by_its_own_address(net, address):
    net.outside.assert_open(among=at(address, CONTAINER))


def test_swarm_ports_are_for_nodes_in_their_own_network(net):
    endpoints = at("10.0.0.1", HOST)
    swarm = at("10.0.0.1", ["tcp 2377", "tcp 7946", "udp 4789", "udp 7946"])
    everybody = at("10.0.0.1", ["tcp 2222", "udp 51820"])
    net.node.assert_open(*swarm, *everybody, among=endpoints, source="10.0.0.2")
    net.node.assert_open(*everybody, among=endpoints, source="10.0.0.3")


def test_a_nodes_address_is_worth_nothing_on_another_network(net):
    net.outside.run("ip", "address", "add", "10.0.0.2/32", "dev", "eth0")
    net.host.run("ip", "route", "replace", "10.0.0.2/32", "dev", "eth0")
    try:
        net.outside.assert_open("tcp 192.0.2.1 2222", among=["tcp 192.0.2.1 2377"], source="10.0.0.2")
    finally:
        net.host.run("ip", "route", "delete", "10.0.0.2/32", "dev", "eth0")
        net.outside.run("ip", "address", "delete", "10.0.0.2/32", "dev", "eth0")


def test_containers_call_out_and_are_answered(net):
    net.container.assert_open("tcp 198.51.100.20 22")


def test_a_container_has_no_way_to_the_hosts_own_ports_but_the_open_ones(net):
    net.container.assert_open(*at("172.17.0.1", ["tcp 2222", "udp 51820"]), among=at("172.17.0.1", HOST))


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8:a::1"])
def test_the_host_answers_pings(net, address):
    net.outside.run("ping", "-c1", "-W60", address)


def test_who_does_not_come_through_the_tunnel_has_no_address_of_the_vpn(net):
    net.outside.run("ip", "address", "add", "10.13.13.9/32", "dev", "eth0")
    net.host.run("ip", "route", "add", "10.13.13.9/32", "dev", "eth0")  # so that answers would find the way
    try:
        endpoint = "tcp 192.0.2.1 2222"
        net.outside.assert_open(among=[endpoint], source="10.13.13.9")
        net.unload()
        net.outside.assert_open(endpoint, source="10.13.13.9")
    finally:
        net.load()
        net.host.run("ip", "route", "delete", "10.13.13.9/32", "dev", "eth0")
        net.outside.run("ip", "address", "delete", "10.13.13.9/32", "dev", "eth0")


def tables(net):
    """Docker's and everybody's tables as they stand, without counts."""
    listed = json.loads(net.host.run("nft", "--json", "list", "ruleset"))["nftables"]
    ours = [entry for entry in listed if "medcost" in (entry.get("table", {}).get("name"), *_tables_of(entry))]
    others = [re.sub(r'"(packets|bytes)": \d+', "", json.dumps(entry)) for entry in listed if entry not in ours]
    return others, len(ours)


def _tables_of(entry):
    return [thing.get("table") for thing in entry.values()]


def test_loading_again_leaves_other_rules_and_banned_addresses_alone(net):
    net.host.run("nft", "add table inet foreign { chain c { counter accept; }; }")
    net.host.run("nft", "add element inet medcost traefik4 { 203.0.113.7 }")
    net.host.run("nft", "add element inet medcost traefik6 { 2001:db8:c::7/64 }")
    try:
        others, ours = tables(net)
        assert any("DOCKER" in entry for entry in others)
        assert any('"foreign"' in entry for entry in others)
        net.load()
        net.load()
        assert tables(net) == (others, ours)
        assert "203.0.113.7" in net.host.run("nft", "list set inet medcost traefik4")
        assert "2001:db8:c::/64" in net.host.run("nft", "list set inet medcost traefik6")
    finally:
        net.host.run("nft", "delete table inet foreign")
        net.host.run("nft", "flush set inet medcost traefik4")
        net.host.run("nft", "flush set inet medcost traefik6")


def test_a_file_with_an_error_changes_nothing(net):
    before = net.host.run("nft", "list table inet medcost")
    rules = net.host.run("cat", "/etc/medcost/firewall.nft")
    net.host.write("/run/broken.nft", rules.replace("policy drop;", "policy drop; nonsense", 1))
    assert net.host.try_("nft", "-f", "/run/broken.nft").returncode != 0
    assert net.host.run("nft", "list table inet medcost") == before


def test_a_connection_that_stands_goes_on_while_rules_are_loaded(net):
    talk = (
        "import socket, sys; s = socket.create_connection(('192.0.2.1', 3001), 10); print('up', flush=True);"
        "sys.stdin.readline(); s.sendall(b'still'); print(s.recv(9))"
    )
    echo = (
        "import socket; s = socket.create_server(('', 3001)); print('up', flush=True);"
        "c, _ = s.accept(); c.sendall(c.recv(9)); c.recv(9)"
    )
    net.unload()
    server = net.host.start("python3", "-c", echo, stdout=PIPE, text=True)
    assert server.stdout.readline() == "up\n"
    client = net.outside.start("python3", "-c", talk, stdin=PIPE, stdout=PIPE, text=True)
    assert client.stdout.readline() == "up\n"
    net.load()
    received, _ = client.communicate("\n", timeout=30)
    server.communicate(timeout=30)
    assert received == "b'still'\n"
