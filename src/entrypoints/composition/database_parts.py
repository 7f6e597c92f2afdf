"""PostgreSQL adapters for processes that serve or maintain the records."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import timedelta

from dishka import Provider, Scope, provide
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.argon2.passwords import Argon2Passwords
from adapters.local.cached_keys import CachedKeys
from adapters.local.clock import SystemClock
from adapters.local.room import DiskRoom
from adapters.memory.room import MemoryRoom
from adapters.postgres.accounts import PostgresAccounts
from adapters.postgres.alarms import PostgresAcknowledgements
from adapters.postgres.audit import PostgresAuditTrail
from adapters.postgres.engine import connect
from adapters.postgres.events import PostgresEvents
from adapters.postgres.hours import PostgresHours
from adapters.postgres.jobs import PostgresJobs
from adapters.postgres.keys import PostgresKeys
from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.monitoring import PostgresReports
from adapters.postgres.predictions import PostgresPredictions
from adapters.postgres.request_keys import PostgresRequestKeys
from adapters.postgres.webhooks import PostgresWebhooks
from domain.people.schema import Schema
from domain.ports.accounts import Accounts
from domain.ports.alarms import Acknowledgements
from domain.ports.audit import AuditTrail
from domain.ports.clock import Clock
from domain.ports.events import ServiceEvents
from domain.ports.hours import ServiceHours
from domain.ports.jobs import Jobs
from domain.ports.keys import ApiKeys
from domain.ports.ledger import ModelLedger
from domain.ports.monitoring import MonitoringReports
from domain.ports.passwords import Passwords
from domain.ports.predictions import PredictionRepository
from domain.ports.request_keys import RequestKeys
from domain.ports.room import Room
from domain.ports.webhooks import Webhooks
from entrypoints.composition.database import database_url, enter_in_thread, lease, witness
from entrypoints.composition.observers import Observers
from entrypoints.composition.settings import Settings


class DatabaseStores(Provider):
    """Repositories in PostgreSQL for models, monitoring and the admin, over connections provided elsewhere."""

    scope = Scope.APP

    @provide
    def accounts(self, engine: AsyncEngine) -> Accounts:
        """Provide the admin's account."""
        return PostgresAccounts(engine)

    @provide
    def passwords(self) -> Passwords:
        """Provide password hashing by Argon2."""
        return Argon2Passwords()

    @provide
    def ledger(self, engine: AsyncEngine, settings: Settings) -> ModelLedger:
        """Provide the ledger of champions."""
        return PostgresLedger(engine, witness(settings))

    @provide
    def jobs(self, engine: AsyncEngine) -> Jobs:
        """Provide the queue of jobs."""
        return PostgresJobs(engine)

    @provide
    def webhooks(self, engine: AsyncEngine) -> Webhooks:
        """Keep webhooks and their deliveries in PostgreSQL."""
        return PostgresWebhooks(engine)

    @provide
    def hours(self, engine: AsyncEngine) -> ServiceHours:
        """Provide the figures of operations by the hour."""
        return PostgresHours(engine)

    @provide
    def events(self, engine: AsyncEngine) -> ServiceEvents:
        """Provide the events of the service's parts."""
        return PostgresEvents(engine)

    @provide
    def trail(self, engine: AsyncEngine) -> AuditTrail:
        """Provide the audit trail in PostgreSQL."""
        return PostgresAuditTrail(engine)

    @provide
    def acknowledgements(self, engine: AsyncEngine) -> Acknowledgements:
        """Provide the acknowledgements of alarms."""
        return PostgresAcknowledgements(engine)

    @provide
    def reports(self, engine: AsyncEngine) -> MonitoringReports:
        """Provide the monitoring reports."""
        return PostgresReports(engine)


class DatabaseParts(Provider):
    """Connections to PostgreSQL, embedded or named by settings, and the repositories of a serving process."""

    scope = Scope.APP

    clock = provide(SystemClock, provides=Clock)

    @provide
    async def engine(self, settings: Settings) -> AsyncIterator[AsyncEngine]:
        """Provide a pool of connections; the embedded server runs until the pool is closed."""
        held = ExitStack()
        await enter_in_thread(held, lease(settings))
        engine = connect(database_url(settings), deadline=settings.database_deadline, recycle=settings.database_recycle)
        yield engine
        await engine.dispose()
        await asyncio.to_thread(held.close)

    # written out: dishka cannot read annotations that an adapter imports for type checkers only
    @provide
    def observers(self) -> Observers:
        """Provide no-op observers, which a container may replace."""
        return Observers()

    @provide
    def predictions(
        self, engine: AsyncEngine, schema: Schema, settings: Settings, observers: Observers
    ) -> PredictionRepository:
        """Provide the repository of predictions."""
        live = timedelta(hours=settings.idempotency_hours)
        return PostgresPredictions(
            engine, schema, deadline=settings.database_deadline, keys_live=live, observe=observers.records
        )

    @provide
    def request_keys(self, engine: AsyncEngine, settings: Settings) -> RequestKeys:
        """Keep idempotency keys, with what was created under each."""
        return PostgresRequestKeys(engine, keys_live=timedelta(hours=settings.idempotency_hours))

    @provide
    def room(self, settings: Settings) -> Room:
        """Provide the room on the home's disk if the embedded database lies there, otherwise no limit."""
        return MemoryRoom() if settings.database_url else DiskRoom(settings.home)

    @provide
    def keys(self, engine: AsyncEngine, clock: Clock) -> ApiKeys:
        """Provide the API keys."""
        return CachedKeys(PostgresKeys(engine, clock), clock)
