"""What looks after the records: the repository of the profile, no model."""

from __future__ import annotations

from dishka import STRICT_VALIDATION, AsyncContainer, Provider, Scope, make_async_container

from application.costs.prune_predictions import PrunePredictions
from application.costs.review_predictions import FindErasure
from entrypoints.composition.providers import schema_provider
from entrypoints.composition.settings import Settings


def records_container(settings: Settings) -> AsyncContainer:
    """Put together what the policy of age and the proofs of erasure need."""
    use_cases = Provider(scope=Scope.APP)
    use_cases.provide(PrunePredictions)
    schema = schema_provider(settings)
    use_cases.provide(FindErasure)
    if settings.profile == "memory":
        from entrypoints.composition.memory_parts import MemoryParts

        return make_async_container(use_cases, schema, MemoryParts(), validation_settings=STRICT_VALIDATION)
    from entrypoints.composition.database_parts import DatabaseParts

    told = Provider(scope=Scope.APP)
    told.provide(lambda: settings, provides=Settings)
    return make_async_container(use_cases, schema, told, DatabaseParts(), validation_settings=STRICT_VALIDATION)
