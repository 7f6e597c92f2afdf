"""The container of API and dashboard: use cases over the profile's adapters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from importlib import import_module

from dishka import STRICT_VALIDATION, AsyncContainer, Provider, Scope, make_async_container, provide

from application.access.review_keys import ReviewKeys
from application.access.set_password import SetPassword
from application.access.sign_in import Admit, SignIn
from application.access.sign_out import SignOut
from application.access.turns import Turns
from application.costs.compare_plans import ComparePlans
from application.costs.compute_chances import ComputeChances
from application.costs.explain_cost import ExplainCost
from application.costs.explore_cost import ExploreCost
from application.costs.predict_cost import PredictCost
from application.costs.predict_costs import PredictCosts
from application.costs.quote_group import QuoteGroup
from application.costs.quote_table import QuoteTable
from application.costs.review_predictions import ErasePrediction, RecordOutcome, ReviewPredictions
from application.costs.score_by_job import AskForScoring, ScoreByJob
from application.costs.score_people import OpenPeople, ScorePeople, WriteScored
from application.models.change_by_job import AskForChange, MakeChange
from application.models.explore_fact import ExploreFact
from application.models.explore_pair import ExplorePair
from application.models.preview_shadow import PreviewShadow
from application.models.rank_facts import RankFacts
from application.models.read_people import ReadPeople
from application.models.report_model import ReportModel
from application.models.review_models import ReviewModels
from application.models.review_origins import ReviewOrigins
from application.models.review_rows import ReviewRows
from application.monitoring.measure_outcomes import MeasureOutcomes
from application.monitoring.review_fit import ReviewFit
from application.monitoring.watch_inputs import WatchInputs
from application.operations.audit_changes import AuditChanges, ReviewAudit
from application.operations.check_parts import CheckParts
from application.operations.deliver_webhooks import WebhookWorker
from application.operations.keep_hours import HourKeeper, KeepHours
from application.operations.manage_webhooks import ManageWebhooks, WebhookRules
from application.operations.relay_events import RelayEvents
from application.operations.review_jobs import CancelJob, FetchAnswers, ReviewJobs, SweepJobs
from application.operations.review_operations import AcknowledgeAlarm, ReviewAlarms, ReviewOperations
from application.operations.sweep import JobSweeper
from application.operations.watch_parts import WatchParts
from application.operations.work_on_jobs import JobWorker, JobWorkers, Work
from domain.operations.jobs import JobKind
from domain.ports.clock import Clock
from domain.ports.drift import DriftMeter
from domain.ports.job_files import JobFiles
from domain.ports.jobs import Jobs
from domain.ports.people_files import PeopleFiles
from domain.ports.report_writer import ReportWriters
from domain.ports.simulator import CostSimulator
from domain.ports.webhook_sender import WebhookSender
from domain.ports.webhooks import Webhooks
from entrypoints.composition.identity import PeopleSignIn
from entrypoints.composition.plans import plans_provider
from entrypoints.composition.providers import schema_provider
from entrypoints.composition.settings import Settings
from entrypoints.http.metrics import Metrics


class UseCases(Provider):
    """The use cases of API and dashboard, one instance of each: they have no state."""

    scope = Scope.APP

    predict_cost = provide(PredictCost)
    predict_costs = provide(PredictCosts)
    explore_cost = provide(ExploreCost)
    explain_cost = provide(ExplainCost)
    compute_chances = provide(ComputeChances)
    compare_plans = provide(ComparePlans)
    quote_group = provide(QuoteGroup)
    quote_table = provide(QuoteTable)
    review_predictions = provide(ReviewPredictions)
    erase_prediction = provide(ErasePrediction)
    record_outcome = provide(RecordOutcome)
    review_models = provide(ReviewModels)
    report_model = provide(ReportModel)
    review_rows = provide(ReviewRows)
    read_people = provide(ReadPeople)
    rank_facts = provide(RankFacts)
    explore_fact = provide(ExploreFact)
    explore_pair = provide(ExplorePair)
    preview_shadow = provide(PreviewShadow)
    review_origins = provide(ReviewOrigins)
    check_parts = provide(CheckParts)
    watch_parts = provide(WatchParts)
    keep_hours = provide(KeepHours)
    review_operations = provide(ReviewOperations)
    review_alarms = provide(ReviewAlarms)
    acknowledge_alarm = provide(AcknowledgeAlarm)
    review_keys = provide(ReviewKeys)
    audit_changes = provide(AuditChanges)
    review_audit = provide(ReviewAudit)
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
    ask_for_change = provide(AskForChange)
    make_change = provide(MakeChange)
    review_jobs = provide(ReviewJobs)
    fetch_answers = provide(FetchAnswers)
    cancel_job = provide(CancelJob)
    sweep_jobs = provide(SweepJobs)
    ask_for_scoring = provide(AskForScoring)
    score_by_job = provide(ScoreByJob)
    manage_webhooks = provide(ManageWebhooks)
    relay_events = provide(RelayEvents)

    @provide
    def turns(self) -> Turns:
        """Provide the limit on passwords that are verified at a time."""
        return Turns()


class LazyParts(Provider):
    """Adapters whose libraries take long to import: each is imported in a thread when it is first needed."""

    scope = Scope.APP

    @provide
    async def people_files(self) -> PeopleFiles:
        """Provide the reader of files of people: PyArrow, imported (0.3 s) for the first file."""
        adapter = await asyncio.to_thread(import_module, "adapters.arrow.people_files")
        return adapter.ArrowPeopleFiles()

    @provide
    async def drift_meter(self) -> DriftMeter:
        """Provide the drift meter: NumPy and SciPy (0.5 s, 30 MB), imported for the first view of Operations."""
        adapter = await asyncio.to_thread(import_module, "adapters.scipy.drift")
        return adapter.ScipyDriftMeter()

    @provide
    async def simulator(self) -> CostSimulator:
        """Provide the simulator: NumPy, imported for the first estimate of a household or a group."""
        adapter = await asyncio.to_thread(import_module, "adapters.numpy.simulator")
        return adapter.NumpySimulator()

    @provide
    async def report_writers(self) -> ReportWriters:
        """Provide the writers of reports: Matplotlib (1 s, 40 MB), imported for the first report."""
        return (await asyncio.to_thread(import_module, "entrypoints.composition.reports")).report_writers()


class BackgroundWorkers(Provider):
    """The workers of jobs and webhooks in this process, and the recorder of its figures."""

    scope = Scope.APP

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        super().__init__()
        self._settings, self._metrics = settings, metrics

    @provide
    def keeper(self, keep: KeepHours, clock: Clock) -> HourKeeper:
        """Provide the recorder of this process's figures by the hour."""
        return HourKeeper(
            keep,
            clock,
            self._metrics.traffic,
            every=self._settings.operations_every,
            retention=timedelta(days=self._settings.operations_days),
            audit=timedelta(days=self._settings.audit_days),
        )

    @provide
    def rules(self) -> WebhookRules:
        """Provide the rules of allowed webhook receivers."""
        return WebhookRules(self._settings.webhooks_private)

    @provide
    async def sender(self) -> WebhookSender:
        """Provide the sender of webhooks: HTTPX."""
        adapter = await asyncio.to_thread(import_module, "adapters.httpx.webhook_sender")
        return adapter.HttpxWebhookSender(private=self._settings.webhooks_private)

    @provide
    def webhook_worker(
        self, relay: RelayEvents, webhooks: Webhooks, sender: WebhookSender, clock: Clock
    ) -> WebhookWorker:
        """Provide the worker that delivers events to receivers."""
        every, backoff = self._settings.webhooks_every, self._settings.webhooks_backoff
        alarms_every = self._settings.operations_every
        return WebhookWorker(relay, webhooks, sender, clock, every=every, backoff=backoff, alarms_every=alarms_every)

    @provide
    def workers(
        self, jobs: Jobs, clock: Clock, change: MakeChange, score: ScoreByJob, files: JobFiles
    ) -> JobWorkers:  # fmt: skip
        """Provide one worker for changes of the champion and another for files, so that no file delays a promotion."""
        every, lapse = self._settings.jobs_every, self._settings.jobs_lapse
        change_of_champion: dict[JobKind, Work] = {JobKind.PROMOTION: change, JobKind.ROLLBACK: change}
        scoring: dict[JobKind, Work] = {JobKind.SCORING: score}
        return JobWorkers(
            JobWorker(jobs, clock, change_of_champion, every=every, lapse=lapse),
            JobWorker(jobs, clock, scoring, every=every, lapse=lapse, place=lambda: files.place, resumable=scoring),
        )

    @provide
    def sweeper(self, sweep: SweepJobs) -> JobSweeper:
        """Provide the sweeper that erases old files of jobs."""
        return JobSweeper(sweep, timedelta(days=self._settings.jobs_days))


def web_container(settings: Settings, *replacements: Provider, metrics: Metrics | None = None) -> AsyncContainer:
    """Build the container of API and dashboard for a profile; import only what the profile needs.

    Args:
        settings: which profile, and where its parts are.
        replacements: for testers: providers whose factories say ``override=True``.
        metrics: what the parts tell about themselves goes there.

    Raises:
        ConfigurationError: if no model server is named and none was started.
    """
    return web_containers(settings, *replacements, metrics=metrics)()


def web_containers(
    settings: Settings, *replacements: Provider, metrics: Metrics | None = None
) -> Callable[[], AsyncContainer]:
    """Validate the providers of `web_container` once, and return a factory of containers with objects of their own."""
    metrics = metrics or Metrics()
    parts = _parts(settings, metrics)
    read = (schema_provider(settings), plans_provider(settings))
    working = (LazyParts(), BackgroundWorkers(settings, metrics), PeopleSignIn(settings))
    providers = (UseCases(), *read, *working, *parts, *replacements)
    # the root makes no objects: they all live as long as a container of the scope below it
    root = make_async_container(*providers, start_scope=Scope.RUNTIME, validation_settings=STRICT_VALIDATION)
    return partial(root, scope=Scope.APP, lock_factory=asyncio.Lock)


def _parts(settings: Settings, metrics: Metrics) -> list[Provider]:
    if settings.profile == "memory":
        from entrypoints.composition.memory_parts import MemoryParts, MemoryStores

        return [MemoryStores(), MemoryParts()]
    from entrypoints.composition.server_parts import server_parts

    return server_parts(settings, metrics)
