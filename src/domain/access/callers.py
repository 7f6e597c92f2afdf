"""Callers, and their access to the predictions of others."""

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
        owner: recorded with the caller's predictions as their owner: ``key:<id>``, ``page:<digest of a cookie>`` or
            ``local``.
        role: clients see and change their own predictions, reviewers see all, admins see and change all.
        name: the name of the key or the person, for people to read; empty for none.
    """

    owner: str
    role: Role = Role.CLIENT
    name: str = field(default="", compare=False)

    @classmethod
    def of_key(cls, key: ApiKey | KeyUse) -> Self:
        """Return the caller with an API key."""
        return cls(f"key:{key.id}", key.role, key.name)

    @property
    def author(self) -> str:
        """Return the author of a change for the audit trail: the name, and the owner in brackets."""
        return f"{self.name} ({self.owner})" if self.name else self.owner

    @property
    def sees_all(self) -> bool:
        """Return whether the caller sees predictions of others, and those without an owner."""
        return self.role is not Role.CLIENT

    def sees(self, owner: str | None) -> bool:
        """Return whether the caller sees predictions of an owner."""
        return self.sees_all or owner == self.owner

    def changes(self, owner: str | None) -> bool:
        """Return whether the caller may change outcomes of an owner's predictions, and erase these."""
        return self.role is Role.ADMIN or owner == self.owner


LOCAL: Final = Caller("local", Role.ADMIN)
"""The caller on this machine where no key is required: its user sees and changes everything."""
