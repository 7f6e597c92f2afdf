"""Wait until every replica of the model server answers by a model."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from application.use_case import use_case
from domain.errors import Unavailable
from domain.ports.model_servers import ModelServers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import ModelReference
    from domain.models.replica import Replica

WITHIN: Final = 30.0
"""Seconds in which a promotion or a rollback reaches every replica."""
_PAUSE: Final = 0.25


@use_case
class AwaitReplicas:
    """Poll the replicas until all of them follow a promotion or a rollback."""

    servers: ModelServers

    async def __call__(self, model: ModelReference, *, within: float = WITHIN) -> Sequence[Replica]:
        """Wait, and return the replicas.

        Args:
            model: the model that all replicas should serve.
            within: seconds that it may take.

        Raises:
            Unavailable: if it takes longer, with the replicas that are behind, and why; or if the name of the model
                servers is unknown.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        while True:
            replicas = await self.servers.replicas()
            if replicas and all(replica.serves(model) for replica in replicas):
                return replicas
            if loop.time() > deadline:
                raise Unavailable(_behind(replicas, model, within))
            await asyncio.sleep(_PAUSE)


def _behind(replicas: Sequence[Replica], model: ModelReference, within: float) -> str:
    late = [
        f"{replica} ({replica.trouble})" if replica.trouble else str(replica)
        for replica in replicas
        if not replica.serves(model)
    ]
    return (
        f"version {model.version} is champion, but not everywhere within {within:g} s: "
        + ("; ".join(late) or "no model server answers")
        + ". They go on trying; `medcost models rollback` goes back"
    )
