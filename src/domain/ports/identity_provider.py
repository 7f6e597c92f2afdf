"""The port `identity_provider`."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """What a browser is sent to the identity provider with, and must come back with.

    Args:
        url: address at the provider.
        state: comes back with the browser, so that nobody else's answer is taken.
        nonce: comes back inside the ID token, so that no older one is taken.
        verifier: the secret of PKCE (RFC 7636), without which the code that comes back is worth nothing.
    """

    url: str
    state: str
    nonce: str
    verifier: str


class IdentityProvider(Protocol):
    """Signs people in elsewhere: OpenID Connect Core 1.0, authorization code with PKCE."""

    @abstractmethod
    async def authorize(self, redirect_uri: str) -> AuthorizationRequest:
        """Return a request for a browser that shall come back to ``redirect_uri``; each has secrets of its own.

        Raises:
            IdentityProviderUnavailable: if the provider does not answer.
        """

    @abstractmethod
    async def claims(
        self, request: AuthorizationRequest, redirect_uri: str, answer: Mapping[str, str]
    ) -> Mapping[str, object]:
        """Return what the provider says of the person who has signed in, once all that it signed was checked.

        Args:
            request: which the browser was sent away with.
            redirect_uri: the same as then.
            answer: parameters of the address to which the browser came back.

        Raises:
            IdentityProviderUnavailable: if the provider does not answer.
            SignInRefused: if the person or the provider said no, or a check fails; the text says which.
        """
