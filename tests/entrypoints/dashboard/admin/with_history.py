"""The web process on the memory profile, after a month of traffic, outcomes, reports, events and an alarm."""

from __future__ import annotations

import argparse
import asyncio
import math
import socket
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import uvicorn
from dishka import Provider, Scope, provide

from adapters.memory.audit import MemoryAuditTrail
from adapters.memory.events import MemoryEvents
from adapters.memory.hours import MemoryHours
from adapters.memory.jobs import MemoryJobs
from adapters.memory.keys import MemoryKeys
from adapters.memory.monitoring import MemoryReports
from domain.access.keys import Role
from domain.costs.prediction import ModelReference
from domain.monitoring.drift import ColumnDrift
from domain.monitoring.histogram import Histogram
from domain.monitoring.hours import HOUR, Outcomes, Traffic, hour_of
from domain.monitoring.report import MonitoringReport
from domain.operations.audit import AuditAction, AuditEntry
from domain.operations.events import Event, EventKind
from domain.operations.jobs import JobKind, JobProblem, NewJob
from domain.ports.audit import AuditTrail
from domain.ports.clock import Clock
from domain.ports.events import ServiceEvents
from domain.ports.hours import ServiceHours
from domain.ports.jobs import Jobs
from domain.ports.keys import ApiKeys
from domain.ports.monitoring import MonitoringReports
from entrypoints.composition.settings import load
from entrypoints.hosting.asgi import web_app

DAY = timedelta(days=1)
ENDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)


def answered(place: int) -> Traffic:
    """More by day than by night; slow in the last hours."""
    many = round(120 + 100 * math.sin(place / 24 * 2 * math.pi))
    quick = (many * 6 // 10, many * 2 // 10, many // 10, many // 20, 0, 0, 0, 0, 0)
    slow = (0, 0, many // 3, many // 3, many // 10, 0, 0, many // 5, 0)
    requests = {"POST /api/v1/predictions 201": Histogram(ENDS, slow if place > 714 else quick, many * 0.01)}
    errors = {}
    if place % 7 == 0:
        requests["POST /api/v1/predictions 503"] = Histogram(ENDS, (0, 0, 0, 0, 0, 3, 0, 0, 0), 0.4)
        errors = {"PredictorUnavailable": 3, "InvalidInput": 2}
    groups = {
        stage: Histogram((1.0, 2.0, 4.0), (many // 2, many // 4, many // 8, 0), many * factor)
        for stage, factor in (("predict", 1.3), ("record", 1.9))
    }
    return Traffic(requests=requests, errors=errors, groups=groups, predictions={"1": many})


def report(at: datetime, day: int) -> MonitoringReport:
    drifted = day > 24
    psi = 0.02 + 0.01 * (day % 4) + 0.2 * drifted
    age = ColumnDrift(
        column="age", test="mann_whitney", statistic=0.5, p_value=0.5, psi=psi, adjusted_p=0.5, drifted=drifted
    )  # fmt: skip
    return MonitoringReport(
        at=at, since=at - 30 * DAY, model=ModelReference(1, "d" * 64), reference_rows=1338, predictions=900,
        outcomes=0, columns=(age,), groups=(),
    )  # fmt: skip


class History(Provider):
    """The stores of operations, filled."""

    scope = Scope.APP

    @provide(override=True)
    async def hours(self, clock: Clock) -> ServiceHours:
        hours, last = MemoryHours(), hour_of(clock.now())
        for place in range(720):
            await hours.put_traffic(last - (719 - place) * HOUR, uuid4(), answered(place))
        outcomes = {
            last - (719 - place) * HOUR: Outcomes(
                outcomes=many, inside=many - many // 9 - (place > 600), expected=9000.0 * many,
                observed=(9100.0 + 2 * place) * many,
            )
            for place in range(0, 720, 5)
            if (many := 20 + place % 30)
        }  # fmt: skip
        await hours.put_outcomes(outcomes)
        return hours

    @provide(override=True)
    async def events(self, clock: Clock) -> ServiceEvents:
        events, now = MemoryEvents(), clock.now()
        await events.add([
            Event(at=now - 20 * DAY, kind=EventKind.DEPLOYMENT, subject="web", detail="1.0 0123456789ab"),
            Event(at=now - 9 * HOUR, kind=EventKind.AWAY, subject="model", detail="the model server does not answer"),
            Event(at=now - 8.99 * HOUR, kind=EventKind.RESTART, subject="model", detail="was killed by signal 9"),
            Event(at=now - 8.98 * HOUR, kind=EventKind.BACK, subject="model"),
        ])  # fmt: skip
        return events

    @provide(override=True)
    async def jobs(self, clock: Clock) -> Jobs:
        jobs, at = MemoryJobs(), clock.now() - 3 * HOUR
        job = await jobs.add(NewJob(kind=JobKind.PROMOTION, task={"version": 2}, owner="admin", created_at=at))
        worker = uuid4()
        await jobs.claim(tuple(JobKind), worker=worker, at=at, lapse=HOUR)
        refused = JobProblem("PromotionRefused", "version 2 is worse than version 1 beyond the margin")
        await jobs.finish(job.id, worker=worker, at=at, problem=refused)
        return jobs

    @provide(override=True)
    async def keys(self, clock: Clock) -> ApiKeys:
        keys = MemoryKeys(clock=clock)
        _, secret = await keys.create("claims department", Role.CLIENT)
        await keys.create("auditor", Role.REVIEWER, expires_at=clock.now() - DAY)
        await keys.find(secret)
        await keys.keep_uses()
        return keys

    @provide(override=True)
    async def trail(self, clock: Clock) -> AuditTrail:
        trail, at = MemoryAuditTrail(), clock.now() - DAY
        hook = AuditEntry(
            at=at, by=f"billing team (key:{uuid4()})", action=AuditAction.WEBHOOK_CREATED,
            subject="https://hooks.example.org/medcost/with/a/long/path", detail="job.done, job.failed",
        )  # fmt: skip
        for entry in (hook, replace(hook, at=at + HOUR, problem="the database does not answer")):
            await trail.add(entry)
        return trail

    @provide(override=True)
    async def reports(self, clock: Clock) -> MonitoringReports:
        reports, now = MemoryReports(), clock.now()
        for day in range(30):
            await reports.add(report(now - (29 - day) * DAY, day))
        return reports


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    listener = socket.socket(fileno=parser.parse_args().fd)
    config = uvicorn.Config(web_app(load({"profile": "memory"}), History()), lifespan="on", log_level="error")
    asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    main()
