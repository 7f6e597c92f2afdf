"""Pages that no script connects for."""

import asyncio

from nicegui import Client
from nicegui.testing.user import User

from entrypoints.dashboard.leftovers import MOST_WAITING


async def test_only_the_newest_pages_wait_for_their_script(user: User) -> None:
    await user.open("/models")
    assert user.client
    fetched = []
    for _ in range(MOST_WAITING + 5):
        (await user.http_client.get("/models")).raise_for_status()
        fetched.append(next(reversed(Client.instances)))
    waiting = [client.id for client in Client.instances.values() if not client.has_socket_connection]
    assert waiting == fetched[-len(waiting) :]
    assert MOST_WAITING <= len(waiting) <= MOST_WAITING + 1
    assert user.client.id in Client.instances  # it is connected


async def test_pages_that_are_being_built_at_the_same_time_are_all_sent(user: User) -> None:
    pages = await asyncio.gather(*(user.http_client.get("/models") for _ in range(MOST_WAITING * 2)))
    assert {page.status_code for page in pages} == {200}
