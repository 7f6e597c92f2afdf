"""Sign people in by an identity provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.access.users import RoleRules, User
from domain.ports.accounts import Accounts
from domain.ports.clock import Clock
from domain.ports.identity_provider import IdentityProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.ports.identity_provider import AuthorizationRequest


@use_case
class SignInByProvider:
    """Open a session for a person whom the identity provider signs in, with the role from the claims."""

    provider: IdentityProvider
    accounts: Accounts
    clock: Clock
    rules: RoleRules

    async def begin(self, redirect_uri: str) -> AuthorizationRequest:
        """Return the request that a browser is sent to the provider with.

        Raises:
            IdentityProviderUnavailable: if the provider does not answer.
        """
        return await self.provider.authorize(redirect_uri)

    async def finish(self, request: AuthorizationRequest, redirect_uri: str, answer: Mapping[str, str]) -> str:
        """Return the token of a new session.

        Args:
            request: the request that the browser was sent with.
            redirect_uri: the address to which it returns.
            answer: parameters of the returning browser.

        Raises:
            SignInRefused: if the provider did not sign the person in, or its answer is invalid.
            NotAllowed: if the person has no role here.
            IdentityProviderUnavailable: if the provider does not answer.
        """
        claims = await self.provider.claims(request, redirect_uri, answer)
        user = User.of_claims(claims, self.rules.role(claims))
        return await self.accounts.open(at=self.clock.now(), user=user)
