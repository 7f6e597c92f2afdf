"""An identity provider of OpenID Connect."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import quote_plus, urlencode

import httpx
import msgspec
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from domain.errors import IdentityProviderUnavailable, SignInRefused
from domain.ports.identity_provider import AuthorizationRequest, IdentityProvider

if TYPE_CHECKING:
    from collections.abc import Sequence

_T = TypeVar("_T")

_DISCOVERY: Final = "/.well-known/openid-configuration"
_ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Signatures by a key of the provider's own; by the shared secret, whoever has that could sign anybody in."""
_LEEWAY: Final = 60
"""Seconds by which the clocks of provider and service may differ."""


class _Metadata(msgspec.Struct, frozen=True):
    """What a provider publishes of itself (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    authorization_response_iss_parameter_supported: bool = False


class _Tokens(msgspec.Struct, frozen=True):
    id_token: str
    access_token: str


class OpenIdProvider(IdentityProvider):
    """Signs people in by authorization code with PKCE.

    Args:
        issuer: the provider's address, below which its description is published.
        client_id: under which the provider knows this service.
        client_secret: shared with the provider; empty for a public client.
        scopes: asked for; ``openid`` is added.
        deadline: seconds that an answer of the provider may take.
    """

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, *, scopes: Sequence[str], deadline: float
    ) -> None:
        self._issuer, self._client_id, self._client_secret = issuer.rstrip("/"), client_id, client_secret
        self._scope = " ".join(dict.fromkeys(("openid", *scopes)))
        self._client = httpx.AsyncClient(timeout=deadline)
        self._described: _Metadata | None = None
        self._keys: KeySet | None = None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def authorize(self, redirect_uri: str) -> AuthorizationRequest:
        """Return a request with secrets of its own."""
        metadata = await self._metadata()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": self._scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        separator = "&" if "?" in metadata.authorization_endpoint else "?"
        url = f"{metadata.authorization_endpoint}{separator}{urlencode(query)}"
        return AuthorizationRequest(url=url, state=state, nonce=nonce, verifier=verifier)

    async def claims(
        self, request: AuthorizationRequest, redirect_uri: str, answer: Mapping[str, str]
    ) -> Mapping[str, object]:
        """Exchange the code for tokens, check the ID token, and return its claims with those of the userinfo."""
        metadata = await self._metadata()
        code = _code(request, answer, metadata)
        tokens = await self._tokens(metadata, code, redirect_uri, request.verifier)
        claims = await self._checked(metadata, tokens, request.nonce)
        return {**await self._userinfo(metadata, tokens, str(claims["sub"])), **claims}

    async def _metadata(self) -> _Metadata:
        if self._described is None:
            described = _decoded(_Metadata, await self._get(f"{self._issuer}{_DISCOVERY}"), "description")
            if described.issuer.rstrip("/") != self._issuer:
                message = f"expected the issuer {self._issuer}, found {described.issuer}: set MEDCOST_OIDC_ISSUER to it"
                raise SignInRefused(message)
            self._described = described
        return self._described

    async def _tokens(self, metadata: _Metadata, code: str, redirect_uri: str, verifier: str) -> _Tokens:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": self._client_id,
        }
        # a public client has no secret, and shows its name only
        secret = self._client_secret and httpx.BasicAuth(quote_plus(self._client_id), quote_plus(self._client_secret))
        try:
            response = await self._client.post(
                metadata.token_endpoint, data=fields, auth=secret or httpx.USE_CLIENT_DEFAULT
            )
        except httpx.HTTPError as error:
            raise _away(error) from error
        if response.is_server_error:
            raise _away(response.status_code)
        if response.is_error:
            message = f"the identity provider does not take the code ({response.status_code}): sign in again"
            raise SignInRefused(message)
        return _decoded(_Tokens, response.content, "tokens")

    async def _checked(self, metadata: _Metadata, tokens: _Tokens, nonce: str) -> Mapping[str, object]:
        algorithms = [name for name in metadata.id_token_signing_alg_values_supported if name in _ALGORITHMS]
        registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
        try:
            try:
                token = jwt.decode(tokens.id_token, await self._key_set(metadata), registry=registry)
            except InvalidKeyIdError:  # the provider has changed its keys
                token = jwt.decode(tokens.id_token, await self._key_set(metadata, anew=True), registry=registry)
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": metadata.issuer},
                    "aud": {"essential": True, "value": self._client_id},
                },
                {"nonce": nonce, "client_id": self._client_id, "access_token": tokens.access_token},
            )
            claims.validate(leeway=_LEEWAY)
        except (JoseError, ValueError) as error:
            message = f"the identity provider's ID token does not hold: {error}"
            raise SignInRefused(message) from error
        return claims

    async def _key_set(self, metadata: _Metadata, *, anew: bool = False) -> KeySet:
        if self._keys is None or anew:
            document = _decoded(dict[str, list[dict[str, object]]], await self._get(metadata.jwks_uri), "keys")
            self._keys = KeySet.import_key_set({"keys": document.get("keys", [])})  # type: ignore[arg-type]  # joserfc checks each key
        return self._keys

    async def _userinfo(self, metadata: _Metadata, tokens: _Tokens, subject: str) -> Mapping[str, object]:
        """Return further claims; those of somebody else are left out (OpenID Connect Core 1.0, section 5.3.4)."""
        if not metadata.userinfo_endpoint:
            return {}
        content = await self._get(metadata.userinfo_endpoint, {"Authorization": f"Bearer {tokens.access_token}"})
        claims = _decoded(dict[str, object], content, "userinfo")
        return claims if claims.get("sub") == subject else {}

    async def _get(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        try:
            response = await self._client.get(url, headers=headers)
            response.raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _away(error) from error
        return response.content


def _code(request: AuthorizationRequest, answer: Mapping[str, str], metadata: _Metadata) -> str:
    """Return the code that came back with the browser.

    Raises:
        SignInRefused: if another answer came, or one to another request (RFC 6749, section 10.12; RFC 9207).
    """
    if not secrets.compare_digest(answer.get("state", "").encode(), request.state.encode()):
        message = "this answer of the identity provider belongs to another sign-in: sign in again"
        raise SignInRefused(message)
    issuer = answer.get("iss", "")
    names_issuer = issuer or metadata.authorization_response_iss_parameter_supported
    if names_issuer and issuer != metadata.issuer:
        message = f"expected an answer of {metadata.issuer}, found one of {issuer or 'nobody'}: sign in again"
        raise SignInRefused(message)
    if "code" not in answer:
        reason = answer.get("error_description") or answer.get("error") or "it sent no code"
        message = f"the identity provider did not sign you in: {reason[:200]}"
        raise SignInRefused(message)
    return answer["code"]


def _decoded(kind: type[_T], content: bytes, what: str) -> _T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"the identity provider's {what} cannot be read: {error}"
        raise IdentityProviderUnavailable(message) from error


def _away(reason: object) -> IdentityProviderUnavailable:
    return IdentityProviderUnavailable(f"the identity provider does not answer: {reason}")
