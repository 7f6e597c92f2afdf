"""An identity provider in this process, without passwords."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from adapters.memory.faults import FailsOnRequest
from domain.errors import SignInRefused
from domain.ports.identity_provider import AuthorizationRequest, IdentityProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

_ISSUER: Final = "https://people.example.org"


@dataclass
class MemoryIdentityProvider(FailsOnRequest, IdentityProvider):
    """Sends each browser straight back, signed in as the person that is set.

    Args:
        person: claims of the person who signs in next; None for a refusal.
    """

    person: Mapping[str, object] | None = field(default_factory=lambda: {"sub": "ada", "name": "Ada"})
    _codes: dict[str, tuple[AuthorizationRequest, str, Mapping[str, object]]] = field(default_factory=dict)

    async def authorize(self, redirect_uri: str) -> AuthorizationRequest:
        """Return a request whose address is the one to come back to."""
        self._fail_if_asked()
        state, nonce, verifier, code = (secrets.token_urlsafe(32) for _ in range(4))
        answer = {"state": state, "error": "access_denied"} if self.person is None else {"state": state, "code": code}
        url = f"{redirect_uri}?{urlencode(answer)}"
        request = AuthorizationRequest(url=url, state=state, nonce=nonce, verifier=verifier)
        if self.person is not None:
            self._codes[code] = request, redirect_uri, {"iss": _ISSUER, **self.person}
        return request

    async def claims(
        self, request: AuthorizationRequest, redirect_uri: str, answer: Mapping[str, str]
    ) -> Mapping[str, object]:
        """Return the claims of the person for whom the code was made; a code is accepted once."""
        self._fail_if_asked()
        if answer.get("state") != request.state:
            message = "this answer of the identity provider belongs to another sign-in: sign in again"
            raise SignInRefused(message)
        if "code" not in answer:
            message = f"the identity provider did not sign you in: {answer.get('error', 'it sent no code')}"
            raise SignInRefused(message)
        first, address, person = self._codes.pop(answer["code"], (None, "", {}))
        if first is None or (first.verifier, first.nonce, address) != (request.verifier, request.nonce, redirect_uri):
            message = "the identity provider does not take the code: sign in again"
            raise SignInRefused(message)
        return person
