"""Who changed what, as admins read it over HTTP."""

from __future__ import annotations

from domain.access.keys import Role
from domain.ports.keys import ApiKeys

HOOK = {"url": "https://hooks.example.org/medcost", "events": ["job.done"]}


async def test_changes_name_the_key_that_made_them_and_come_in_pages(memory_container, client_of) -> None:
    keys = await memory_container.get(ApiKeys)
    (ann, secret), (_, root) = await keys.create("ann", Role.CLIENT), await keys.create("root", Role.ADMIN)
    own, admin = {"X-API-Key": secret}, {"X-API-Key": root}
    async with client_of(memory_container, require_keys=True) as api:
        hook = (await api.post("/webhooks", json=HOOK, headers=own)).json()
        ping = (await api.post(f"/webhooks/{hook['id']}/ping", headers=own)).json()
        await api.post(f"/webhooks/{hook['id']}/deliveries/{ping['id']}/replay", headers=admin)
        job = (await api.post("/jobs", content=b"age\n40\n", headers={"Content-Type": "text/csv", **own})).json()
        await api.delete(f"/jobs/{job['id']}", headers=admin)
        await api.delete(f"/webhooks/{hook['id']}", headers=own)
        for headers, status in ((own, 403), ({}, 401)):
            assert (await api.get("/audit", headers=headers)).status_code == status

        whole = (await api.get("/audit", headers=admin)).json()
        by = {entry["action"]: entry["by"] for entry in whole["entries"]}
        assert by["webhook.created"] == by["webhook.deleted"] == by["webhook.pinged"] == f"ann (key:{ann.id})"
        assert by["job.cancelled"].startswith("root (key:")
        assert by["delivery.replayed"].startswith("root (key:")
        assert (len(whole["entries"]), whole["next"]) == (5, None)
        assert hook["secret"] not in str(whole)

        pages, cursor = [], ""
        while cursor is not None:
            answer = await api.get(f"/audit?limit=2{cursor and f'&cursor={cursor}'}", headers=admin)
            pages += answer.json()["entries"]
            cursor = answer.json()["next"]
            assert ("link" in answer.headers) == (cursor is not None)
        assert pages == whole["entries"]


async def test_what_is_refused_before_it_is_tried_leaves_no_entry(memory_api) -> None:
    assert (await memory_api.post("/webhooks", json={**HOOK, "url": "http://127.0.0.1/"})).status_code == 422
    assert (await memory_api.post("/models/99/promotion")).status_code == 404
    assert (await memory_api.get("/audit")).json() == {"entries": [], "next": None}
