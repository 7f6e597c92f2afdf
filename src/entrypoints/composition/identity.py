"""Sign-in of people by an identity provider, besides the admin's password."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from importlib import import_module

from dishka import Provider, Scope, provide

from application.access.sign_in_by_provider import SignInByProvider
from domain.access.users import RoleRules
from domain.ports.identity_provider import IdentityProvider
from entrypoints.composition.settings import Settings


class PeopleSignIn(Provider):
    """An identity provider of OpenID Connect, needed only if the settings name one."""

    scope = Scope.APP
    sign_in = provide(SignInByProvider)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    @provide
    async def provider(self) -> AsyncIterator[IdentityProvider]:
        """Provide the OpenID Connect client; Authlib is imported (0.2 s) when the first person signs in."""
        settings = self._settings
        adapter = await asyncio.to_thread(import_module, "adapters.authlib.identity_provider")
        provider = adapter.OpenIdProvider(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret,
            scopes=settings.oidc_scopes,
            deadline=settings.database_deadline,
        )
        yield provider
        await provider.close()

    @provide
    def rules(self) -> RoleRules:
        """Provide the rules that map claims to roles."""
        settings = self._settings
        return RoleRules(
            claim=settings.oidc_role_claim,
            admins=settings.oidc_admins,
            reviewers=settings.oidc_reviewers,
            clients=settings.oidc_clients,
        )
