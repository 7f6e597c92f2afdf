"""Rules of who reaches this service, and what must be asked of them."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from domain.access.accounts import check_password
from domain.errors import ConfigurationError, InvalidInput

if TYPE_CHECKING:
    from entrypoints.composition.settings import Settings


def is_loopback(host: str) -> bool:
    """Return whether an address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serves_others(settings: Settings) -> bool:
    """Return whether other machines reach this service: in production always, through a proxy if need be."""
    return settings.profile == "production" or not is_loopback(settings.host)


def asks_for_login(settings: Settings) -> bool:
    """Return whether admin pages require sign-in: by default on all addresses but loopback.

    Behind a proxy that authenticates people, they never do.
    """
    required = settings.require_login or bool(settings.oidc_issuer) or not is_loopback(settings.host)
    return required and not settings.proxy_authenticates


def offers_first_password(settings: Settings) -> bool:
    """Return whether somebody at this machine may set the admin's first password on the sign-in page.

    Where the settings hold the password, nobody is asked for one: it is saved as soon as the database answers.
    """
    return is_alone(settings) and not settings.admin_password


def is_alone(settings: Settings) -> bool:
    """Return whether only this machine is served; behind a proxy all clients have the proxy's address."""
    return not serves_others(settings) and not settings.proxy_authenticates


def refuse_open_access(settings: Settings, *, pages: bool) -> None:
    """Refuse to serve other machines without authentication.

    Args:
        settings: which address is listened on, and what is asked for.
        pages: whether the dashboard is served.

    Raises:
        ConfigurationError: saying what to do.
    """
    _check_provider(settings)
    if settings.admin_password:
        try:
            check_password(settings.admin_password)
        except InvalidInput as broken:
            message = f"MEDCOST_ADMIN_PASSWORD(_FILE): {broken.errors[0].detail}"
            raise ConfigurationError(message) from None
    if not serves_others(settings):
        return
    if not settings.require_keys:
        message = (
            f"{settings.host} can be reached by others, and the API asks for no key: listen on 127.0.0.1 outside of "
            "the profile `production`, or set MEDCOST_REQUIRE_KEYS=true and make a key with `medcost keys create`"
        )
        raise ConfigurationError(message)
    knows_people = settings.admin_password or settings.require_login or settings.oidc_issuer
    if pages and not (knows_people or settings.proxy_authenticates):
        message = (
            f"{settings.host} can be reached by others, and no admin's password is known: put one into a file and "
            "name it by MEDCOST_ADMIN_PASSWORD_FILE; or set MEDCOST_REQUIRE_LOGIN=true and one with `medcost admin "
            "password`; or MEDCOST_OIDC_ISSUER to the identity provider by which people sign in; "
            "or MEDCOST_PROXY_AUTHENTICATES=true behind a proxy that asks people who they are; "
            "or serve the API alone with `medcost serve api`"
        )
        raise ConfigurationError(message)


def _check_provider(settings: Settings) -> None:
    if not settings.oidc_issuer:
        return
    if not settings.oidc_client_id:
        message = (
            "MEDCOST_OIDC_ISSUER needs MEDCOST_OIDC_CLIENT_ID: the name under which the provider knows this service"
        )
        raise ConfigurationError(message)
    if settings.oidc_issuer.startswith("http://") and not is_loopback(urlsplit(settings.oidc_issuer).hostname or ""):
        message = (
            f"MEDCOST_OIDC_ISSUER: expected https://…, found {settings.oidc_issuer}: tokens would travel in the open"
        )
        raise ConfigurationError(message)
