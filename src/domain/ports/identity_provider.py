"""The port `identity_provider`: sign-in by OpenID Connect."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A request for authorization, with the secrets that the answer must match.

    Args:
        url: address at the provider.
        state: returned by the browser, so that answers to other requests are refused.
        nonce: returned in the ID token, so that older tokens are refused.
        verifier: the secret of PKCE (RFC 7636), without which the returned code is useless.
    """

    url: str
    state: str
    nonce: str
    verifier: str


class IdentityProvider(Protocol):
    """Signs people in by OpenID Connect Core 1.0, with authorization code and PKCE."""

    @abstractmethod
    async def authorize(self, redirect_uri: str) -> AuthorizationRequest:
        """Return a request for a browser that will return to ``redirect_uri``; each has secrets of its own.

        Raises:
            IdentityProviderUnavailable: if the provider does not answer.
        """

    @abstractmethod
    async def claims(
        self, request: AuthorizationRequest, redirect_uri: str, answer: Mapping[str, str]
    ) -> Mapping[str, object]:
        """Return the provider's claims about the person who has signed in, after checking all signatures.

        Args:
            request: the request that the browser was sent with.
            redirect_uri: the same address as in that request.
            answer: parameters of the address to which the browser returned.

        Raises:
            IdentityProviderUnavailable: if the provider does not answer.
            SignInRefused: if the person or the provider refused, or a check fails; the text says which.
        """
