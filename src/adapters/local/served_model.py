"""A model in this process that follows the pointer of the shelf."""

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

    from domain.costs.explanation import Explained, Explanation
    from domain.costs.prediction import Estimate, EstimateColumns, ModelReference
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
    """Answers by the model that is pointed to; by the last good one while the new one cannot be had.

    Call `follow` in a background task. Each call is answered whole by the model that was current when it came.

    Args:
        publisher: the shelf.
        loader: brings what lies on it to life.
        following: gives, while `follow` runs, what brings shelf and pointer up to date when it is called; it is told
            to ``repair`` if what the pointer names was refused. Without it somebody else moves the pointer.
        poll: seconds between two readings of the pointer, and of the ledger.
        patience: seconds until what failed is tried again: somebody may have repaired it.
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
        """Why the model that should answer is not the one that does, or may not be; empty if it is."""
        return self._refused or self._behind

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Let the current model estimate."""
        return await self._loaded().predict(beneficiaries)

    @property
    def schema(self) -> Schema:
        """Return the schema that the current model learned with."""
        return self._loaded().schema

    def current(self) -> LoadedModel:
        """Return the current model."""
        return self._loaded()

    async def predict_columns(self, facts: memoryview[float], schema: Schema | None = None) -> EstimateColumns:
        """Let the current model estimate."""
        return await self._loaded().predict_columns(facts, schema)

    async def explain(self, beneficiary: Beneficiary, of: Explained = "expected") -> Explanation:
        """Let the current model explain."""
        return await self._loaded().explain(beneficiary, of)

    async def model(self) -> ModelReference:
        """Name the current model: it made a known prediction when it was loaded."""
        return await self._loaded().model()

    async def follow(self) -> None:
        """Follow the pointer until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._follow_pointer())
            if self._following:
                both.create_task(self._keep_up(self._following))

    async def refresh(self) -> None:
        """Look where the pointer points and, if that is news, load it and let it answer from now on."""
        wanted = None
        try:
            wanted = await self._publisher.pointed_to()
            self._wait_for(wanted)
            if wanted is None or (self._current and self._current[0] == wanted):
                self._refused, self._refused_model = "", None
            elif wanted != self._refused_model or time.monotonic() >= self._look_again:
                folder = await self._publisher.folder(wanted)
                self._current = wanted, await asyncio.to_thread(self._loader.load, wanted, folder)
                self._refused = ""
                _log.info("serving model version %d, digest %s", wanted.version, wanted.digest)
        except MedcostError as error:
            self._keep(wanted, str(error))
        except Exception as error:  # noqa: BLE001  # whatever a library raises over a folder, the old model must stay
            self._keep(wanted, f"{type(error).__name__}: {error}")

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
                except Exception as error:  # noqa: BLE001  # a full disk, say: what is in the model store must stay in service
                    behind = f"{type(error).__name__}: {error}"
                self._tell_behind(behind)
                await asyncio.sleep(self._patience if behind else self._poll)

    def _tell_behind(self, behind: str) -> None:
        if behind and behind != self._behind:
            _log.error("the shelf cannot follow, %s: %s", self._serving(), behind)
        elif self._behind and not behind:
            _log.info("the shelf follows again")
        self._behind = behind

    def _serving(self) -> str:
        return f"version {self._current[0].version} stays in service" if self._current else "nothing is served"

    def _wait_for(self, wanted: ModelReference | None) -> None:
        waiting = wanted is None and self._current is None
        if waiting and not self._waiting:
            _log.warning("waiting for a model: %s", _NOT_YET)
        self._waiting = waiting

    def _keep(self, wanted: ModelReference | None, why: str) -> None:
        if (why, wanted) != (self._refused, self._refused_model):
            name = f"model version {wanted.version}, digest {wanted.digest}," if wanted else "the pointer"
            _log.error("%s was refused, %s: %s", name, self._serving(), why)
        self._refused, self._refused_model = why, wanted
        self._look_again = time.monotonic() + self._patience

    def _loaded(self) -> LoadedModel:
        if self._current is None:
            raise PredictorUnavailable(self.refused or _NOT_YET, retry_after=POLL_SECONDS * 2)
        return self._current[1]
