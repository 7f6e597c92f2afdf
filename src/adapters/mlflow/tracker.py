"""Experiments in MLflow: a parent run for a comparison or a tuning, a child for each family or trial."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from traceback import clear_frames
from typing import TYPE_CHECKING, Any, Final

import msgspec

from adapters.common.processes import ProcessId, machine
from adapters.mlflow.run import COMPARISON, CURRENCY, PARENT, MlflowRun, RunComparison, log_batch
from adapters.mlflow.store import MlflowStore, translated
from domain.errors import NoComparison
from domain.models.evaluation import Metric
from domain.ports.tracker import ExperimentRun, ExperimentTracker, TrackedComparison

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlflow import MlflowClient

    from domain.ports.report_writer import ReportWriter
    from domain.ports.tracker import ExperimentSetup

_PROCESS: Final = "medcost.process"


class MlflowTracker(ExperimentTracker):
    """Logs to one experiment; for a tuned model, also the actuary's report.

    Args:
        store: the tracking store.
        writers: write the report, each to a file of its own.
    """

    def __init__(self, store: MlflowStore, writers: Sequence[ReportWriter] = ()) -> None:
        self._store, self._writers = store, writers

    @contextmanager
    def run(self, setup: ExperimentSetup) -> Iterator[ExperimentRun]:
        """Open a run."""
        client = self._store.client
        tags = {
            "stage": setup.stage,
            "metric": setup.metric.value,
            "data.digest": setup.data_digest,
            "data.origin": setup.origin.name,
            CURRENCY: setup.currency,
            "data.synthetic": str(setup.origin.synthetic).lower(),
            "git.revision": setup.git_revision,
            _PROCESS: f"{machine()} {ProcessId.mine().encode()}",
        }
        with translated():
            started = client.create_run(
                self._store.experiment, tags=tags, run_name=f"{setup.stage}-{setup.origin.name}"
            )
        run = MlflowRun(client, self._store.experiment, started.info.run_id, setup.currency, self._writers)
        try:
            with translated():
                log_batch(client, run.id, params={"data.rows": setup.rows, **setup.configuration})
            yield run
        except BaseException as error:
            # also an interrupt: what was begun is marked before it travels on
            _release_what_was_interrupted(error)
            run.end("FAILED")
            raise
        run.end("FINISHED")

    def fail_abandoned(self) -> int:
        """Mark runs that killed processes of this machine left open; the processes of other machines are unknown."""
        client = self._store.client
        with translated():
            running = _search(client, self._store.experiment, "attributes.status = 'RUNNING'")
            parents = {run.info.run_id: run for run in running if PARENT not in run.data.tags}
            abandoned = [
                run
                for run in running
                if not _is_at_work(parents.get(run.data.tags.get(PARENT, run.info.run_id), run).data.tags)
            ]
            for run in abandoned:
                client.set_terminated(run.info.run_id, "FAILED")
        return len(abandoned)

    def last_comparison(self, *, data_digest: str) -> TrackedComparison:
        """Return the newest finished comparison on these data."""
        client = self._store.client
        condition = (
            f"attributes.status = 'FINISHED' AND tags.stage = 'training' AND tags.`data.digest` = '{data_digest}'"
        )
        with translated():
            runs = _search(client, self._store.experiment, condition)
        comparisons = [run for run in runs if COMPARISON in run.data.tags]
        if not comparisons:
            message = (
                "no finished comparison of families on these data: run `medcost train stage=training` on them first"
            )
            raise NoComparison(message)
        newest = comparisons[0]
        comparison = msgspec.json.decode(newest.data.tags[COMPARISON], type=RunComparison)
        return TrackedComparison(
            run=newest.info.run_id,
            metric=Metric(newest.data.tags["metric"]),
            families=comparison.families,
            best=comparison.best,
            not_compared=comparison.not_compared,
        )


def _search(client: MlflowClient, experiment: str, condition: str) -> list[Any]:
    runs: list[Any] = []
    token = None
    while True:
        page = client.search_runs([experiment], condition, max_results=500, page_token=token)
        runs += page
        token = page.token
        if not token:
            return runs


def _is_at_work(tags: Mapping[str, str]) -> bool:
    if _PROCESS not in tags:
        return False
    here, process = f"{machine()} ", tags[_PROCESS]
    if not process.startswith(here):
        return True
    worker = ProcessId.decode(process.removeprefix(here))
    return worker is not None and worker.is_alive


def _release_what_was_interrupted(error: BaseException) -> None:
    """Let go of an interrupted statement: it holds SQLite's lock for as long as anything refers to its cursor.

    Frames refer to it by their variables, and those of functions within functions by their closures too, which are not
    cleared with the variables: so the traceback of an interrupt is taken apart.
    """
    link: BaseException | None = error
    while link:
        clear_frames(link.__traceback__)
        if not isinstance(error, Exception):
            step = link.__traceback__
            while step:
                step.tb_next, step = None, step.tb_next
        link = link.__context__
    gc.collect()
