"""The container of `medcost monitor` and `medcost models shadow`: records, ledger, reports, model store, meter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from dishka import STRICT_VALIDATION, AsyncContainer, Provider, Scope, make_async_container

from adapters.scipy.drift import ScipyDriftMeter
from application.models.shadow_model import ShadowModel
from application.monitoring.monitor_champion import MonitorChampion
from domain.ports.clock import Clock
from domain.ports.drift import DriftMeter
from domain.ports.loader import ModelLoader
from domain.ports.publisher import ModelPublisher
from domain.ports.trainer import Trainer
from entrypoints.composition.providers import schema_provider
from entrypoints.composition.scoring import model_store
from entrypoints.composition.settings import Settings
from entrypoints.composition.sklearn_parts import sklearn_trainer

if TYPE_CHECKING:
    from collections.abc import Callable

_WITHIN: Final = 120.0
"""Deadline of a statement in seconds: sampling a month of millions of predictions is slow, and no user waits."""


def monitoring_container(settings: Settings) -> AsyncContainer:
    """Build the container of a profile."""
    measuring = Provider(scope=Scope.APP)
    measuring.provide(MonitorChampion)
    measuring.provide(ShadowModel)
    measuring.provide(ScipyDriftMeter, provides=DriftMeter)
    measuring.provide(_trainer)
    if settings.profile == "memory":
        from entrypoints.composition.memory_parts import MemoryParts, MemoryStores

        parts = (MemoryStores(), MemoryParts())
    else:
        from entrypoints.composition.database_parts import DatabaseParts, DatabaseStores

        publisher, loader = model_store(settings)
        settings_provider = Provider(scope=Scope.APP)
        patient = msgspec.structs.replace(settings, database_deadline=max(_WITHIN, settings.database_deadline))
        settings_provider.provide(_always(patient), provides=Settings)
        settings_provider.provide(_always(publisher), provides=ModelPublisher)
        settings_provider.provide(_always(loader), provides=ModelLoader)
        parts = (settings_provider, DatabaseStores(), DatabaseParts())
    return make_async_container(measuring, schema_provider(settings), *parts, validation_settings=STRICT_VALIDATION)


def _trainer(clock: Clock) -> Trainer:
    return sklearn_trainer(clock)


def _always(value: object) -> Callable[[], object]:
    return lambda: value
