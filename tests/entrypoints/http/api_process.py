"""The API of the memory profile in a process of its own, for tests that want a real one.

Prints one line of JSON: its address, and a key for each role.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from typing import Any

import uvicorn
import uvloop

from domain.access.keys import Role
from domain.people.schema import Schema
from domain.ports.keys import ApiKeys
from entrypoints.composition.settings import load
from entrypoints.composition.web import web_container
from entrypoints.hosting.logs import configure_logs
from entrypoints.http.app import create_app
from entrypoints.http.options import ApiOptions

BODY_LIMIT = 4 * 1024 * 1024
"""Schemathesis makes bodies beyond our usual limit now and then, and takes a 413 for no refusal."""


async def serve(*, require_keys: bool) -> None:
    configure_logs("error")
    container = web_container(load({"profile": "memory", "webhooks_every": 3600}))
    keys = await container.get(ApiKeys)
    secrets = {role.value: (await keys.create(role.value, role))[1] for role in Role}
    options = ApiOptions(lambda headers: None, body_limit=BODY_LIMIT, require_keys=require_keys)
    app: Any = create_app(container, options, await container.get(Schema))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(json.dumps({"url": f"http://127.0.0.1:{listener.getsockname()[1]}", "keys": secrets}), flush=True)  # noqa: T201  # for the test
        await uvicorn.Server(uvicorn.Config(app, log_level="error")).serve(sockets=[listener])


if __name__ == "__main__":
    # as the real one: asyncio's own loop leaves Nagle's algorithm on for sockets of this kind, 40 ms a request
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(require_keys=sys.argv[1] == "keys"))
