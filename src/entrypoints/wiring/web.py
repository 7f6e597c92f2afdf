"""What API and dashboard are made of: a container of use cases over the parts of the profile."""

from __future__ import annotations

import asyncio
from importlib import import_module

from dishka import STRICT_VALIDATION, AsyncContainer, Provider, Scope, make_async_container, provide

from application.check_parts import CheckParts
from application.explain_cost import ExplainCost
from application.explore_cost import ExploreCost
from application.measure_outcomes import MeasureOutcomes
from application.predict_cost import PredictCost
from application.predict_costs import PredictCosts
from application.review_fit import ReviewFit
from application.review_models import ReviewModels
from application.review_predictions import ErasePrediction, RecordOutcome, ReviewPredictions
from application.score_people import OpenPeople, ScorePeople, WriteScored
from application.set_password import SetPassword
from application.sign_in import Admit, SignIn
from application.sign_out import SignOut
from application.watch_inputs import WatchInputs
from domain.ports.drift import DriftMeter
from domain.ports.people_files import PeopleFiles
from entrypoints.http.metrics import Metrics
from entrypoints.wiring.settings import Settings


class UseCases(Provider):
    """The use cases that API and dashboard share: ports and nothing else, so one of each will do."""

    scope = Scope.APP

    predict_cost = provide(PredictCost)
    predict_costs = provide(PredictCosts)
    explore_cost = provide(ExploreCost)
    explain_cost = provide(ExplainCost)
    review_predictions = provide(ReviewPredictions)
    erase_prediction = provide(ErasePrediction)
    record_outcome = provide(RecordOutcome)
    review_models = provide(ReviewModels)
    check_parts = provide(CheckParts)
    measure_outcomes = provide(MeasureOutcomes)
    watch_inputs = provide(WatchInputs)
    review_fit = provide(ReviewFit)
    open_people = provide(OpenPeople)
    score_people = provide(ScorePeople)
    write_scored = provide(WriteScored)
    sign_in = provide(SignIn)
    admit = provide(Admit)
    sign_out = provide(SignOut)
    set_password = provide(SetPassword)


class Heavy(Provider):
    """What takes long to import: in a thread, when it is first needed."""

    scope = Scope.APP

    @provide
    async def people_files(self) -> PeopleFiles:
        """PyArrow, a third of a second, when the first file comes."""
        adapter = await asyncio.to_thread(import_module, "adapters.pyarrow.people_files")
        return adapter.ArrowPeopleFiles()

    @provide
    async def drift_meter(self) -> DriftMeter:
        """NumPy and the functions of SciPy, half a second and 30 MB, when Operations are first looked at."""
        adapter = await asyncio.to_thread(import_module, "adapters.scipy.drift")
        return adapter.ScipyDriftMeter()


def web_container(settings: Settings, *replacements: Provider, metrics: Metrics | None = None) -> AsyncContainer:
    """Put API and dashboard together for a profile. Only what the profile needs is imported.

    Args:
        settings: which profile, and where its parts are.
        replacements: for testers: providers whose factories say ``override=True``.
        metrics: what the parts tell about themselves goes there.

    Raises:
        ConfigurationError: if no model server is named and none was started.
    """
    parts = _parts(settings, metrics or Metrics())
    return make_async_container(UseCases(), Heavy(), *parts, *replacements, validation_settings=STRICT_VALIDATION)


def _parts(settings: Settings, metrics: Metrics) -> list[Provider]:
    if settings.profile == "memory":
        from entrypoints.wiring.memory_parts import MemoryKeeping, MemoryParts

        return [MemoryKeeping(), MemoryParts()]
    from entrypoints.wiring.server_parts import server_parts

    return server_parts(settings, metrics)
