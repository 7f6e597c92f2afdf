"""What reaches API and dashboard through Traefik, how, and what doesn't."""

from __future__ import annotations

import json
import socket
import ssl
from collections import Counter
from functools import partial

import httpx
import pytest

ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}
FORGED = {
    "X-Forwarded-For": "127.0.0.9",
    "X-Real-Ip": "127.0.0.9",
    "X_Forwarded_For": "127.0.0.9",
    "Forwarded": "for=127.0.0.9",
    "X-Client-Ip": "127.0.0.9",
    "True-Client-Ip": "127.0.0.9",
}


def test_without_tls_there_is_only_the_way_to_it(edge):
    for path in ("/", "/api/v1/predictions", "/history?page=2"):
        answer = httpx.get(f"http://127.0.0.1:{edge.http}{path}", headers={"Host": "medcost.test"})
        assert answer.status_code == 301
        assert answer.headers["location"] == f"https://medcost.test:{edge.https}{path}"


def test_a_prediction_goes_through(edge):
    with edge.client() as client:
        made = client.post("/api/v1/predictions", json=ANN)
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"/api/v1/predictions/{made.json()['id']}"


@pytest.mark.parametrize("path", ["/", "/api/v1/health/live", "/api/v1/nothing", "/nothing"])
def test_every_answer_tells_the_browser_to_be_careful(edge, path):
    with edge.client() as client:
        headers = client.get(path).headers
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]  # the application's own
    assert "server" not in headers


def handshake(edge, *, name="medcost.test", **limits):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")  # a client that would do it
    for limit, version in limits.items():
        setattr(context, limit, version)
    with (
        socket.create_connection(("127.0.0.1", edge.https), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        return secured.version()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_tls_1_2_is_the_least(edge):
    assert handshake(edge) == "TLSv1.3"
    assert handshake(edge, maximum_version=ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version"):
        handshake(edge, minimum_version=ssl.TLSVersion.TLSv1_1, maximum_version=ssl.TLSVersion.TLSv1_1)


def test_nothing_is_shown_to_who_asks_for_another_name(edge):
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        handshake(edge, name="example.org")


@pytest.mark.parametrize("host", ["mlflow.medcost.test", "pgadmin.medcost.test"])
@pytest.mark.parametrize("headers", [{}, FORGED], ids=["honest", "forged"])
def test_tools_are_forbidden_from_outside_the_vpn_whatever_headers_say(edge, host, headers):
    with edge.client(host=host) as client:
        assert client.get("/", headers=headers).status_code == 403


@pytest.mark.parametrize("host", ["mlflow.medcost.test", "pgadmin.medcost.test"])
def test_tools_are_there_inside_the_vpn_and_learn_the_true_address(edge, host):
    with edge.client(host=host, source="127.0.0.9") as client:
        answer = client.get("/", headers=dict.fromkeys(FORGED, "192.0.2.66"))
    assert answer.status_code == 200
    seen = {name.lower(): value for name, value in answer.json().items()}
    assert (seen["x-forwarded-for"], seen["x-real-ip"], seen["host"]) == ("127.0.0.9", "127.0.0.9", host)
    assert seen["x-forwarded-proto"] == "https"
    assert "x_forwarded_for" not in seen
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/api/v1/metrics", "/api/v1/metrics/", "/api//v1/metrics", "/api/v1/%6Detrics", "/api/v1/x/../metrics"]
)
def test_metrics_are_for_the_inside_however_they_are_spelt(edge, path):
    with edge.client() as client:
        assert client.send(client.build_request("GET", _raw(client, path))).status_code == 403
    with edge.client(source="127.0.0.9") as client:
        assert "medcost" in client.get("/api/v1/metrics").text


def _raw(client, path):
    """The path as it stands: httpx would tidy it up."""
    return client.base_url.copy_with(raw_path=path.encode())


@pytest.mark.parametrize("path", ["/api/v1%2Fmetrics", "/api/v1/predictions%00", "/api/v1/predictions%5C..%5Cx"])
def test_a_path_that_others_could_read_otherwise_is_refused(edge, path):
    with edge.client() as client:
        assert client.send(client.build_request("GET", _raw(client, path))).status_code == 400


def test_a_body_beyond_the_limit_reaches_nobody(edge):
    with edge.client() as client:
        assert client.post("/api/v1/predictions/batch", content=b" " * 5_300_000).status_code == 413
        assert client.post("/sign-in", content=b" " * 1_100_000).status_code == 413
        # within Traefik's limit, the API says it in its own words
        answer = client.post("/api/v1/predictions", json=ANN | {"more": " " * 100_000})
        assert (answer.status_code, answer.json()["status"]) == (413, 413)
        # files of people are streams, measured by the dashboard
        assert client.put("/batch/unknown/people", content=b" " * 2_000_000).status_code == 404


def flood(edge, path, source, *, connections=4, each=250, more=b""):
    """Ask as fast as can be, by HTTP/1.1 pipelining; gives the statuses, and one refusal's head."""
    head = f"GET {path} HTTP/1.1\r\nHost: medcost.test\r\n".encode() + more
    requests = (head + b"\r\n") * (each - 1) + head + b"Connection: close\r\n\r\n"
    opened = []
    for _ in range(connections):
        plain = socket.create_connection(("127.0.0.1", edge.https), timeout=60, source_address=(source, 0))
        opened.append(edge.trusted.wrap_socket(plain, server_hostname="medcost.test"))
        opened[-1].sendall(requests)
    received = b"".join(b"".join(iter(partial(connection.recv, 65536), b"")) for connection in opened)
    for connection in opened:
        connection.close()
    heads = [b"HTTP/1.1 " + part.partition(b"\r\n\r\n")[0] for part in received.split(b"HTTP/1.1 ")[1:]]
    refused = next((head.decode() for head in heads if head.startswith(b"HTTP/1.1 429")), "")
    return Counter(int(head[9:12]) for head in heads), refused


@pytest.mark.parametrize(
    ("path", "burst", "source"), [("/favicon.ico", 200, "127.0.0.20"), ("/api/v1/health/live", 400, "127.0.0.21")]
)
def test_who_asks_too_often_is_told_when_to_come_back_and_others_are_not(edge, path, burst, source):
    statuses, refused = flood(edge, path, source)
    assert set(statuses) == {200, 429}, statuses
    assert statuses[200] >= burst
    assert any(line.lower().startswith("retry-after: ") for line in refused.splitlines())
    # another name in the headers is not another address: each of these would have a whole burst of its own
    forwarded = (b"X-Forwarded-For: 192.0.2.%d\r\n" % n for n in range(1, 100))
    assert any(flood(edge, path, source, connections=1, each=burst // 2, more=more)[0][429] for more in forwarded)
    with edge.client() as somebody_else:
        assert somebody_else.get(path).status_code == 200


def test_the_log_tells_who_and_what_came_of_it_and_nothing_about_people(edge):
    secret = "5bfb8a1e-secret"
    with edge.client() as client:
        client.get(f"/api/v1/predictions/{secret}", params={"age": secret})
        client.post("/api/v1/predictions", json={"sex": secret}, headers={"X-API-Key": secret, "Cookie": secret})
        client.get("/", headers={"User-Agent": secret, "Referer": f"https://x.test/{secret}", "Authorization": secret})
        client.get(f"/batch/{secret}/costs.csv")
        client.get("/favicon.ico", headers={"X-Marker": "last"})
    lines = edge.lines()
    assert secret not in edge.log.read_text(encoding="utf-8") + json.dumps(lines)
    assert {line["ClientHost"] for line in lines} <= {f"127.0.0.{n}" for n in range(30)}
    assert {"api@file", "pages@file"} <= {
        line["RouterName"].removeprefix("websecure-") for line in lines if "RouterName" in line
    }
    assert {200, 404} <= {line["DownstreamStatus"] for line in lines}
    allowed = {
        "ClientHost", "StartUTC", "RequestMethod", "RequestHost", "RouterName", "DownstreamStatus", "Duration",
        "DownstreamContentSize", "OriginDuration", "RetryAttempts", "TLSVersion", "level", "msg", "time",
        "entryPointName",
    }  # fmt: skip
    assert set().union(*lines) <= allowed, json.dumps(lines[-1])
