"""What every ledger promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.local.witness import FileWitness
from adapters.memory.ledger import MemoryLedger
from adapters.memory.witness import MemoryWitness
from adapters.postgres.engine import connect
from adapters.postgres.ledger import PostgresLedger
from domain.errors import LedgerBroken, NoChampion, RegistryUnavailable, VersionNotFound
from domain.models.ledger import Change, Head, NewEntry, verify
from domain.models.model import FamilySummary, ModelCard, ModelVersion, Provenance, Recipe
from domain.models.promotion import Candidacy, PairedComparison, PromotionPolicy
from domain.models.scores import (
    ActuarialScores,
    Calibration,
    ExpectedScores,
    FifthScores,
    GroupScores,
    IntervalScores,
    PredictiveRatio,
    Scores,
    TypicalScores,
    ZeroScores,
)
from domain.monitoring.profile import Profile
from domain.people.origin import DataOrigin
from domain.ports.ledger import ModelLedger
from tests.support.default_schema import DEFAULT

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SCORES = Scores(
    rows=1000,
    expected=ExpectedScores(0.85, 4500.1, 2500.0),
    typical=TypicalScores(1300.0, 12.5, 0.9),
    crps=1400.0,
    interval=IntervalScores(0.9, 0.93, 12000.0, 19000.0),
    groups=(GroupScores("smoker=yes", 200, 0.95, 20000.0, -3.25),),
)
CARD = ModelCard(
    recipe=Recipe(family="interaction_lad", hyperparameters={"obesity": 30.0, "depth": 3, "fast": True, "none": None}),
    created_at=NOON,
    origin=DataOrigin("synthetic", "invented", synthetic=True),
    data_digest="e" * 64,
    rows=1000,
    cross_validation=SCORES,
    test=SCORES,
    ranges={"age": (18.0, 64.0)},
    grouping=("smoker",),
    provenance=Provenance(metric="crps", compared=(FamilySummary("linear", 2000.0, 10.0),), trials=3),
    notes=("fitted on a subsample",),
    profile=Profile.of(DEFAULT, [[18, 64], [0, 1], [27.4, 31], [0, 2], [1, 0], [3, 3]]),
)
FIRST = ModelVersion(1, "a" * 64, NOON, CARD)
SECOND = ModelVersion(2, "b" * 64, NOON, replace(CARD, rows=2000))
VERDICT = PromotionPolicy().judge(
    Candidacy(
        comparison=PairedComparison(
            method="unconditional", rival=None, rows=1000, challenger_loss=1400.0, rival_loss=5000.0,
            difference=-3600.0, standard_error=50.0, degrees_of_freedom=9.0, upper_bound=-3500.0,
        ),
        coverage=0.93, group_coverage={"smoker=yes": 0.95}, milliseconds=0.4, megabytes=0.2,
    )
)  # fmt: skip
FIFTH = FifthScores(
    people=190, coverage=0.9, predicted=900.5, observed=880.25, from_zero=1.0, zero_predicted=0.3, zero_observed=0.28
)
MEASURED = replace(
    SCORES,
    groups=(replace(SCORES.groups[0], people=190, ratio=PredictiveRatio(0.98, 0.9, 1.07)),),
    people=950,
    zero=ZeroScores(0.2, 0.19, 0.15),
    fifths=(FIFTH,) * 5,
    actuarial=ActuarialScores(
        overall=PredictiveRatio(1.3, 0.97, 1.35), deciles=(PredictiveRatio(None), PredictiveRatio(1.6, 0.4)) * 5,
        cpm=0.1, gini=0.3, mae_over_mean=0.8, capped_r2=0.2, cap=250_000.0, capture_1=0.3, capture_5=0.4,
        capture_10=0.5,
    ),
    quantiles=(Calibration(0.5, 0.49),),
)  # fmt: skip


def promotion(version: ModelVersion, replaces: int | None = None) -> NewEntry:
    return NewEntry(
        change=Change.PROMOTION, version=version.number, digest=version.digest, replaces=replaces, at=NOON, by="ann",
        reason="passed the gate",
    )  # fmt: skip


@dataclass
class Listening(MemoryWitness):
    """Remembers all that it was told. Real ones are held to their promise in `test_witness.py`."""

    heads: list[Head] = field(default_factory=list)

    async def keep(self, head: Head) -> None:
        await super().keep(head)
        self.heads.append(head)


@pytest.fixture
def witness() -> Listening:
    return Listening()


@pytest.fixture(params=["memory", "postgres"])
async def ledger(request: pytest.FixtureRequest, witness: MemoryWitness) -> AsyncIterator[ModelLedger]:
    if request.param == "memory":
        yield MemoryLedger(witness=witness)
        return
    engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
    yield PostgresLedger(engine, witness)
    await engine.dispose()


async def test_every_figure_of_a_version_and_its_verdict_comes_back(ledger: ModelLedger) -> None:
    verdict = PromotionPolicy().judge(replace(VERDICT.candidacy, measured=MEASURED, repeated=2))
    assert any(check.lenient for check in verdict.checks)
    await ledger.admit(replace(FIRST, card=replace(CARD, cross_validation=MEASURED)))
    await ledger.attach(1, verdict)
    assert await ledger.verdict(1) == verdict
    assert (await ledger.version(1)).card.cross_validation == MEASURED


async def test_an_admitted_version_is_known_whole(ledger: ModelLedger) -> None:
    await ledger.admit(FIRST)
    await ledger.admit(SECOND)
    assert await ledger.version(1) == FIRST
    assert list(await ledger.versions()) == [SECOND, FIRST]


async def test_admitting_again_changes_nothing(ledger: ModelLedger) -> None:
    await ledger.admit(FIRST)
    await ledger.admit(FIRST)
    with pytest.raises(LedgerBroken, match="another digest"):
        await ledger.admit(replace(FIRST, digest="c" * 64))
    assert list(await ledger.versions()) == [FIRST]


async def test_what_was_never_admitted_is_not_found(ledger: ModelLedger) -> None:
    for attempt in (ledger.version(7), ledger.attach(7, VERDICT), ledger.append(promotion(FIRST))):
        with pytest.raises(VersionNotFound):
            await attempt
    assert await ledger.verdict(7) is None


async def test_a_verdict_stays_with_its_version(ledger: ModelLedger) -> None:
    await ledger.admit(FIRST)
    assert await ledger.verdict(1) is None
    await ledger.attach(1, VERDICT)
    assert await ledger.verdict(1) == VERDICT


async def test_versions_that_the_gate_refused_last_are_found_by_when_they_were_registered(ledger: ModelLedger) -> None:
    refused = replace(VERDICT, checks=(replace(VERDICT.checks[0], passed=False), *VERDICT.checks[1:]))
    passed = replace(VERDICT, checks=tuple(replace(check, passed=True) for check in VERDICT.checks))
    for version in (FIRST, SECOND):
        await ledger.admit(version)
    assert list(await ledger.refusals(FIRST.registered_at)) == []
    await ledger.attach(1, refused)
    await ledger.attach(2, passed)
    assert list(await ledger.refusals(FIRST.registered_at)) == [(1, FIRST.registered_at, refused)]
    assert list(await ledger.refusals(FIRST.registered_at + timedelta(seconds=1))) == []
    await ledger.attach(1, passed)
    assert list(await ledger.refusals(FIRST.registered_at)) == []


async def test_the_last_entry_names_the_champion(ledger: ModelLedger) -> None:
    await ledger.admit(FIRST)
    await ledger.admit(SECOND)
    with pytest.raises(NoChampion, match="medcost train"):
        await ledger.champion()
    first = await ledger.append(promotion(FIRST))
    assert await ledger.champion() == FIRST
    second = await ledger.append(promotion(SECOND, replaces=1))
    assert await ledger.champion() == SECOND
    assert list(await ledger.history()) == [first, second]
    assert (second.number, second.previous_seal) == (2, first.seal)
    verify(await ledger.history(), head=await ledger.head())


async def test_while_the_witness_is_away_nothing_is_appended(ledger: ModelLedger, witness: MemoryWitness) -> None:
    await ledger.admit(FIRST)
    first = await ledger.append(promotion(FIRST))
    witness.failure = RegistryUnavailable("away")
    for attempt in (ledger.append(promotion(FIRST)), ledger.head()):
        with pytest.raises(RegistryUnavailable):
            await attempt
    assert list(await ledger.history()) == [first]
    witness.failure = None
    await ledger.append(promotion(FIRST))
    verify(await ledger.history(), head=await ledger.head())


async def test_the_witness_is_told_what_will_be_appended_before_it_is(ledger: ModelLedger, witness: Listening) -> None:
    """So that the ledger of a process that was killed in between verifies, whether it was appended or not."""
    await ledger.admit(FIRST)
    entry = await ledger.append(promotion(FIRST))
    assert witness.heads == [Head(None, announced=entry.seal), Head(entry.seal)]


async def test_concurrent_entries_form_one_chain(ledger: ModelLedger) -> None:
    await ledger.admit(FIRST)
    await asyncio.gather(*(ledger.append(promotion(FIRST)) for _ in range(8)))
    history = await ledger.history()
    assert [entry.number for entry in history] == list(range(1, 9))
    verify(history, head=None)


async def test_only_one_at_a_time_is_exclusive(ledger: ModelLedger) -> None:
    inside: list[int] = []
    most: list[int] = []

    async def enter(name: int) -> None:
        async with ledger.exclusive():
            inside.append(name)
            most.append(len(inside))
            await asyncio.sleep(0.02)
            inside.remove(name)

    await asyncio.gather(*(enter(name) for name in range(4)))
    assert most == [1, 1, 1, 1]


async def test_the_database_refuses_to_change_the_ledger_and_tampering_by_its_owner_shows(
    postgres_url: str, tmp_path: Path
) -> None:
    engine = connect(postgres_url, deadline=10)
    ledger = PostgresLedger(engine, FileWitness(tmp_path / "ledger.head"))
    await ledger.admit(FIRST)
    for _ in range(3):
        await ledger.append(promotion(FIRST))
    changes = ["UPDATE model_ledger SET by = 'eve'", "DELETE FROM model_ledger", "TRUNCATE model_ledger"]
    for change in changes:
        with pytest.raises(DBAPIError, match="append-only"):
            async with engine.begin() as connection:
                await connection.execute(text(change))
    owner = create_async_engine(postgres_url)
    async with owner.begin() as connection:
        await connection.execute(text("ALTER TABLE model_ledger DISABLE TRIGGER append_only"))
        await connection.execute(text("DELETE FROM model_ledger WHERE number > 1"))
    with pytest.raises(LedgerBroken, match="cut off"):
        verify(await ledger.history(), head=await ledger.head())
    await owner.dispose()
    await engine.dispose()


async def test_the_hold_ends_with_its_connection(postgres_url: str, tmp_path: Path) -> None:
    holder, waiter = connect(postgres_url, deadline=10), connect(postgres_url, deadline=10)
    hold = PostgresLedger(holder, FileWitness(tmp_path / "a")).exclusive()
    await hold.__aenter__()
    async with create_async_engine(postgres_url).begin() as connection:
        killed = await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
                "WHERE locktype = 'advisory' AND granted AND datname = current_database()"
            )
        )
        assert killed.scalar_one() is True
    async with asyncio.timeout(60), PostgresLedger(waiter, FileWitness(tmp_path / "b")).exclusive():
        pass
    await hold.__aexit__(None, None, None)
    await holder.dispose()
    await waiter.dispose()
