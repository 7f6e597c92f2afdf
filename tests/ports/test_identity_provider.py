"""What every identity provider promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from adapters.authlib.identity_provider import OpenIdProvider
from adapters.memory.identity_provider import MemoryIdentityProvider
from domain.errors import IdentityProviderUnavailable, SignInRefused
from domain.ports.identity_provider import AuthorizationRequest, IdentityProvider
from tests.support import identity_provider as real

REDIRECT_URI = "http://127.0.0.1:8000/sign-in/callback"


@dataclass
class Subject:
    """A provider, and a person who goes there and comes back."""

    provider: IdentityProvider
    go: Callable[[AuthorizationRequest], Awaitable[dict[str, str]]]
    decline: Callable[[AuthorizationRequest], Awaitable[dict[str, str]]]


@pytest.fixture(params=["memory", "openid"])
async def ada(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    """Ada, an admin, signs in."""
    if request.param == "memory":
        provider = MemoryIdentityProvider(person={"sub": "ada", "name": "Ada", "roles": ["admin"]})

        async def come_back(sent: AuthorizationRequest) -> dict[str, str]:
            return dict(parse_qsl(urlsplit(sent.url).query))

        async def decline(sent: AuthorizationRequest) -> dict[str, str]:
            return {"state": sent.state, "error": "access_denied"}

        yield Subject(provider, come_back, decline)
        return
    issuer = request.getfixturevalue("oidc_issuer")
    provider = OpenIdProvider(issuer, real.CLIENT_ID, real.CLIENT_SECRET, scopes=["profile"], deadline=60)

    async def go(sent: AuthorizationRequest) -> dict[str, str]:
        return await asyncio.to_thread(real.sign_in, sent.url, name="ada")

    async def cancel(sent: AuthorizationRequest) -> dict[str, str]:
        return await asyncio.to_thread(real.sign_in, sent.url, name=None)

    yield Subject(provider, go, cancel)
    await provider.close()


async def test_who_signs_in_is_named_with_their_claims(ada: Subject) -> None:
    sent = await ada.provider.authorize(REDIRECT_URI)
    claims = await ada.provider.claims(sent, REDIRECT_URI, await ada.go(sent))
    assert claims["sub"] == "ada"
    assert claims["roles"] == ["admin"]
    assert str(claims["iss"]).startswith("http")


async def test_each_request_has_secrets_of_its_own(ada: Subject) -> None:
    first, second = [await ada.provider.authorize(REDIRECT_URI) for _ in range(2)]
    assert len({first.state, first.nonce, first.verifier, second.state, second.nonce, second.verifier}) == 6
    assert min(len(secret) for secret in (first.state, first.nonce, first.verifier)) >= 43
    assert first.verifier not in first.url


@pytest.mark.parametrize("secret", ["state", "nonce", "verifier"])
async def test_an_answer_to_another_request_is_refused(ada: Subject, secret: str) -> None:
    sent = await ada.provider.authorize(REDIRECT_URI)
    other = replace(sent, **{secret: "x" * 43})
    with pytest.raises(SignInRefused):
        await ada.provider.claims(other, REDIRECT_URI, await ada.go(sent))


async def test_a_code_counts_once(ada: Subject) -> None:
    sent = await ada.provider.authorize(REDIRECT_URI)
    answer = await ada.go(sent)
    await ada.provider.claims(sent, REDIRECT_URI, answer)
    with pytest.raises(SignInRefused):
        await ada.provider.claims(sent, REDIRECT_URI, answer)


async def test_who_says_no_is_not_signed_in(ada: Subject) -> None:
    sent = await ada.provider.authorize(REDIRECT_URI)
    with pytest.raises(SignInRefused, match="did not sign you in"):
        await ada.provider.claims(sent, REDIRECT_URI, await ada.decline(sent))


async def test_a_provider_that_is_away_says_so() -> None:
    away = OpenIdProvider("http://127.0.0.1:1", "medcost", "", scopes=[], deadline=5)
    with pytest.raises(IdentityProviderUnavailable):
        await away.authorize(REDIRECT_URI)
    await away.close()
    memory = MemoryIdentityProvider(failure=IdentityProviderUnavailable("away"))
    with pytest.raises(IdentityProviderUnavailable):
        await memory.authorize(REDIRECT_URI)


async def test_the_request_asks_for_a_code_with_a_challenge(oidc_issuer: str) -> None:
    provider = OpenIdProvider(oidc_issuer, real.CLIENT_ID, "", scopes=["profile", "openid"], deadline=60)
    query = parse_qs(urlsplit((await provider.authorize(REDIRECT_URI)).url).query)
    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["scope"] == ["openid profile"]
    await provider.close()
