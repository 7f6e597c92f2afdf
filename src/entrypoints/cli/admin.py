"""`medcost admin`: the password for the pages that only an admin may see."""

from __future__ import annotations

import getpass
import sys

from cyclopts import App

from application.access.set_password import SetPassword
from application.access.sign_in import UnlockSignIn
from domain.errors import ConfigurationError, FieldError, InvalidInput
from entrypoints.cli.opened import opened
from entrypoints.cli.options import ChosenProfile, HomeFolder
from entrypoints.cli.output import stdout
from entrypoints.composition.settings import load

app = App(name="admin", help="The admin's password, for the pages that only an admin may see.")


@app.command
def password(*, home: HomeFolder = None, profile: ChosenProfile = None) -> None:
    """Set the admin's password, sign out everybody who is signed in, and end waits after wrong passwords.

    The password is asked for twice and not shown. Without a terminal, it is read from the first line of the input.

    For example:

        medcost admin password

        medcost admin password --home /srv/medcost < password.txt
    """
    if load({"home": home, "profile": profile}).admin_password:
        message = "the password comes from MEDCOST_ADMIN_PASSWORD(_FILE): change it there and restart"
        raise ConfigurationError(message)
    chosen = _new_password() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    with opened(home, profile) as session:
        session.run(session.get(SetPassword)(chosen, by=getpass.getuser()))
    stdout().print("The admin's password is set. Whoever was signed in is signed out.")


@app.command
def unlock(*, home: HomeFolder = None, profile: ChosenProfile = None) -> None:
    """End every wait after wrong passwords; the password is not changed, and nobody is signed out.

    For example:

        medcost admin unlock
    """
    with opened(home, profile) as session:
        session.run(session.get(UnlockSignIn)(by=getpass.getuser()))
    stdout().print("Wrong passwords are forgotten: nobody has to wait before signing in.")


def _new_password() -> str:
    chosen = getpass.getpass("New password: ")
    if getpass.getpass("Repeat the password: ") != chosen:
        raise InvalidInput([FieldError("password", "type", "the two are not the same; nothing was changed")])
    return chosen
