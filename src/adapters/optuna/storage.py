"""The storage of studies."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.storages import BaseStorage, InMemoryStorage, RDBStorage
from optuna.storages._rdb.models import TrialHeartbeatModel, TrialModel
from optuna.trial import TrialState
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from adapters.optuna.turns import Turns
from domain.errors import RepositoryUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

HEARTBEAT_SECONDS: Final = 60


def open_storage(url: str | None) -> BaseStorage:
    """Open a storage, and make its tables if need be, one process at a time; None keeps studies in this process.

    A trial whose worker has not been heard of for two heartbeats counts as abandoned.
    """
    if url is None:
        return InMemoryStorage()
    with translated(), Turns(url).take("schema"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        return _Storage(url, heartbeat_interval=HEARTBEAT_SECONDS)


class _Storage(RDBStorage):
    """Ignores heartbeats from the future.

    The database's clock may have been set back since. A living worker beats again within a minute; the trial of a dead
    one would not be made again until that time has come.
    """

    def _get_stale_trial_ids(self, study_id: int) -> list[int]:
        trial, beat = TrialModel, TrialHeartbeatModel
        with self.engine.connect() as connection:
            # the clock that heartbeats are taken from, without a time zone, as they are kept
            now: datetime = connection.execute(select(func.now())).scalar_one().replace(tzinfo=None)
            ahead = connection.scalars(
                select(trial.trial_id)
                .join(beat, beat.trial_id == trial.trial_id)
                .where(trial.study_id == study_id, trial.state == TrialState.RUNNING)
                .where(beat.heartbeat > now + timedelta(seconds=2 * HEARTBEAT_SECONDS))
            )
            return [*super()._get_stale_trial_ids(study_id), *ahead]


@contextmanager
def translated() -> Iterator[None]:
    """Translate failures of the storage to the domain's error."""
    try:
        yield
    except (StorageInternalError, SQLAlchemyError) as error:
        message = f"the tuning storage does not answer: {error.__cause__ or error}"
        raise RepositoryUnavailable(message) from error
