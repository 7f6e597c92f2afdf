"""The command `medcost keys`: API keys."""

from __future__ import annotations

import getpass
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from cyclopts import App, Parameter, Token
from rich.markup import escape

from application.access.change_keys import ChangeKeys
from domain.access.keys import ApiKey, Role
from domain.ports.clock import Clock
from domain.ports.keys import ApiKeys
from entrypoints.cli.opened import opened
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import print_json, stderr, stdout
from entrypoints.cli.tables import minute, table

app = App(name="keys", help="API keys: create, list, revoke.")

_SPAN: Final = re.compile(r"([1-9]\d{0,4})([hdw])")
_UNIT: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def _span(_kind: type, tokens: Sequence[Token]) -> timedelta:
    match = _SPAN.fullmatch(tokens[0].value)
    if not match:
        message = f"{tokens[0].value!r} is no length of time: say hours, days or weeks, such as 12h, 90d or 4w"
        raise ValueError(message)
    return int(match[1]) * _UNIT[match[2]]


@app.command
def create(
    name: str,
    /,
    *,
    role: Role = Role.CLIENT,
    expires: Annotated[timedelta | None, Parameter(converter=_span)] = None,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Create a key; its secret is shown only once and stored nowhere.

    For example:

        medcost keys create "billing team"

        medcost keys create ann --role admin

        medcost keys create "quality review" --role reviewer

        medcost keys create "summer project" --expires 90d

    Parameters
    ----------
    name
        Name of the key's owner.
    role
        Clients predict, and see their own predictions; reviewers see all predictions; admins also change and erase
        all predictions, promote and roll back.
    expires
        Lifetime of the key, such as 90d, 12h or 4w; without it, the key never expires.
    """
    with opened(home, profile) as session:
        until = session.get(Clock).now() + expires if expires else None
        key, secret = session.run(session.get(ChangeKeys).create(name, role, by=getpass.getuser(), expires_at=until))
    if json:
        print_json({**_document(key), "secret": secret})
    else:
        line = f"Key {key.id} for {key.name} ({key.role.value}). Its secret is shown only now:"
        stderr().print(line, markup=False)
        stdout().print(secret, markup=False)


@app.command(name="list")
def list_(*, home: HomeFolder = None, profile: ChosenProfile = None, json: AsJson = False) -> None:
    """List all keys, including revoked and expired ones, newest first; secrets are not stored."""
    with opened(home, profile) as session:
        keys = session.run(session.get(ApiKeys).all())
    if json:
        print_json({"keys": [_document(key) for key in keys]})
        return
    listed = table("id", "name", "role", "made", "expires", "revoked", lines=True)
    for key in keys:
        times = [minute(time) for time in (key.created_at, key.expires_at, key.revoked_at)]
        listed.add_row(str(key.id), escape(key.name), key.role.value, *times)
    stdout().print(listed)


@app.command
def revoke(key: UUID, /, *, home: HomeFolder = None, profile: ChosenProfile = None) -> None:
    """Revoke a key; running servers refuse it within five seconds.

    Parameters
    ----------
    key
        The key's id, as `medcost keys list` shows it.
    """
    with opened(home, profile) as session:
        revoked = session.run(session.get(ChangeKeys).revoke(key, by=getpass.getuser()))
    stdout().print(f"Key {revoked.id} for {revoked.name} is revoked", markup=False)


def _document(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }
