"""The asynchronous client."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, TypeVar

import httpx
from httpx_retries import RetryTransport

from medcost_client import requests
from medcost_client.frames import costs_of, people_of
from medcost_client.problem import checked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping
    from uuid import UUID

    import pandas as pd

    from medcost_client.api.models import (
        BatchOut,
        ComparisonOut,
        ExplanationOut,
        JobOut,
        PredictionOut,
        QuoteOut,
        ScenariosOut,
        SchemaOut,
        VersionOut,
        VersionsOut,
    )
    from medcost_client.requests import Person, Request

_T = TypeVar("_T")


class AsyncMedcost:
    """Calls one installation of Medcost.

    Args:
        url: where it is, such as ``https://medcost.example.org``.
        api_key: where keys are required.
        within: seconds that an answer may take.
        transport: another one than the network, for tests.

    Every call raises `Problem` where the server refuses, and ``httpx.TransportError`` where it cannot be reached.
    """

    def __init__(
        self, url: str, api_key: str = "", *, within: float = 30.0, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        retrying = RetryTransport(transport=transport, retry=requests.RETRY)
        self.http = httpx.AsyncClient(transport=retrying, **requests.client_options(url, api_key, within))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()

    async def predict(self, person: Person, *, above: float | None = None) -> PredictionOut:
        """Predict the cost of a person and record it; ``above`` also asks for the chance that it is more."""
        return await self.answer(requests.predict(person, above))

    async def predict_batch(self, people: Iterable[Person]) -> BatchOut:
        """Predict up to 10,000 people and record the answers; bad rows are named, the others answered."""
        return await self.answer(requests.predict_batch([dict(person) for person in people]))

    async def predict_frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Predict each row of a data frame; the answer has its index, as `frames.costs_of` says."""
        answers = [await self.answer(requests.predict_batch(people)) for people in people_of(frame)]
        return costs_of(frame, answers)

    async def predictions(self, **filters: object) -> AsyncIterator[PredictionOut]:
        """Iterate over recorded predictions, newest first; filters are ``since`` and choices (``smoker="yes"``)."""
        cursor = None
        while True:
            page = await self.answer(requests.predictions(cursor, filters))
            for prediction in page.predictions:
                yield prediction
            if not (cursor := page.next_):
                return

    async def prediction(self, id: UUID | str) -> PredictionOut:  # the API's name
        """Read a recorded prediction."""
        return await self.answer(requests.prediction(id))

    async def erase(self, id: UUID | str) -> None:
        """Erase a recorded prediction."""
        await self.answer(requests.erase(id))

    async def record_outcome(self, id: UUID | str, cost: float) -> PredictionOut:
        """Record what a year has really cost."""
        return await self.answer(requests.record_outcome(id, cost))

    async def explain(self, person: Person, *, of: Literal["expected", "typical"] = "expected") -> ExplanationOut:
        """Explain a cost fact by fact; the parts add up to it."""
        return await self.answer(requests.explain(person, of))

    async def explore(self, person: Person, changes: Iterable[Person]) -> ScenariosOut:
        """Predict a person as they are, and with each change of their facts; nothing is recorded."""
        return await self.answer(requests.explore(person, changes))

    async def compare_plans(self, people: Iterable[Person], plans: Iterable[Mapping[str, object]]) -> ComparisonOut:
        """Compare what a household pays under one to four plans."""
        return await self.answer(requests.compare_plans(people, plans))

    async def quote_group(self, people: Iterable[Person], **terms: object) -> QuoteOut:
        """Predict the total cost of a group; ``terms`` are those of ``POST /groups/quote``."""
        return await self.answer(requests.quote_group(people, terms))

    async def schema(self) -> SchemaOut:
        """Read the facts of the installation."""
        return await self.answer(requests.schema())

    async def models(self) -> VersionsOut:
        """List the versions of the model."""
        return await self.answer(requests.models())

    async def champion(self) -> VersionOut:
        """Read the version that answers."""
        return await self.answer(requests.champion())

    async def score_file(self, path: Path | str, **options: object) -> AsyncJob:
        """Send a file of people of any size, and return the job that scores it.

        Sent again after a failure, the file is scored once.

        ``options`` are those of ``POST /jobs``: ``format``, ``map``, ``decimal``, ``sheet``, ``above``.
        """
        request = requests.score_file(Path(path), options)
        return AsyncJob(self, await self.answer(request))

    async def answer(self, request: Request[_T]) -> _T:
        """Send a request and read its answer."""
        content = _AsyncContent(request.file) if request.file else None
        response = await self.http.request(**request.arguments(), content=content)
        return request.read(checked(response))


class AsyncJob:
    """A file that is scored in the background.

    Args:
        client: by which it was sent.
        state: how far it is.
    """

    def __init__(self, client: AsyncMedcost, state: JobOut) -> None:
        self._client, self.state = client, state

    async def refresh(self) -> JobOut:
        """Ask how far the job is."""
        self.state = await self._client.answer(requests.job(self.state.id))
        return self.state

    async def wait(self, *, every: float = 1.0) -> JobOut:
        """Ask every so many seconds until the job has ended; done, failed or cancelled."""
        while self.state.ended_at is None:
            await asyncio.sleep(every)
            await self.refresh()
        return self.state

    async def cancel(self) -> None:
        """Cancel the job, or erase its files once it has ended."""
        await self._client.answer(requests.cancel(self.state.id))

    async def download(self, path: Path | str) -> None:
        """Write the rows with their answers into a file.

        Raises:
            Problem: if the job is not done.
        """
        stream = self._client.http.stream("GET", f"/api/v1/jobs/{self.state.id}/result")
        async with stream as response:
            if response.is_error:
                await response.aread()
            checked(response)
            file = await asyncio.to_thread(Path(path).open, "wb")
            try:
                async for piece in response.aiter_bytes():
                    await asyncio.to_thread(file.write, piece)
            finally:
                await asyncio.to_thread(file.close)


@dataclass(frozen=True, slots=True)
class _AsyncContent:
    """The bytes of a file, read from the beginning each time they are sent."""

    file: Path

    async def __aiter__(self) -> AsyncIterator[bytes]:
        body = await asyncio.to_thread(self.file.open, "rb")
        try:
            while piece := await asyncio.to_thread(body.read, requests.PIECE):
                yield piece
        finally:
            await asyncio.to_thread(body.close)
