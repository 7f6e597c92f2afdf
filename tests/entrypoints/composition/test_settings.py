from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from entrypoints.composition.access_rules import asks_for_login, offers_first_password, refuse_open_access
from entrypoints.composition.database import database_url
from entrypoints.composition.settings import environment_of, load


def test_a_flag_wins_over_the_environment_and_that_over_the_profile() -> None:
    environment = {"MEDCOST_PORT": "9001", "MEDCOST_PREDICTOR": "in_process"}
    assert load(environment={}).port == 8000
    assert load(environment=environment).port == 9001
    assert load({"port": 9002}, environment=environment).port == 9002
    assert load({"profile": "memory"}, environment={}).predictor == "memory"
    assert load({"profile": "memory"}, environment=environment).predictor == "in_process"


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://ann:secret@db/medcost\n")
    assert load(environment={"MEDCOST_DATABASE_URL_FILE": str(secret)}).database_url.endswith("@db/medcost")
    with pytest.raises(ConfigurationError, match="MEDCOST_DATABASE_URL_FILE"):
        load(environment={"MEDCOST_DATABASE_URL_FILE": str(tmp_path / "missing")})


@pytest.mark.parametrize(
    ("flags", "environment", "named"),
    [
        ({"prot": 1}, {}, "prot"),
        ({"port": "8000"}, {}, "port"),
        ({"port": 70_000}, {}, "port"),
        ({}, {"MEDCOST_PORT": "eighty"}, "MEDCOST_PORT"),
        ({}, {"MEDCOST_PREDICTOR_DEADLINE": "0"}, "MEDCOST_PREDICTOR_DEADLINE"),
        ({"profile": "embeded"}, {}, "choose one of embedded, memory, production"),
    ],
)
def test_what_is_unknown_or_of_the_wrong_type_is_named(flags: dict, environment: dict, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        load(flags, environment=environment)


def test_a_child_process_finds_the_same_settings() -> None:
    settings = load({"port": 0, "require_keys": True, "allowed_hosts": ("a.example", "b.example")}, environment={})
    assert load(environment=environment_of(settings)) == settings


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_loopback_may_do_without_keys(host: str) -> None:
    refuse_open_access(load({"host": host}, environment={}), pages=True)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org"])
def test_a_public_address_asks_for_keys(host: str) -> None:
    refuse_open_access(load({"host": host, "require_keys": True}, environment={}), pages=False)
    with pytest.raises(ConfigurationError, match="medcost keys create"):
        refuse_open_access(load({"host": host}, environment={}), pages=False)


def test_pages_on_a_public_address_need_a_proxy_that_asks_who_people_are() -> None:
    settings = {"host": "0.0.0.0", "require_keys": True}
    with pytest.raises(ConfigurationError, match="MEDCOST_PROXY_AUTHENTICATES"):
        refuse_open_access(load(settings, environment={}), pages=True)
    refuse_open_access(load({**settings, "proxy_authenticates": True}, environment={}), pages=True)


@pytest.mark.parametrize(
    ("changes", "is_offered"),
    [
        ({}, True),
        ({"admin_password": "correct horse battery"}, False),
        ({"host": "0.0.0.0"}, False),
        ({"proxy_authenticates": True}, False),
    ],
    ids=str,
)
def test_a_first_password_is_asked_for_here_unless_the_settings_hold_one(
    changes: dict[str, object], is_offered: bool
) -> None:
    assert offers_first_password(load(changes, environment={})) is is_offered


@pytest.mark.parametrize("login", [{"admin_password": "correct horse battery"}, {"require_login": True}])
def test_pages_on_a_public_address_may_ask_themselves(login: dict) -> None:
    settings = load({"host": "0.0.0.0", "require_keys": True, **login}, environment={})
    refuse_open_access(settings, pages=True)
    assert asks_for_login(settings)


def test_a_login_is_asked_for_everywhere_but_on_this_machine_alone() -> None:
    assert not asks_for_login(load(environment={}))
    assert asks_for_login(load({"require_login": True}, environment={}))
    assert asks_for_login(load({"profile": "production", "host": "127.0.0.1"}, environment={}))
    assert not asks_for_login(load({"profile": "production", "proxy_authenticates": True}, environment={}))


def test_a_short_password_is_refused_before_anything_starts() -> None:
    with pytest.raises(ConfigurationError, match=r"MEDCOST_ADMIN_PASSWORD.*12 to 200 characters"):
        refuse_open_access(load(environment={"MEDCOST_ADMIN_PASSWORD": "short"}), pages=True)


def test_the_password_is_not_handed_on() -> None:
    settings = load({"admin_password": "correct horse battery"}, environment={})
    assert "correct horse battery" not in environment_of(settings).values()


def test_the_production_profile_starts_no_database() -> None:
    with pytest.raises(ConfigurationError, match="MEDCOST_DATABASE_URL"):
        database_url(load({"profile": "production"}, environment={}))


@pytest.mark.parametrize("proxies", ["a:b", "10.0.0.1/8", "*", "proxy.example"])
def test_what_is_neither_address_nor_network_is_no_proxy(proxies: str) -> None:
    with pytest.raises(ConfigurationError, match="MEDCOST_TRUSTED_PROXIES: expected addresses or networks"):
        load({}, environment={"MEDCOST_TRUSTED_PROXIES": f"127.0.0.1,{proxies}"})
