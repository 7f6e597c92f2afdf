"""Pages that nobody opened a connection for: the newest are kept, and the memory of the others is used again.

A page is kept for a minute after it was sent, because its script connects later. Whoever fetches pages without running
scripts, such as a crawler or a check, never does, and each page holds half a megabyte. What a page leaves are cycles of
objects, for which servers look seldom.
"""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass, field
from typing import Final

from nicegui import Client

KEPT: Final = 30
"""Pages that wait for their script: about as many as this process builds in a second, in which scripts connect. A page
that was forgotten too early is loaded again by its script."""
_SOME: Final = 20
"""Forgotten pages whose memory, some 10 MB, is worth the search, which takes as long as to build a page or two."""


@dataclass(slots=True)
class Leftovers:
    """Forgets all but the newest pages that are not connected."""

    _forgotten: int = field(init=False, default=0)

    def forget(self) -> None:
        """Forget those beyond `KEPT`, and look for garbage after every `_SOME` of them."""
        waiting = [client for client in Client.instances.values() if not client.has_socket_connection]
        if len(waiting) <= KEPT:
            return
        before = len(Client.instances)
        oldest = waiting[-KEPT - 1].created  # they are in the order in which they were made
        Client.prune_instances(client_age_threshold=time.time() - oldest)  # pages that were connected before stay
        self._forgotten += before - len(Client.instances)
        if self._forgotten >= _SOME:
            self._forgotten = 0
            gc.collect()
