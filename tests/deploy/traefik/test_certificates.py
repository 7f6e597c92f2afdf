"""Which authority is asked for certificates."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.support.waiting import until


def lines(log):
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("settings", "directory"),
    [
        ({}, "https://acme-staging-v02.api.letsencrypt.org/directory"),
        ({"MEDCOST_ACME": "letsencrypt"}, "https://acme-v02.api.letsencrypt.org/directory"),
    ],
    ids=["staging unless said otherwise", "letsencrypt"],
)
def test_a_switch_says_which(start_traefik, settings, directory):
    # a proxy that nobody listens at: the authority is never reached, and what Traefik says tells whom it asked
    (http, *_), log = start_traefik(HTTPS_PROXY="http://127.0.0.1:9", **settings)

    def directories():
        return {line.get("acmeCA") for line in lines(log) if line["level"] == "error" and "routerName" in line}

    assert until(directories) == {directory}
    assert httpx.get(f"http://127.0.0.1:{http}/", headers={"Host": "medcost.test"}).status_code == 301


def test_without_a_domain_nothing_is_let_through_and_the_log_says_why(start_traefik):
    _, log = start_traefik(MEDCOST_DOMAIN="")
    errors = until(lambda: [line["error"] for line in lines(log) if line["level"] == "error"])
    assert "MEDCOST_DOMAIN is not set" in errors[0]
