"""Scoring of the files of jobs, in this process or in a child."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.local.home import Home
from adapters.local.job_files import LocalJobFiles
from adapters.subprocess.file_scorer import ChildFileScorer, serve
from application.costs.score_by_job import ScoreTask
from domain.ports.file_scorer import FileScorer
from entrypoints.composition.schema import home_schema
from entrypoints.composition.scoring import load_served_model, score_file
from entrypoints.composition.settings import environment_of, has_mlflow_server, load

if TYPE_CHECKING:
    from domain.costs.scoring import ScoringReport
    from domain.costs.scoring_task import ScoringTask
    from domain.operations.jobs import OnProgress
    from domain.people.schema import Schema
    from domain.ports.job_files import JobFiles
    from domain.ports.loader import LoadedModel
    from entrypoints.composition.settings import Settings


def job_files(settings: Settings) -> LocalJobFiles:
    """Return the store of the files of the home's jobs."""
    return LocalJobFiles(Path(settings.jobs_folder) if settings.jobs_folder else Home(settings.home).jobs)


class InProcessScorer(FileScorer):
    """Scores the files of jobs in this process; libraries are imported for the first file."""

    def __init__(self, files: JobFiles, model: LoadedModel, schema: Schema) -> None:
        self._files, self._model, self._schema = files, model, schema

    async def score(self, task: ScoringTask, on_progress: OnProgress) -> ScoringReport:
        """Score a file by `ScoreTask`."""
        scoring = await asyncio.to_thread(score_file)
        score = ScoreTask(files=self._files, score_file=scoring, model=self._model, schema=self._schema)
        return await score.score(task, on_progress)


def child_scorer(settings: Settings) -> FileScorer:
    """Return the scorer that runs `serve_scoring` in a child process for each file."""
    command = [sys.executable, "-m", "entrypoints.hosting.scoring"]
    return ChildFileScorer(command, environment_of(settings))


def serve_scoring() -> None:
    """Score the file that the parent process names, with the settings of the environment."""

    async def score(task: ScoringTask, on_progress: OnProgress) -> ScoringReport:
        settings = load()
        files, model = job_files(settings), await _latest_model(settings)
        use = ScoreTask(files=files, score_file=score_file(), model=model, schema=home_schema(settings))
        return await use.score(task, on_progress)

    serve(lambda task, on_progress: asyncio.run(score(task, on_progress)))


async def _latest_model(settings: Settings) -> LoadedModel:
    """Load the model that the home's pointer names, after updating it from the ledger if MLflow is a server.

    Raises:
        NoChampion: if nothing was promoted yet.
        ModelRefused: if its folder does not match its digest.
        Unavailable: if ledger or registry do not answer.
    """
    if settings.database_url and has_mlflow_server(settings):
        from entrypoints.composition.ledger import ledger_followed

        async with ledger_followed(settings) as catch_up:
            await catch_up(repair=False)
    return await load_served_model(settings)()
