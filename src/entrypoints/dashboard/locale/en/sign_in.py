"""Signing in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "sign_in.title": "Sign in",
    "sign_in.lead": "Some pages are for the admin only.",
    "sign_in.first": "No password is set yet. Choose a password. You can do this once, and only on this computer.",
    "sign_in.password": "Password",
    "sign_in.again": "The same password again",
    "sign_in.rule": "From 12 to 200 characters. A few words you will remember are fine.",
    "sign_in.do": "Sign in",
    "sign_in.set": "Set the password",
    "sign_in.admin": "Signed in as admin",
    "sign_in.out": "Sign out",
    "sign_in.wrong": "The password is wrong.",
    "sign_in.wrong.do": "Check the password and try again. After a few wrong passwords you have to wait.",
    "sign_in.locked": "Too many wrong passwords.",
    "sign_in.locked.do": "Wait {wait}, then try again. Until then, no password will be accepted.",
    "sign_in.seconds": "{count} seconds",
    "sign_in.minute": "1 minute",
    "sign_in.minutes": "{count} minutes",
    "sign_in.ended": "You were signed out.",
    "sign_in.ended.do": "Sign in again to continue.",
    "sign_in.away": "We could not reach our records.",
    "sign_in.away.do": "Try again in a moment.",
    "sign_in.short": "The password was not set.",
    "sign_in.short.do": "Choose a password of 12 to 200 characters.",
    "sign_in.different": "The two passwords are not the same.",
    "sign_in.different.do": "Enter them again.",
    "sign_in.late": "Someone set a password before you.",
    "sign_in.late.do": "Sign in with that password.",
    "sign_in.none": "No password is set yet.",
    "sign_in.none.do": "Set a password on the server: run “medcost admin password” there.",
}
