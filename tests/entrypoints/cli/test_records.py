"""`medcost keys` and `medcost db` over a real database."""

import asyncio
import getpass
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest

from adapters.postgres.engine import connect
from adapters.postgres.predictions import PostgresPredictions
from tests.support.command import call
from tests.support.default_schema import DEFAULT
from tests.support.recorded import NEW

NOW = datetime.now(UTC)


@pytest.fixture
def medcost(home, postgres_url):
    """`medcost("keys", "list")` runs a command on a database of its own to its end."""
    return partial(call, home=home, MEDCOST_DATABASE_URL=postgres_url)


@pytest.fixture
def recorded(postgres_url):
    """`recorded(timedelta(days=400), …)` records predictions of these ages, and gives their identifiers."""

    async def record(ages):
        engine = connect(postgres_url, deadline=10)
        new = [replace(NEW, created_at=NOW - age) for age in ages]
        made = await PostgresPredictions(engine, DEFAULT).add_all(new)
        await engine.dispose()
        return [str(prediction.id) for prediction in made]

    return lambda *ages: asyncio.run(record(ages))


def test_a_key_is_made_listed_and_revoked_and_its_secret_is_shown_once(medcost):
    made = medcost("keys", "create", "billing team", "--expires", "90d", "--json").document
    assert (made["name"], made["role"], made["revoked_at"]) == ("billing team", "client", None)
    lives = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert abs(lives - timedelta(days=90)) < timedelta(minutes=1)

    secret = made.pop("secret")
    listed = medcost("keys", "list", "--json")
    assert listed.document == {"keys": [made]}
    assert secret not in listed.output
    audit = medcost("audit", "--json")
    (entry,) = audit.document["entries"]
    assert (entry["action"], entry["subject"], entry["by"]) == ("key.created", "billing team", getpass.getuser())
    assert (entry["problem"], audit.document["next"], secret in audit.output) == (None, None, False)
    assert "billing team" in medcost("audit").output

    assert medcost("keys", "revoke", made["id"]).output == f"Key {made['id']} for billing team is revoked\n"
    (revoked,) = medcost("keys", "list", "--json").document["keys"]
    assert revoked.pop("revoked_at") is not None
    assert {**revoked, "revoked_at": None} == made
    assert "billing team" in medcost("keys", "list").output


@pytest.mark.parametrize("duration", ["soon", "0d"])
def test_a_length_of_time_that_is_none_is_wrong_usage(medcost, duration):
    ended = medcost("keys", "create", "ann", f"--expires={duration}")
    assert (ended.status, ended.output) == (2, "")
    assert "such as 12h, 90d or 4w" in ended.errors


def test_a_key_that_does_not_exist_cannot_be_revoked(medcost):
    ended = medcost("keys", "revoke", uuid4())
    assert (ended.status, len(ended.errors.splitlines())) == (1, 1)
    assert "there is no API key" in ended.errors


def test_what_is_too_old_is_erased_and_leaves_a_proof(medcost, recorded):
    old, older, young = recorded(timedelta(days=400), timedelta(days=500), timedelta(days=300))
    # 0 erases none, whatever the policy says
    none = medcost("db", "prune", "--older-than", "0d", "--json", MEDCOST_RETENTION_DAYS="365")
    assert none.document == {"erased": 0, "keys_forgotten": 0}
    counted = medcost("db", "prune", "--older-than", "365d", "--dry-run", "--json")
    assert counted.document == {"too_old": 2}
    pruned = medcost("db", "prune", "--older-than", "365d", "--json")
    assert pruned.document == {"erased": 2, "keys_forgotten": 0}
    for prediction_id in (old, older):
        proof = medcost("db", "proof", prediction_id, "--json").document
        assert (proof["prediction_id"], proof["reason"]) == (prediction_id, "age")
        assert datetime.fromisoformat(proof["erased_at"]) > NOW
    ended = medcost("db", "proof", young)
    assert (ended.status, ended.output, len(ended.errors.splitlines())) == (1, "", 1)
