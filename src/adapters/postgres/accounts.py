"""The admin's account in PostgreSQL."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, delete, null, or_, select, union_all, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.engine import translated
from adapters.postgres.tables import ADMIN_PASSWORD, ADMIN_SESSIONS, SIGN_IN_FAILURES, USER_SESSIONS
from domain.access.accounts import FORGOTTEN_AFTER, IDLE, LIFETIME, Attempt, Failures, Session
from domain.access.keys import Role
from domain.access.users import ADMIN, User
from domain.errors import NoPassword, NotSignedIn, PasswordAlreadySet
from domain.ports.accounts import Accounts

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Executable
    from sqlalchemy.ext.asyncio import AsyncEngine

_ADMIN = 1
"""The key of the only row: there is one account."""
# separate tables: an earlier release, which knows the admin only, must not take other users for the admin
_SESSIONS = (ADMIN_SESSIONS, USER_SESSIONS)
_NOBODY = [null().cast(Text).label(name) for name in ("subject", "name", "role")]
_SESSION = union_all(
    select(ADMIN_SESSIONS.c.opened_at, ADMIN_SESSIONS.c.used_at, *_NOBODY).where(
        ADMIN_SESSIONS.c.token_sha256 == bindparam("digest")
    ),
    select(*(USER_SESSIONS.c[name] for name in ("opened_at", "used_at", "subject", "name", "role"))).where(
        USER_SESSIONS.c.token_sha256 == bindparam("digest")
    ),
)


class PostgresAccounts(Accounts):
    """Keeps a password's hash, sessions by their tokens' SHA-256, and failures by place."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def password(self) -> str:
        """Return the password's hash."""
        with translated():
            async with self._engine.connect() as connection:
                hashed = (await connection.execute(select(ADMIN_PASSWORD.c.hash))).scalar()
        if hashed is None:
            message = "no password was set"
            raise NoPassword(message)
        return hashed

    async def set_password(self, hashed: str, *, first: bool = False) -> None:
        """Set the password's hash, and remove sessions and failures."""
        statement = insert(ADMIN_PASSWORD).values(id=_ADMIN, hash=hashed)
        if first:
            statement = statement.on_conflict_do_nothing()
        else:
            statement = statement.on_conflict_do_update(index_elements=["id"], set_={"hash": hashed})
        with translated():
            async with self._engine.begin() as connection:
                if (await connection.execute(statement.returning(ADMIN_PASSWORD.c.id))).first() is None:
                    message = "there is a password already"
                    raise PasswordAlreadySet(message)
                for table in _SESSIONS:
                    await connection.execute(delete(table))
                await connection.execute(delete(SIGN_IN_FAILURES))

    async def attempt(self, place: str, *, at: datetime) -> Attempt:
        """Count a failure, or return how long to wait."""
        table = SIGN_IN_FAILURES
        new = insert(table).values(place=place, count=0, last_at=at)
        # changes nothing, but locks the row if it is there
        locked = new.on_conflict_do_update(index_elements=["place"], set_={"count": table.c.count}).returning(table)
        with translated():
            async with self._engine.begin() as connection:
                row = (await connection.execute(locked)).mappings().one()
                before = Failures(row["count"], row["last_at"])
                if not (wait := before.wait(at)):
                    after = before.with_failure(at)
                    counted = update(table).where(table.c.place == place)
                    await connection.execute(counted.values(count=after.count, last_at=after.last_at))
        return Attempt(before.count, wait)

    async def forgive(self, place: str | None = None) -> None:
        """Remove failures."""
        table = SIGN_IN_FAILURES
        await self._do(delete(table) if place is None else delete(table).where(table.c.place == place))

    async def open(self, *, at: datetime, user: User = ADMIN) -> str:
        """Open a session."""
        token = secrets.token_urlsafe(32)
        session = {"token_sha256": _digest(token), "opened_at": at, "used_at": at}
        person = {"subject": user.subject, "name": user.name, "role": user.role}
        opened = (
            insert(ADMIN_SESSIONS).values(session) if user == ADMIN else insert(USER_SESSIONS).values(session | person)
        )
        await self._do(
            *(
                delete(table).where(or_(table.c.opened_at <= at - LIFETIME, table.c.used_at <= at - IDLE))
                for table in _SESSIONS
            ),
            delete(SIGN_IN_FAILURES).where(SIGN_IN_FAILURES.c.last_at <= at - FORGOTTEN_AFTER),
            opened,
        )
        return token

    async def session(self, token: str) -> Session:
        """Find a session."""
        with translated():
            async with self._engine.connect() as connection:
                row = (await connection.execute(_SESSION, {"digest": _digest(token)})).first()
        if row is None:
            message = "there is no such session"
            raise NotSignedIn(message)
        user = ADMIN if row.subject is None else User(row.subject, row.name, Role(row.role))
        return Session(row.opened_at, row.used_at, user)

    async def use(self, token: str, *, at: datetime) -> None:
        """Record the use of a session."""
        digest = _digest(token)
        await self._do(*(update(table).where(table.c.token_sha256 == digest).values(used_at=at) for table in _SESSIONS))

    async def close(self, token: str) -> None:
        """End a session."""
        await self._do(*(delete(table).where(table.c.token_sha256 == _digest(token)) for table in _SESSIONS))

    async def _do(self, *statements: Executable) -> None:
        with translated():
            async with self._engine.begin() as connection:
                for statement in statements:
                    await connection.execute(statement)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
