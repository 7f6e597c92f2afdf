"""Who asks, and what follows for the predictions of others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from domain.access.keys import Role

if TYPE_CHECKING:
    from domain.access.keys import ApiKey, KeyUse


@dataclass(frozen=True, slots=True)
class Caller:
    """A client, a visitor of the pages or this machine.

    Args:
        owner: what the caller's predictions carry: ``key:<id>``, ``page:<digest of a cookie>`` or ``local``.
        role: clients see and change their own predictions, reviewers see all, admins see and change all.
        name: of the key or the person, for people to read; empty where nobody has one.
    """

    owner: str
    role: Role = Role.CLIENT
    name: str = field(default="", compare=False)

    @classmethod
    def of_key(cls, key: ApiKey | KeyUse) -> Self:
        """Name whoever holds an API key."""
        return cls(f"key:{key.id}", key.role, key.name)

    @property
    def author(self) -> str:
        """Return who changes something, for the audit trail: a name, and what it is a name of."""
        return f"{self.name} ({self.owner})" if self.name else self.owner

    @property
    def sees_all(self) -> bool:
        """Return whether predictions of others are seen, and those without an owner."""
        return self.role is not Role.CLIENT

    def sees(self, owner: str | None) -> bool:
        """Tell whether a prediction of this owner is seen."""
        return self.sees_all or owner == self.owner

    def changes(self, owner: str | None) -> bool:
        """Tell whether the outcome of a prediction of this owner may be changed, and the prediction erased."""
        return self.role is Role.ADMIN or owner == self.owner


LOCAL: Final = Caller("local", Role.ADMIN)
"""Whoever is at this machine where no key is asked for. Nothing on it is hidden from its user."""
