"""A model in this process that follows the pointer of the model store."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Final

from domain.errors import MedcostError, PredictorUnavailable
from domain.ports.loader import LoadedModel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from contextlib import AbstractAsyncContextManager
    from typing import TypeAlias

    from domain.costs.estimate_columns import EstimateColumns
    from domain.costs.explanation import Explained, Explanation
    from domain.costs.prediction import Estimate, ModelReference
    from domain.people.beneficiary import Beneficiary
    from domain.people.schema import Schema
    from domain.ports.loader import ModelLoader
    from domain.ports.publisher import ModelPublisher

    Following: TypeAlias = Callable[[], AbstractAsyncContextManager[Callable[..., Awaitable[object]]]]

_log = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 5.0
_NOT_YET: Final = "no model is published yet: run `medcost train stage=all`, or `medcost publish`"


class ServedModel(LoadedModel):
    """Answers by the model that the pointer names; by the previous one while the new one cannot be loaded.

    Call `follow` in a background task. One model answers a call as a whole: the current one when the call came.

    Args:
        publisher: the model store.
        loader: loads folders of the model store.
        following: opens, while `follow` runs, a function that brings model store and pointer up to date; its argument
            ``repair`` is True after the model of the pointer was refused. Without it another process moves the pointer.
        poll: seconds between two readings of the pointer, and of the ledger.
        patience: seconds until a refused model is tried again: it may have been repaired.
    """

    def __init__(
        self,
        publisher: ModelPublisher,
        loader: ModelLoader,
        following: Following | None = None,
        *,
        poll: float = POLL_SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._publisher = publisher
        self._loader = loader
        self._following = following
        self._poll = poll
        self._patience = patience
        self._behind = ""
        self._current: tuple[ModelReference, LoadedModel] | None = None
        self._refused = ""
        self._refused_model: ModelReference | None = None
        self._look_again = 0.0
        self._waiting = False

    @property
    def refused(self) -> str:
        """Return why the model of the pointer does not answer, or may not be the right one; empty if all is well."""
        return self._refused or self._behind

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Return the estimates of the current model."""
        return await self._loaded().predict(beneficiaries)

    @property
    def schema(self) -> Schema:
        """Return the schema that the current model learned with."""
        return self._loaded().schema

    def current(self) -> LoadedModel:
        """Return the current model."""
        return self._loaded()

    async def predict_columns(self, facts: memoryview[float], schema: Schema | None = None) -> EstimateColumns:
        """Return the estimates of the current model."""
        return await self._loaded().predict_columns(facts, schema)

    async def explain(self, beneficiary: Beneficiary, of: Explained = "expected") -> Explanation:
        """Return the explanation of the current model."""
        return await self._loaded().explain(beneficiary, of)

    async def model(self) -> ModelReference:
        """Return the reference of the current model, which reproduced a recorded prediction when it was loaded."""
        return await self._loaded().model()

    async def follow(self) -> None:
        """Follow the pointer until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._follow_pointer())
            if self._following:
                both.create_task(self._keep_up(self._following))

    async def refresh(self) -> None:
        """Read the pointer and, if it names another model, load that and let it answer from now on."""
        target = None
        try:
            target = await self._publisher.pointed_to()
            self._wait_for(target)
            if target is None or (self._current and self._current[0] == target):
                self._refused, self._refused_model = "", None
            elif target != self._refused_model or time.monotonic() >= self._look_again:
                folder = await self._publisher.folder(target)
                self._current = target, await asyncio.to_thread(self._loader.load, target, folder)
                self._refused = ""
                _log.info("serving model version %d, digest %s", target.version, target.digest)
        except MedcostError as error:
            self._keep(target, str(error))
        except Exception as error:  # noqa: BLE001  # whatever a library raises over a folder, the old model must stay
            self._keep(target, f"{type(error).__name__}: {error}")

    async def _follow_pointer(self) -> None:
        while True:
            await self.refresh()
            await asyncio.sleep(self._poll)

    async def _keep_up(self, following: Following) -> None:
        async with following() as catch_up:
            while True:
                behind = ""
                try:
                    await catch_up(repair=bool(self._refused))
                except MedcostError as error:
                    behind = str(error)
                except Exception as error:  # noqa: BLE001  # such as a full disk: the current model must stay in service
                    behind = f"{type(error).__name__}: {error}"
                self._log_behind(behind)
                await asyncio.sleep(self._patience if behind else self._poll)

    def _log_behind(self, behind: str) -> None:
        if behind and behind != self._behind:
            _log.error("the model store cannot follow the ledger, %s: %s", self._serving(), behind)
        elif self._behind and not behind:
            _log.info("the model store follows the ledger again")
        self._behind = behind

    def _serving(self) -> str:
        return f"version {self._current[0].version} stays in service" if self._current else "nothing is served"

    def _wait_for(self, target: ModelReference | None) -> None:
        waiting = target is None and self._current is None
        if waiting and not self._waiting:
            _log.warning("waiting for a model: %s", _NOT_YET)
        self._waiting = waiting

    def _keep(self, target: ModelReference | None, why: str) -> None:
        if (why, target) != (self._refused, self._refused_model):
            name = f"model version {target.version}, digest {target.digest}," if target else "the pointer"
            _log.error("%s was refused, %s: %s", name, self._serving(), why)
        self._refused, self._refused_model = why, target
        self._look_again = time.monotonic() + self._patience

    def _loaded(self) -> LoadedModel:
        if self._current is None:
            raise PredictorUnavailable(self.refused or _NOT_YET, retry_after=POLL_SECONDS * 2)
        return self._current[1]
