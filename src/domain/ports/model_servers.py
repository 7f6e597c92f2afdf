"""The port `model_servers`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.models.replica import Replica


class ModelServers(Protocol):
    """The replicas of the model server, each asked on its own."""

    @abstractmethod
    async def replicas(self) -> Sequence[Replica]:
        """Ask each replica by which model it answers.

        Where nobody listens there is no replica. A replica that listens but gives no good answer is among them, with
        what is wrong as its ``trouble``.

        Raises:
            Unavailable: if the name of the model servers is unknown.
        """
