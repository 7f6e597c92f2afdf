"""The port `pointer`: the model that is to be served."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.costs.prediction import ModelReference


class ModelPointer(Protocol):
    """Names the model to be served. Calls are cheap: model servers poll twice a second."""

    @abstractmethod
    async def pointed_to(self) -> ModelReference | None:
        """Return the model to be served, None if there is none yet.

        Raises:
            RepositoryUnavailable: if the pointer cannot be read now.
        """
