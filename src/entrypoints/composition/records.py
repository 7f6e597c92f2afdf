"""The container of commands that maintain the records, without models."""

from __future__ import annotations

from dishka import STRICT_VALIDATION, AsyncContainer, Provider, Scope, make_async_container

from application.costs.prune_predictions import PrunePredictions
from application.costs.review_predictions import FindErasure
from entrypoints.composition.providers import schema_provider
from entrypoints.composition.settings import Settings


def records_container(settings: Settings) -> AsyncContainer:
    """Build the container of the retention policy and the proofs of erasure."""
    use_cases = Provider(scope=Scope.APP)
    use_cases.provide(PrunePredictions)
    schema = schema_provider(settings)
    use_cases.provide(FindErasure)
    if settings.profile == "memory":
        from entrypoints.composition.memory_parts import MemoryParts

        return make_async_container(use_cases, schema, MemoryParts(), validation_settings=STRICT_VALIDATION)
    from entrypoints.composition.database_parts import DatabaseParts

    settings_provider = Provider(scope=Scope.APP)
    settings_provider.provide(lambda: settings, provides=Settings)
    return make_async_container(
        use_cases, schema, settings_provider, DatabaseParts(), validation_settings=STRICT_VALIDATION
    )
