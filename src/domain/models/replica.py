"""A replica of the model server, and by which model it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.costs.prediction import ModelReference


@dataclass(frozen=True, slots=True)
class Replica:
    """What a replica of the model server says of itself.

    Args:
        address: where it listens.
        version: by which it answers, None while it answers by no model.
        digest: of that version, empty for none.
        trouble: why it does not answer by the champion, empty if it does not know of any trouble.
    """

    address: str
    version: int | None
    digest: str
    trouble: str

    def serves(self, model: ModelReference) -> bool:
        """Tell whether it answers by this model."""
        return (self.version, self.digest) == (model.version, model.digest)

    def __str__(self) -> str:
        return f"{self.address} answers by {f'version {self.version}' if self.version else 'no model'}"
