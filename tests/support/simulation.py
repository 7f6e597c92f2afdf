"""A person at the dashboard's pages, without a browser: NiceGUI's own simulation."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nicegui import Client
from nicegui.testing.user import User
from nicegui.testing.user_simulation import user_simulation


@asynccontextmanager
async def person_at_pages() -> AsyncIterator[User]:
    """Simulate a person; the block registers the pages, and visits them."""
    # the simulation looks for garbage when it begins and when it ends: what is there already need not be looked at
    gc.freeze()
    async with user_simulation() as someone:
        try:
            yield someone
        finally:
            # when it ends, the simulation unloads the module of each page it knows: it must not unload ours
            Client.page_routes.clear()
            # an outbox with an update that is still to be sent misses that it is cancelled, for two seconds
            for client in Client.instances.values():
                client.outbox.stop()
