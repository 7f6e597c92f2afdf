"""Containers of the use cases of training and of versions, over the profile's adapters."""

from __future__ import annotations

from functools import partial

from dishka import STRICT_VALIDATION, AsyncContainer, Provider, Scope, make_async_container, provide

from application.access.change_keys import ChangeKeys
from application.access.set_password import SetPassword
from application.access.sign_in import UnlockSignIn
from application.models.await_replicas import AwaitReplicas
from application.models.change_champion import ChangeChampion
from application.models.compare_models import CompareModels
from application.models.evaluate_model import EvaluateModel
from application.models.judge_model import JudgeModel
from application.models.promote_model import PromoteModel
from application.models.publish_model import PublishModel
from application.models.reconcile import Reconcile
from application.models.register_model import RegisterModel
from application.models.report_model import ReportModel, ReportOnRows
from application.models.retrain_model import BeginRetraining, ReportRetraining, RetrainModel
from application.models.review_models import ReviewModels
from application.models.roll_back_model import RollBackModel
from application.models.train_model import TrainModel
from application.models.tune_model import TuneModel
from application.operations.audit_changes import AuditChanges, ReviewAudit
from application.operations.manage_webhooks import ManageWebhooks, WebhookRules
from domain.ports.championship import Championship
from domain.ports.dataset import ClaimsDataset
from entrypoints.composition.datasets import dataset_of
from entrypoints.composition.providers import schema_provider
from entrypoints.composition.schema import home_schema
from entrypoints.composition.settings import Settings
from entrypoints.composition.train_config import TrainConfig
from entrypoints.composition.training_parts import (
    CommandParts,
    DatabaseTrainingParts,
    DatasetProvider,
    ExecutorProvider,
    MemoryTrainingParts,
    TunerProvider,
)


class VersionUseCases(Provider):
    """Use cases on versions that need no data, and those of the admin's password."""

    scope = Scope.APP

    reconcile = provide(Reconcile)
    review = provide(ReviewModels)
    report = provide(ReportModel)
    promote = provide(PromoteModel)
    roll_back = provide(RollBackModel)
    change = provide(ChangeChampion, provides=Championship)
    publish = provide(PublishModel)
    await_replicas = provide(AwaitReplicas)
    set_password = provide(SetPassword)
    unlock_sign_in = provide(UnlockSignIn)
    change_keys = provide(ChangeKeys)
    audit_changes = provide(AuditChanges)
    review_audit = provide(ReviewAudit)
    manage_webhooks = provide(ManageWebhooks)
    register = provide(RegisterModel)

    @provide
    def webhook_rules(self, settings: Settings) -> WebhookRules:
        """Provide the rules that say which receivers may be called."""
        return WebhookRules(settings.webhooks_private)


class EvaluationUseCases(Provider):
    """The use cases that need labelled rows and a trained model."""

    scope = Scope.APP

    evaluate = provide(EvaluateModel)
    report_on_rows = provide(ReportOnRows)


class TrainingUseCases(Provider):
    """Use cases that train."""

    scope = Scope.APP

    compare = provide(CompareModels)
    tune = provide(TuneModel)
    judge = provide(JudgeModel)
    train = provide(TrainModel)
    begin_retraining = provide(BeginRetraining)
    retrain_model = provide(RetrainModel)
    report_retraining = provide(ReportRetraining)


def models_container(settings: Settings, *replacements: Provider) -> AsyncContainer:
    """Build the container of use cases that read and change versions, without training."""
    return _container(settings, ExecutorProvider(), *replacements)


def evaluation_container(settings: Settings, dataset: ClaimsDataset, *replacements: Provider) -> AsyncContainer:
    """Build the container of use cases that evaluate the champion on labelled rows."""
    return _container(
        settings, ExecutorProvider(), DatasetProvider(lambda _: dataset), EvaluationUseCases(), *replacements
    )


def training_container(settings: Settings, config: TrainConfig, *replacements: Provider) -> AsyncContainer:
    """Build the container of training.

    Args:
        settings: which profile, and where its parts are.
        config: data, families, folds, budget.
        replacements: for testers: providers whose factories say ``override=True``.
    """
    make = partial(dataset_of, config.source, home_schema(settings))
    rows = DatasetProvider(make)
    working = ExecutorProvider(config.executor.address, config.executor.processes, config.fits)
    return _container(
        settings, working, rows, EvaluationUseCases(), TrainingUseCases(), TunerProvider(config), *replacements
    )


def _container(settings: Settings, *providers: Provider) -> AsyncContainer:
    return make_async_container(
        CommandParts(settings),
        schema_provider(settings),
        *_parts(settings),
        VersionUseCases(),
        *providers,
        validation_settings=STRICT_VALIDATION,
    )


def _parts(settings: Settings) -> list[Provider]:
    if settings.profile != "memory":
        from entrypoints.composition.database_parts import DatabaseStores

        return [DatabaseStores(), DatabaseTrainingParts()]
    from entrypoints.composition.memory_parts import MemoryStores

    return [MemoryStores(), MemoryTrainingParts()]
