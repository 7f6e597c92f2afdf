"""Which operations a key of each role may ask for: all of them are listed, so that a new one is a decision."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from domain.access.keys import Role
from domain.ports.keys import ApiKeys

NONE = {"live", "serving", "ready"}
CLIENT = {
    "list_predictions",
    "predict",
    "predict_batch",
    "get_prediction",  # of their own: `test_owners.py`
    "record_outcome",
    "explain",
    "explore",
    "compare_plans",
    "quote_group",
    "get_schema",
    "list_models",
    "get_champion",
    "list_jobs",  # of their own, as all of jobs: `test_jobs.py`
    "score_file",
    "get_job",
    "get_job_result",
    "cancel_job",
    "create_webhook",  # for events of their own, as all of webhooks: `test_webhooks.py`
    "list_webhooks",
    "get_webhook",
    "delete_webhook",
    "ping_webhook",
    "list_deliveries",
    "replay_delivery",
    "metrics",
}
REVIEWER = {"list_outcome_changes"}
ADMIN = {"list_audit", "erase_prediction", "promote", "roll_back"}
LEAST = {"none": NONE, Role.CLIENT: CLIENT, Role.REVIEWER: REVIEWER, Role.ADMIN: ADMIN}
"""The least role that each operation asks for; higher ones may ask for it as well."""


def address(path: str) -> str:
    """Fill the parts of a path that vary with something of the right kind that is not there."""
    return re.sub(r"\{(\w+)\}", lambda part: "9" if part[1] == "version" else str(UUID(int=7)), path)


async def operations(api) -> dict[str, tuple[str, str]]:
    """Return method and address of each operation by its identifier."""
    paths = (await api.get("/schema/openapi.json")).json()["paths"]
    return {
        operation["operationId"]: (method.upper(), address(path).removeprefix("/api/v1"))
        for path, methods in paths.items()
        for method, operation in methods.items()
        if isinstance(operation, dict)
    }


async def test_the_table_names_every_operation(memory_container, client_of) -> None:
    async with client_of(memory_container, require_keys=True) as api:
        assert set(await operations(api)) == set().union(*LEAST.values())


@pytest.mark.parametrize("role", ["none", *Role])
async def test_each_role_may_ask_for_its_operations_alone(memory_container, client_of, ann, role: str) -> None:
    keys = await memory_container.get(ApiKeys)
    headers = {} if role == "none" else {"X-API-Key": (await keys.create(role, Role(role)))[1]}
    order = [*LEAST]
    async with client_of(memory_container, require_keys=True) as api:
        # what asks about a prediction asks about one that is there, of nobody
        made = await api.post("/predictions", json=ann, headers=await admin(keys))
        for name, (method, path) in (await operations(api)).items():
            least = next(least for least, names in LEAST.items() if name in names)
            allowed = order.index(least) <= order.index(role)
            address = path.replace(str(UUID(int=7)), made.json()["id"])
            status = (await api.request(method, address, headers=headers)).status_code
            expected = "let in" if allowed else "401" if role == "none" else "403 or 404"
            assert (status not in (401, 403)) if allowed else (f"{status}" in expected), (name, status, expected)


async def admin(keys: ApiKeys) -> dict[str, str]:
    """Return the headers of an admin."""
    return {"X-API-Key": (await keys.create("root", Role.ADMIN))[1]}
