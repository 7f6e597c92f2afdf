"""`medcost keys`: who may call the API."""

from __future__ import annotations

from uuid import UUID

from cyclopts import App
from rich.markup import escape
from rich.table import Table

from domain.keys import ApiKey, Role
from domain.ports.keys import ApiKeys
from entrypoints.cli.opened import opened
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import answer, print_json, to_people

app = App(name="keys", help="API keys: create, list, revoke.")


@app.command
def create(
    name: str,
    /,
    *,
    role: Role = Role.CLIENT,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Make a key. Its secret is shown this once and kept nowhere.

    For example:

        medcost keys create "billing team"

        medcost keys create ann --role admin

    Parameters
    ----------
    name
        Whose key it is.
    role
        Clients ask and review; admins also promote, roll back and erase.
    """
    with opened(home, profile) as session:
        key, secret = session.run(session.get(ApiKeys).create(name, role))
    if json:
        print_json({**_document(key), "secret": secret})
    else:
        line = f"Key {key.id} for {key.name} ({key.role.value}). Its secret is shown only now:"
        to_people().print(line, markup=False)
        answer().print(secret, markup=False)


@app.command(name="list")
def list_(*, home: HomeFolder = None, profile: ChosenProfile = None, json: AsJson = False) -> None:
    """List all keys, revoked ones too, newest first; secrets are not kept and not shown."""
    with opened(home, profile) as session:
        keys = session.run(session.get(ApiKeys).all())
    if json:
        print_json({"keys": [_document(key) for key in keys]})
        return
    table = Table()
    for column in ("id", "name", "role", "made", "revoked"):
        table.add_column(column)
    for key in keys:
        revoked = f"{key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else ""
        table.add_row(str(key.id), escape(key.name), key.role.value, f"{key.created_at:%Y-%m-%d %H:%M}", revoked)
    answer().print(table)


@app.command
def revoke(key: UUID, /, *, home: HomeFolder = None, profile: ChosenProfile = None) -> None:
    """Revoke a key from now on.

    Parameters
    ----------
    key
        The key's id, as `medcost keys list` shows it.
    """
    with opened(home, profile) as session:
        revoked = session.run(session.get(ApiKeys).revoke(key))
    answer().print(f"Key {revoked.id} for {revoked.name} is revoked", markup=False)


def _document(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    }
