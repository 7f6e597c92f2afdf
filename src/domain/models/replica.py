"""A replica of the model server, and the model that it serves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.costs.prediction import ModelReference


@dataclass(frozen=True, slots=True)
class Replica:
    """The state of a replica of the model server.

    Args:
        address: the address that it listens on.
        version: the version that it serves, None while it serves none.
        digest: the digest of that version, empty for none.
        trouble: why it does not serve the champion, empty if it reports no trouble.
    """

    address: str
    version: int | None
    digest: str
    trouble: str

    def serves(self, model: ModelReference) -> bool:
        """Return whether the replica serves this model."""
        return (self.version, self.digest) == (model.version, model.digest)

    def __str__(self) -> str:
        return f"{self.address} answers by {f'version {self.version}' if self.version else 'no model'}"
