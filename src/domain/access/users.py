"""People who sign in by an identity provider, and their roles by claims."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Final, Self, cast

from domain.access.keys import Role
from domain.errors import NotAllowed, SignInRefused

_NAMES: Final = ("preferred_username", "email", "name", "sub")
"""Claims by which a person is shown to others, the best first."""
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class User:
    """A person who has signed in.

    Args:
        subject: identifier of the person, which is never reused; empty for the admin, who signs in by password.
        name: shown to others as the author of changes.
        role: what the person may do.
    """

    subject: str
    name: str
    role: Role

    @property
    def owner(self) -> str:
        """Return the owner that is recorded with the person's predictions."""
        return f"user:{self.subject}"

    @classmethod
    def of_claims(cls, claims: Mapping[str, object], role: Role) -> Self:
        """Return the person whom the claims of an identity provider describe.

        The subject is a digest of issuer and ``sub``, which together never name another person (OpenID Connect Core
        1.0, section 5.7), so that records hold no address of a mailbox.

        Raises:
            SignInRefused: if the claims name nobody.
        """
        issuer, subject = claims.get("iss"), claims.get("sub")
        if not isinstance(issuer, str) or not isinstance(subject, str) or not subject:
            message = "the identity provider did not say who signed in: its claims lack `iss` or `sub`"
            raise SignInRefused(message)
        digest = hashlib.sha256(f"{issuer} {subject}".encode()).hexdigest()[:32]
        names = [claims.get(claim) for claim in _NAMES]
        name = next(name for name in names if isinstance(name, str) and name.strip())
        return cls(digest, name.strip()[:_LONGEST_NAME], role)


ADMIN: Final = User("", "admin", Role.ADMIN)
"""The user who signs in with the admin's password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRules:
    """The mapping of claims to roles.

    Args:
        claim: the claim's name, or the path to it with dots between (``realm_access.roles``). Its value is a text or
            a list of texts.
        admins: values of the claim that make an admin.
        reviewers: values that make a reviewer.
        clients: values that make a client; if there are none, everybody whom the provider signs in is a client.
    """

    claim: str = "roles"
    admins: Collection[str] = ("admin",)
    reviewers: Collection[str] = ("reviewer",)
    clients: Collection[str] = ()

    def role(self, claims: Mapping[str, object]) -> Role:
        """Return the highest role that the claims give.

        Raises:
            NotAllowed: if they give none.
        """
        values = _texts(_value(claims, self.claim))
        for role, names in ((Role.ADMIN, self.admins), (Role.REVIEWER, self.reviewers), (Role.CLIENT, self.clients)):
            if values.intersection(names):
                return role
        if not self.clients:
            return Role.CLIENT
        message = f"your account has no role here: the claim {self.claim!r} has none of {', '.join(self.clients)}"
        raise NotAllowed(message)


def _value(claims: Mapping[str, object], path: str) -> object:
    if path in claims:  # names such as https://example.org/roles hold dots themselves
        return claims[path]
    return reduce(_member, path.split("."), cast("object", claims))


def _member(value: object, name: str) -> object:
    return cast("Mapping[str, object]", value).get(name) if isinstance(value, Mapping) else None


def _texts(value: object) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset({value})
    if isinstance(value, (list, tuple)):
        return frozenset(item for item in cast("list[object]", value) if isinstance(item, str))
    return frozenset()
