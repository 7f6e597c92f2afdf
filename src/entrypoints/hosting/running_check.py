"""A check of the processes that `medcost up` started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from adapters.local.home import Home
from domain.operations.diagnosis import Finding
from domain.ports.part_check import PartCheck
from entrypoints.hosting.running import status_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrypoints.composition.settings import Settings


@dataclass(frozen=True, slots=True)
class RunningCheck(PartCheck):
    """Checks whether the service is up and each of its parts answers."""

    settings: Settings

    async def findings(self) -> Sequence[Finding]:
        """Return a finding for each process; those that serve HTTP are called."""
        status = status_of(self.settings)
        if self.settings.profile == "production" and not status.parts:
            return []  # in production each process has its own container, whose orchestrator checks its health
        if not status.up:
            gone = [part.name for part in status.parts if part.running]
            detail = f"killed, but {', '.join(gone)} still run" if gone else "nothing is up"
            return [Finding("service", "failed" if gone else "warning", detail, "run `medcost up`")]
        from adapters.common.answers import answers  # a tenth of a second, only to ask what is up

        findings = [Finding("service", "ok", f"up at {status.url}")]
        for part in status.parts:
            if not part.running:
                log = Home(self.settings.home).logs / part.name
                findings.append(Finding(part.name, "failed", "not running", f"look into {log}.log"))
            elif part.name == "model":
                findings.append(await _model_server(f"{part.address}/v1/model"))
            elif part.name == "web":
                findings.append(await answers("api", f"{part.address}/api/v1/health/ready", "look at logs/web.log"))
        return findings


async def _model_server(url: str) -> Finding:
    """Check that the model server answers, with the model that the pointer names rather than an older one."""
    remedy = "look into logs/model.log, or run `medcost publish`"
    from adapters.common.answers import good_answer

    answer = await good_answer(url)
    if isinstance(answer, str):
        return Finding("model server", "failed", answer, remedy)
    body = msgspec.json.decode(answer.content, type=dict[str, object])
    if refused := body.get("refused"):
        return Finding("model server", "failed", f"serves version {body['version']}, but refuses: {refused}", remedy)
    return Finding("model server", "ok", f"{url} answers by version {body['version']}")
