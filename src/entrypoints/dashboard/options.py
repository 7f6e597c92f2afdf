"""What the dashboard needs to know about the place where it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardOptions:
    """Options of one dashboard process.

    Args:
        login: whether admin pages ask for the admin's password; on one's own machine they are open.
        first_password: whether somebody at this machine may set the first password on the sign-in page.
        https: whether browsers come by HTTPS, also where a proxy ends it: cookies then travel by HTTPS only.
    """

    login: bool = False
    first_password: bool = False
    https: bool = False
