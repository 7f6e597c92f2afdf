"""Limits the memory of pages whose scripts never connected.

A page stays in memory for a minute after it was sent, until its script connects. Clients that do not run scripts, such
as crawlers and checks, never connect, and each page takes half a megabyte. A page consists of reference cycles, which
servers collect seldom.
"""

from __future__ import annotations

import gc
import math
import time
from dataclasses import dataclass, field
from typing import Final

from nicegui import Client

MOST_WAITING: Final = 30
"""Most pages that wait for their scripts: about as many as this process builds in a second, within which scripts
connect. A page that was deleted too early is loaded again by its script."""
_SOME: Final = 20
"""Deleted pages, about 10 MB, after which garbage is collected, which takes as long as building a page or two."""


@dataclass(slots=True)
class Leftovers:
    """Deletes all but the newest pages that are not connected."""

    _forgotten: int = field(init=False, default=0)

    def forget(self) -> None:
        """Delete pages beyond `MOST_WAITING`, and collect garbage after every `_SOME` of them."""
        # pages in the order in which they were begun; one that is deleted while it is built is answered by 500
        alone = [client for client in Client.instances.values() if not client.has_socket_connection]
        sent = [client for client in alone if _is_sent(client)]
        if len(sent) <= MOST_WAITING:
            return
        before = len(Client.instances)
        oldest = sent[-MOST_WAITING - 1].created
        if unsent := next((client.created for client in alone if not _is_sent(client)), None):
            oldest = min(oldest, math.nextafter(unsent, 0))
        Client.prune_instances(client_age_threshold=time.time() - oldest)  # pages that were connected before stay
        self._forgotten += before - len(Client.instances)
        if self._forgotten >= _SOME:
            self._forgotten = 0
            gc.collect()


def _is_sent(client: Client) -> bool:
    return client._response_built  # noqa: SLF001  # NiceGUI offers no other way
