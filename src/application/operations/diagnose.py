"""Check every part of the service, and say what to do where one is not well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.errors import HomeUnwritable, LedgerBroken, MedcostError, RegistryUnavailable
from domain.models.ledger import verify
from domain.operations.diagnosis import Finding
from domain.ports.database import Database
from domain.ports.ledger import ModelLedger, champion_or_none
from domain.ports.model_servers import ModelServers
from domain.ports.part_check import PartCheck
from domain.ports.pointer import ModelPointer

if TYPE_CHECKING:
    from domain.costs.prediction import ModelReference


@use_case
class Diagnose:
    """Run the checks of all parts."""

    checks: Sequence[PartCheck]

    async def __call__(self) -> list[Finding]:
        """Return the findings of all checks, in their order."""
        return [finding for check in self.checks for finding in await check.findings()]


@use_case
class CheckRecords(PartCheck):
    """Check the database, the ledger in it, and whether the served model follows the ledger.

    Args:
        database: with the ledger.
        pointer: the pointer of the home; None where model servers follow the ledger themselves.
        servers: that follow the ledger themselves.
    """

    database: Database
    pointer: ModelPointer | None
    servers: ModelServers

    async def findings(self) -> Sequence[Finding]:
        """Return the findings, as far as the checks can be made."""
        if not self.database.is_made():
            return [Finding("database", "warning", "not made yet", "run `medcost up`")]
        findings: list[Finding] = []
        try:
            async with self.database.opened() as opened:
                if opened.trouble:
                    remedy = "run `medcost db upgrade`, or the newer Medcost"
                    return [Finding("database", "failed", opened.trouble, remedy)]
                findings.append(Finding("database", "ok", f"answers, schema {opened.migration}"))
                findings.append(await _seals(opened.ledger))
                champion = await champion_or_none(opened.ledger)
                if champion is None:
                    return [*findings, await _no_champion(opened.ledger)]
                findings.append(Finding("champion", "ok", f"version {champion.number} ({champion.card.recipe.name})"))
                findings += await self._served(champion.reference)
        except HomeUnwritable:
            findings.append(Finding("database", "failed", "not asked: its home cannot be written", "see home"))
        except MedcostError as why:
            findings.append(Finding("database", "failed", str(why), "start it, or correct MEDCOST_DATABASE_URL"))
        return findings

    async def _served(self, champion: ModelReference) -> Sequence[Finding]:
        if self.pointer is None:
            return [
                Finding("model server", "ok", str(replica))
                if replica.serves(champion)
                else Finding(
                    "model server", "failed", f"{replica}: {replica.trouble or 'it will follow'}", "look at its log"
                )
                for replica in await self.servers.replicas()
            ]
        pointed = await self.pointer.pointed_to()
        if pointed == champion:
            return [Finding("pointer", "ok", f"names version {champion.version}, as the ledger does")]
        return [Finding("pointer", "failed", f"names {pointed}, the ledger {champion}", "run `medcost publish`")]


async def _no_champion(ledger: ModelLedger) -> Finding:
    remedy = "run `medcost train stage=all`"
    if await ledger.versions():
        remedy += ", or see in `medcost models list` which versions were not promoted"
    return Finding("champion", "failed", "no model was promoted", remedy)


async def _seals(ledger: ModelLedger) -> Finding:
    entries = await ledger.history()
    count = f"{len(entries)} entries"
    try:
        head = await ledger.head()
        verify(entries, head=head)
    except LedgerBroken as broken:
        return Finding("ledger", "failed", str(broken), "restore a backup, of the database and of MLflow's or the home")
    except RegistryUnavailable as away:
        return Finding("ledger", "failed", f"{count}, but the witness of its end is away: {away}", "start MLflow")
    if entries and head is None:
        no_witness = f"{count}, each seal holds, but nobody remembers where it ended"
        return Finding("ledger", "warning", no_witness, "the next promotion is remembered; was MLflow's database lost?")
    return Finding("ledger", "ok", f"{count}, each seal holds")
