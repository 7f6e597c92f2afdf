"""The port `pointer`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.costs.prediction import ModelReference


class ModelPointer(Protocol):
    """Names the model that is to be served. Cheap: model servers ask twice a second."""

    @abstractmethod
    async def pointed_to(self) -> ModelReference | None:
        """Return which one is to be served, None if nothing was pointed to yet.

        Raises:
            RepositoryUnavailable: if that cannot be known now.
        """
