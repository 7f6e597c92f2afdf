"""The port `model_servers`: the replicas of the model server."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.models.replica import Replica


class ModelServers(Protocol):
    """The replicas of the model server, each reached by its own address."""

    @abstractmethod
    async def replicas(self) -> Sequence[Replica]:
        """Return the state of each replica, with the model that it serves.

        Addresses that do not listen are left out. A replica that listens but gives no good answer is returned with the
        reason as its ``trouble``.

        Raises:
            Unavailable: if the name of the model servers is unknown.
        """
